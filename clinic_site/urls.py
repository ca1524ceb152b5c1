"""The table of contents: which app answers which address."""

from django.contrib import admin
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

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
    # pages that doctors edit
    path("", include(wagtail_urls)),
]
