"""Mail to staff leaves from the worker: an answer that waited for it would tell that the account
exists."""

from __future__ import annotations

import io
import smtplib
from urllib.parse import urlsplit

from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.core.context import request_context
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.handlers.wsgi import WSGIRequest
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

NOBODY = 0


class NotSent(Exception):
    """Without the mail server's words: they repeat the address."""


@app.task(
    name="clinic_site.send_password_reset",
    queue="messages",
    retry=RetryStrategy(max_attempts=8, wait=5, exponential_wait=3),
)
def send_password_reset(user: int) -> None:
    """To this person, unless it is nobody: a job is queued either way."""
    person = get_user_model().objects.filter(pk=user, is_active=True).first()
    if person is None:
        return
    site = urlsplit(settings.CLINIC_URL)
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/",
            "HTTP_HOST": site.netloc,
            "HTTP_X_FORWARDED_PROTO": site.scheme,
            "wsgi.url_scheme": site.scheme,
            "wsgi.input": io.BytesIO(),
        }
    )
    try:
        with request_context(request):
            request_password_reset(request, person.email, [person], None)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(type(error).__name__) from None
