"""Our say in allauth's sign-in: limits in PostgreSQL, nobody signs up, one code works once."""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ResetPasswordForm
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic_site import editor_host, tasks
from practice import clock, limits
from practice.models import Practice

A_WHILE = dt.timedelta(minutes=15)
TRIES_FOR_ONE_ACCOUNT = 10  # from one source, or in one browser that signed in before
TRIES_FROM_ONE_SOURCE = 30
TRIES_FOR_ONE_ACCOUNT_IN_ALL = 100  # from strange browsers everywhere, against many sources
A_BROWSER_IS_KNOWN_FOR = dt.timedelta(days=365)
CODES_FOR_ONE_ACCOUNT = 10
MAILS_TO_ONE_ADDRESS = 3  # an hour
DEMO_DOMAIN = "@example.com"


def too_many(request: HttpRequest) -> ImmediateHttpResponse:
    response = render(request, "account/too_many.html", status=429)
    response.headers["Retry-After"] = str(int(A_WHILE.total_seconds()))
    return ImmediateHttpResponse(response)


class StaffAccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return limits.address_of(request) or "unknown"

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Count the try before any password is compared; a right one is taken back alone, so that
        somebody who knows one password gets no more guesses at another.

        The counts are apart, and the same for an account that exists and one that does not.
        Guessing from elsewhere never keeps out whoever signed in before in the same browser: that
        one has a count of its own (OWASP's device cookies).
        """
        now = clock.now()
        account = str(credentials.get("email") or credentials.get("username") or "").lower()
        source = limits.address_of(request)
        counts = _counts(request, account, source)
        for scope, key, limit in counts:
            if not limits.allow(scope, key, limit=limit, per=A_WHILE, now=now):
                raise too_many(request)
        user = cast(AbstractBaseUser | None, super().authenticate(request, **credentials))
        if user is not None:
            for scope, key, _limit in counts:
                limits.take_back(scope, key, at=now)
        return user

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse:
        """After every factor: from now on this browser is known."""
        response = cast(HttpResponse, super().post_login(request, user, **kwargs))
        account = str(getattr(user, "email", "")).lower()
        response.set_cookie(
            _known_by(account),
            _signer(account).sign(secrets.token_urlsafe(16)),
            max_age=A_BROWSER_IS_KNOWN_FOR,
            path=reverse("account_login"),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """allauth's own count is off; `authenticate` counts."""

    def pre_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse | None:
        if not settings.DEMO and is_demo_account(getattr(user, "email", "")):
            return cast(HttpResponse, self.respond_user_inactive(request, user))
        return cast(HttpResponse | None, super().pre_login(request, user, **kwargs))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if editor_host.is_here(request):
            return "/cms/"
        return str(super().get_login_redirect_url(request))

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """No "signed in as …" over the first page; errors only."""
        from django.contrib.messages import constants

        if level >= constants.WARNING:
            super().add_message(request, level, *args, **kwargs)


def _counts(request: HttpRequest, account: str, source: str) -> list[tuple[str, str, int]]:
    """Scope, key and limit of each count that a try with this account is counted in."""
    with contextlib.suppress(signing.BadSignature):
        browser = _signer(account).unsign(
            request.COOKIES.get(_known_by(account), ""), max_age=A_BROWSER_IS_KNOWN_FOR
        )
        return [("login-browser", f"{account} {browser}", TRIES_FOR_ONE_ACCOUNT)]
    place = limits.source_key(source)
    counts = [
        ("login-account-source", f"{account} {place}", TRIES_FOR_ONE_ACCOUNT),
        ("login-account", account, TRIES_FOR_ONE_ACCOUNT_IN_ALL),
    ]
    if not (settings.DEMO and limits.is_loopback(source)):
        counts.insert(0, ("login-source", place, TRIES_FROM_ONE_SOURCE))
    return counts


def _signer(account: str) -> signing.TimestampSigner:
    # The account is part of the salt, so that what one person's browser holds helps nobody else.
    return signing.TimestampSigner(salt=f"clinic_site.sign_in.known:{account}")


def _known_by(account: str) -> str:
    """The cookie's name: several people share the desk's computer, and it names none of them."""
    return "known_" + salted_hmac("clinic_site.sign_in.known", account).hexdigest()[:12]


class StaffMFAAdapter(DefaultMFAAdapter):
    def get_totp_issuer(self) -> str:
        return Practice.objects.current().name


def is_demo_account(email: str) -> bool:
    return email.lower().endswith(DEMO_DOMAIN)


def _use_once(user: AbstractBaseUser, code: str) -> None:
    """A code that was good a moment ago is spent, in every process and on every machine."""
    if not limits.allow(
        "second-factor-spent",
        f"{user.pk}:{''.join(code.split())}",
        limit=1,
        per=dt.timedelta(minutes=2),
        now=clock.now(),
    ):
        raise ValidationError(_("This code was used already. Wait for the next one."))


class CountedCodes:
    """Codes are counted like passwords; a right one is taken back and works once."""

    user: AbstractBaseUser

    def clean_code(self) -> str:
        now = clock.now()
        if not limits.allow(
            "second-factor",
            str(self.user.pk),
            limit=CODES_FOR_ONE_ACCOUNT,
            per=A_WHILE,
            now=now,
        ):
            raise ValidationError(_("Too many tries. Please wait 15 minutes."))
        code = str(super().clean_code())  # type: ignore[misc]
        _use_once(self.user, code)
        limits.take_back("second-factor", str(self.user.pk), at=now)
        return code


class SecondFactorForm(CountedCodes, AuthenticateForm):
    pass


class SecondFactorAgainForm(CountedCodes, ReauthenticateForm):
    pass


class AskForALink(ResetPasswordForm):
    """Counts and queues the same for an address that nobody has: neither the page nor the time it
    takes tells which accounts exist."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if limits.allow(
            "staff-mail",
            email,
            limit=MAILS_TO_ONE_ADDRESS,
            per=dt.timedelta(hours=1),
            now=clock.now(),
        ):
            tasks.send_password_reset.defer(user=self.users[0].pk if self.users else tasks.NOBODY)
        return email


class LengthValidator:
    """15 to 128 characters, of any kind: length protects, rules about symbols do not."""

    def __init__(self, least: int = 15, most: int = 128) -> None:
        self.least, self.most = least, most

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if len(password) < self.least:
            raise ValidationError(
                ngettext(
                    "This password is too short. Use at least %(least)d character.",
                    "This password is too short. Use at least %(least)d characters.",
                    self.least,
                ),
                code="password_too_short",
                params={"least": self.least},
            )
        if len(password) > self.most:
            raise ValidationError(
                _("This password is too long. Use at most %(most)d characters."),
                code="password_too_long",
                params={"most": self.most},
            )

    def get_help_text(self) -> str:
        return _("At least %(least)d characters. A short sentence is easy to remember.") % {
            "least": self.least
        }
