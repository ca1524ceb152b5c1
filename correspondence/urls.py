from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from .views import heard

urlpatterns: list[URLPattern | URLResolver] = [path("texts/heard/", heard, name="texts_heard")]
