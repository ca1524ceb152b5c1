"""What the front desk sees and does. Rows come from access.for_staff, which writes the access log;
a status changes through booking's verbs alone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def inbox(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


def appointments(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


def appointment(request: HttpRequest, reference: str) -> HttpResponse:
    raise NotImplementedError


def confirm(request: HttpRequest, reference: str) -> HttpResponse:
    raise NotImplementedError


def refuse(request: HttpRequest, reference: str) -> HttpResponse:
    raise NotImplementedError
