"""Pages that doctors edit, as patients read them."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from wagtail.contrib.redirects.models import Redirect
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
    try:
        answer: HttpResponseBase = serve_page(request, path)
    except Http404:
        if moved := moved_original(request, site):
            return moved
        raise
    return answer


def moved_original(request: HttpRequest, site: Site | None) -> HttpResponseBase | None:
    """For an address in another language that has no redirect of its own: where the original's
    leads, in that language. (The redirects of an address itself are Wagtail's middleware's.)"""
    language, path = languages.split(request.path)
    if language == languages.ORIGINAL or "\0" in path:
        return None
    rows = Redirect.get_for_site(site)
    if rows.filter(old_path=Redirect.normalise_path(request.path)).exists():
        return None
    row = rows.filter(old_path=Redirect.normalise_path(path)).first()
    if row is None or not row.link:
        return None
    is_ours = row.link.startswith("/")
    link = languages.address(languages.split(row.link)[1]) if is_ours else row.link
    answer: HttpResponseBase = redirect(link, permanent=row.is_permanent)
    return answer
