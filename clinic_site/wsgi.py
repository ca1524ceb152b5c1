"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic_site.settings")
django = get_wsgi_application()

from clinic_site.checks import refuse_to_start  # noqa: E402
from clinic_site.rendered import Rendered  # noqa: E402  (its models need the line above)

refuse_to_start()
connections.close_all()  # a server that forks now must not share one
application = Rendered(django)
