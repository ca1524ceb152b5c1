"""Background work of the outbox. procrastinate finds this module by its name."""

from __future__ import annotations

from procrastinate.contrib.django import app


@app.task(name="correspondence.send", queue="messages")
def send(message: int) -> None:
    """Send one outbox message."""
