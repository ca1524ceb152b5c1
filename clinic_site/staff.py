"""Who gets past the door of /admin/, /cms/ and /accounts/: nobody, unless a rule here says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pghistory
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from clinic_site.security import STAFF
from practice import access_log, clock, limits
from practice.roles import May

IDLE = dt.timedelta(minutes=15)
LONGEST = dt.timedelta(hours=12)
BEGAN, SEEN = "staff_began", "staff_seen"

# The steps of signing in, open to everybody. Each is allauth's and asks for its own proof.
OPEN = frozenset(
    {
        "account_login",
        "account_signup",  # says that it is closed
        "account_inactive",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "admin:login",  # leads to account_login
    }
)
# What somebody signed in may do before their second factor is set up and was used.
SETTING_UP = frozenset(
    {
        "account_logout",
        "account_change_password",
        "account_reauthenticate",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    }
)
# Of these, what is left once it is set up and only has to be used: to enrol another factor on a
# password alone would be a way around the first.
USING = frozenset(
    {
        "account_logout",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    }
)
# Pages that ask again by themselves say so; they never keep a session alive.
ASKS_BY_ITSELF = "X-Asks-By-Itself"


class StaffOnly:
    """Default deny over the whole staff address space, also for addresses that do not exist."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(STAFF):
            return self.get_response(request)
        name = _name_of(request)
        if not request.user.is_authenticated:
            if name in OPEN:
                return self.get_response(request)
            return redirect_to_login(request.get_full_path())
        if _is_over(request):
            logout(request)
            messages.info(request, _("You were signed out. Please sign in again."))
            return redirect_to_login(request.get_full_path())
        if not (request.user.is_active and request.user.is_staff):
            if name == "account_logout":
                return self.get_response(request)
            raise PermissionDenied
        if (where := _second_factor_wants(request, name)) is not None:
            return redirect(where)
        # Wagtail would send them to sign in, and the sign-in, as they have, back to Wagtail.
        if request.path_info.startswith("/cms/") and not request.user.has_perm(May.EDIT_PAGES):
            raise PermissionDenied
        _refuse_who_only_reads(request, name)
        with pghistory.context(user=request.user.pk):
            response = self.get_response(request)
        if name == "account_logout" and request.method == "POST":
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


def _name_of(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""


def _refuse_who_only_reads(request: HttpRequest, name: str) -> None:
    """A change by somebody who may change nothing, their own account aside. Written down."""
    if (
        request.method in ("GET", "HEAD", "OPTIONS")
        or request.path_info.startswith("/accounts/")
        or request.user.has_perm(May.CHANGE_ANYTHING)
    ):
        return
    access_log.record(
        actor=request.user,
        action=name.rpartition(":")[2] or "unknown",
        patients=(),
        source=limits.address_of(request),
        now=clock.now(),
        refused=True,
    )
    raise PermissionDenied


def _is_over(request: HttpRequest) -> bool:
    """Whether the session ran out; if not, note that it is in use. Times are whole seconds."""
    now = int(clock.now().timestamp())
    session = request.session
    began, seen = session.get(BEGAN), session.get(SEEN)
    if began is None or seen is None:
        session[BEGAN] = session[SEEN] = now
        return False
    if now - seen >= IDLE.total_seconds() or now - began >= LONGEST.total_seconds():
        return True
    if ASKS_BY_ITSELF not in request.headers:
        session[SEEN] = now
    return False


def _second_factor_wants(request: HttpRequest, name: str) -> str | None:
    """The name of the page that has to come first, or None."""
    if settings.DEMO:
        return None
    user = request.user
    if not is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]):
        return None if name in SETTING_UP else "mfa_index"
    if any(record.get("method") == "mfa" for record in get_authentication_records(request, user)):
        return None
    return None if name in USING else "mfa_reauthenticate"
