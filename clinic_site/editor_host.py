"""A host of its own for the editor (CLINIC_CMS_URL), so that a script in it reaches no patient.

There, only /cms/, the sign-in and what their pages are made of answer, under a session cookie of
its own name; a public page leads to the patients' host, on which there is no /cms/.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from clinic_site.security import PERSONAL

ANSWERS = ("/cms/", "/accounts/", "/static/", "/media/images/")


def is_here(request: HttpRequest) -> bool:
    """Whether this request came to the editor's own host."""
    host, _port = split_domain_port(request.get_host())
    return bool(settings.CMS_HOST) and host.lower() == settings.CMS_HOST


class EditorHost:
    """Stands outside the sessions: what it lets through reads the cookie of the right host."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if getattr(request, "is_dummy", False):
            # A preview: Wagtail asks for a public page from inside a request that passed here, and
            # knows nothing of TLS.
            request.META["wsgi.url_scheme"] = urlsplit(settings.CLINIC_URL).scheme
            return self.get_response(request)
        if not settings.CMS_HOST:
            return self.get_response(request)
        if not is_here(request):
            if request.path_info.startswith("/cms/"):
                raise Http404
            return self.get_response(request)
        if request.path_info == "/":
            return redirect("/cms/")
        if not request.path_info.startswith(ANSWERS):
            if request.method != "GET" or request.path_info.startswith(PERSONAL):
                raise Http404
            return redirect(f"{settings.CLINIC_URL}{request.path_info}")
        return self._under_its_own_cookie(request)

    def _under_its_own_cookie(self, request: HttpRequest) -> HttpResponseBase:
        name, ours = settings.SESSION_COOKIE_NAME, settings.CMS_COOKIE_NAME
        request.COOKIES.pop(name, None)
        if ours in request.COOKIES:
            request.COOKIES[name] = request.COOKIES[ours]
        response = self.get_response(request)
        if (set_cookie := response.cookies.pop(name, None)) is not None:
            set_cookie.set(ours, set_cookie.value, set_cookie.coded_value)
            response.cookies[ours] = set_cookie
        return response
