"""Pages that doctors edit, as patients read them."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from wagtail.models import Page, Site
from wagtail.views import serve as serve_page

from practice import languages


def serve(request: HttpRequest, path: str) -> HttpResponseBase:
    """The page at this address. Where nobody has translated it yet, the original stands there:
    templates/base.html marks it and says so. Raises Http404."""
    route = Page.route_for_request(request, path)
    if route is None and languages.current() != languages.ORIGINAL:
        site = Site.find_for_request(request)
        if site is not None:
            parts = [part for part in path.split("/") if part]
            request._wagtail_route_for_request = site.root_page.specific.route(  # type: ignore[attr-defined]
                request, parts
            )
    return serve_page(request, path)
