"""What patients say."""

from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from reviews import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("reviews/", views.reviews, name="reviews"),
]
