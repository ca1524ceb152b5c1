"""The table of contents: which app answers which address."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from clinic_site import for_machines, media
from practice import pages

urlpatterns = [
    # staff
    path("admin/", admin.site.urls),
    path("cms/images/<int:pk>/preview/<path:spec>/", media.made_on_request),
    path("cms/", include(wagtailadmin_urls)),
    path("accounts/", include("allauth.urls")),
    # machines
    path("sitemap.xml", for_machines.sitemap, name="sitemap"),
    path("", include("correspondence.urls")),
    path("robots.txt", for_machines.robots, name="robots"),
    # Wagtail's own sign-in for private pages knows neither our limits nor a second factor
    path("_util/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("es/_util/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    # patients: in English here, in Spanish under /es/ (practice/languages.py)
    *i18n_patterns(
        path("", include("appointments.urls")),
        path("", include("reviews.urls")),
        path("", include("procedures.urls")),
        path("", include("practice.urls")),
        # pages that doctors edit
        re_path(wagtail_urls.serve_pattern, pages.serve),
        path("", include(wagtail_urls)),
        prefix_default_language=False,
    ),
]

if settings.DEMO:  # live: nginx does (deploy/nginx.conf)
    urlpatterns.insert(0, path("media/images/<str:name>", media.picture))

handler500 = "clinic_site.degraded.server_error"
