"""Where we are and how to reach us. Home, team and plain pages are Wagtail's."""

from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from practice import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("locations/", views.locations, name="locations"),
    path("locations/<slug:slug>/", views.location, name="location"),
    path("contact/", views.contact, name="contact"),
]
