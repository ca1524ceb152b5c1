"""What happens to pages by the clock alone. Run by `manage.py worker`."""

from __future__ import annotations

from django.core.management import call_command
from procrastinate.contrib.django import app


@app.periodic(cron="* * * * *")
@app.task(name="procedures.publish_due", queueing_lock="publish_due")
def publish_due(timestamp: int) -> None:
    """Publish what was signed for a day to come. Late or twice makes no difference."""
    call_command("publish_scheduled", verbosity=0)
