"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic_site.settings")
django = get_wsgi_application()

from clinic_site.rendered import Rendered  # noqa: E402  (its models need the line above)

application = Rendered(django)
