"""Finding a page. The conditions and procedures themselves are Wagtail's."""

from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from procedures import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("search/", views.search, name="search"),
]
