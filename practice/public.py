"""Which answers are public pages: the same for everybody, so rendered once and kept.

A view says so with `@public_page`; Wagtail's pages are marked by clinic_site/wagtail_hooks.py.
The mark is a header that clinic_site/rendered.py reads and takes away. A marked page must not
read cookies, the user, the session or a CSRF token, and must not use parameters it did not name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import quote, unquote

from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "X-Public-Page"
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def public_page(*parameters: str) -> Callable[[View[P]], View[P]]:
    """For a view. `parameters` are the names in the query that change what the page says."""

    def decorate(view: View[P]) -> View[P]:
        def marked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            return mark(request, view(request, *args, **kwargs), parameters)

        return cast(View[P], wraps(view)(marked))

    return decorate


def mark(
    request: HttpRequest, response: HttpResponseBase, parameters: Iterable[str] = ()
) -> HttpResponseBase:
    """Mark `response` as public, if it is a page at all (GET or HEAD, 200, no preview)."""
    is_page = request.method in {"GET", "HEAD"} and response.status_code == 200
    if is_page and not response.streaming and not getattr(request, "is_preview", False):
        # With its address, so that a page shown inside another (a preview) is not taken for it.
        response.headers[HEADER] = f"{quote(request.path)} {','.join(parameters)}"
    return response


def read_mark(value: str) -> tuple[str, frozenset[str]]:
    """The path and the parameters' names of a mark."""
    path, _space, names = value.partition(" ")
    return unquote(path), frozenset(filter(None, names.split(",")))
