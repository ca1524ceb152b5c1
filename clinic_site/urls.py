"""The table of contents: which app answers which address."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from clinic_site import for_machines

urlpatterns = [
    # staff
    path("admin/", admin.site.urls),
    path("cms/", include(wagtailadmin_urls)),
    path("accounts/", include("allauth.urls")),
    # patients
    path("", include("appointments.urls")),
    path("", include("reviews.urls")),
    path("", include("procedures.urls")),
    path("", include("practice.urls")),
    # machines
    path("sitemap.xml", for_machines.sitemap, name="sitemap"),
    path("robots.txt", for_machines.robots, name="robots"),
    # pages that doctors edit; in front of Wagtail's sign-in for private pages, which knows neither
    # our limits nor a second factor
    path("_util/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("", include(wagtail_urls)),
]

if settings.DEMO:  # live: nginx does (deploy/nginx.conf)
    pictures = {"document_root": settings.MEDIA_ROOT / "images"}
    urlpatterns.insert(0, path("media/images/<path:path>", serve, pictures))

handler500 = "clinic_site.degraded.server_error"
