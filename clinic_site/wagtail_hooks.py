"""Every page that Wagtail serves to the public may be kept as a rendered copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from wagtail import hooks
from wagtail.models import Page

from practice import public

Serve = Callable[[Page, HttpRequest, Any, Any], HttpResponseBase]


@hooks.register("on_serve_page")  # type: ignore[untyped-decorator]
def mark_as_public(serve: Serve) -> Serve:
    def marked(page: Page, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponseBase:
        response = serve(page, request, args, kwargs)
        return public.mark(request, response, getattr(page, "public_parameters", ()))

    return marked
