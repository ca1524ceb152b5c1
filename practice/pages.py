"""Pages that doctors edit, as patients read them."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from wagtail.models import Site
from wagtail.views import serve as serve_page

from practice import languages, translations


def serve(request: HttpRequest, path: str) -> HttpResponseBase:
    """The page at this address. Where nobody has translated it yet, the original stands there:
    templates/base.html marks it and says so. Raises Http404."""
    site = Site.find_for_request(request)
    if languages.current() != languages.ORIGINAL and site is not None:
        parts = [part for part in path.split("/") if part]
        home = site.root_page
        # Not Wagtail's own way: a page may be translated before those above it.
        for root in (translations.in_language(home, languages.current()), home.specific):
            try:
                route = root.route(request, parts) if root else None
            except Http404:
                route = None
            # Kept where Wagtail's own view looks for it.
            request._wagtail_route_for_request = route  # type: ignore[attr-defined]
            if route is not None:
                break
    answer: HttpResponseBase = serve_page(request, path)
    return answer
