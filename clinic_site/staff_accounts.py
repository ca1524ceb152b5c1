"""Who works here: invite, give a role, close an account. A manager's screen.

An account is closed, never deleted: what its owner did stays under their name. A closed account's
sessions end with the next request, because nobody is signed in who is not active.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from allauth.account.forms import ResetPasswordForm
from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from appointments.desk.pages import Here, here_now, needs, page
from clinic_site.sign_in import is_demo_account
from practice.roles import May, Role

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
CONTROL = {"class": "form-control", "autocomplete": "off"}


class NotThisOne(Exception):
    """The sentence says why the account cannot be changed so."""


class InviteForm(forms.Form):
    given_name = forms.CharField(
        label=gettext_lazy("First name"), max_length=80, widget=forms.TextInput(attrs=CONTROL)
    )
    family_name = forms.CharField(
        label=gettext_lazy("Last name"), max_length=80, widget=forms.TextInput(attrs=CONTROL)
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), max_length=150, widget=forms.EmailInput(attrs=CONTROL)
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[(one.value, one.value) for one in Role],
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(username__iexact=email).exists():
            raise forms.ValidationError(_("Somebody with this e-mail has an account already."))
        if not settings.DEMO and is_demo_account(email):
            raise forms.ValidationError(_("This is an address for examples. Write a real one."))
        return email


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=[(one.value, one.value) for one in Role])


@dataclass(frozen=True)
class Member:
    """One account as the list shows it."""

    user: User
    role: str
    has_second_factor: bool
    last_seen: str
    changeable: bool


def urlpatterns_in(site: AdminSite) -> list[URLPattern]:
    return [
        path("staff/", site.admin_view(staff), name="staff"),
        path("staff/invite/", site.admin_view(invite), name="staff_invite"),
        path("staff/<int:member>/role/", site.admin_view(role), name="staff_role"),
        path("staff/<int:member>/close/", site.admin_view(close), name="staff_close"),
        path("staff/<int:member>/open/", site.admin_view(open_again), name="staff_open"),
        path("staff/<int:member>/link/", site.admin_view(link), name="staff_link"),
    ]


@needs(May.MANAGE_STAFF)
@require_GET
def staff(request: HttpRequest) -> HttpResponse:
    return _screen(request, InviteForm())


@needs(May.MANAGE_STAFF)
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """A new account, and a letter with a link to choose its password."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _screen(request, form, status=400)
    said = form.cleaned_data
    with transaction.atomic():
        user = User.objects.create_user(
            said["email"],
            said["email"],
            first_name=said["given_name"],
            last_name=said["family_name"],
            is_staff=True,
        )
        user.groups.set(Group.objects.filter(name=said["role"]))
        _note(request, user, ADDITION, f"invited as {said['role']}")
    _send_link(request, user)
    messages.success(
        request,
        _("%(name)s is invited. The letter goes to %(email)s.")
        % {"name": user.get_full_name(), "email": user.email},
    )
    return redirect("admin:staff")


@needs(May.MANAGE_STAFF)
@require_POST
def role(request: HttpRequest, member: int) -> HttpResponse:
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the roles. Nothing was changed."))
        return redirect("admin:staff")
    given = form.cleaned_data["role"]

    def give(user: User) -> str:
        user.groups.set(Group.objects.filter(name=given))
        return _("%(name)s is now: %(role)s.") % {"name": user.get_full_name(), "role": given}

    return _change(request, member, give, leaves_managers=given == Role.MANAGER)


@needs(May.MANAGE_STAFF)
@require_POST
def close(request: HttpRequest, member: int) -> HttpResponse:
    def shut(user: User) -> str:
        user.is_active = False
        user.save(update_fields=["is_active"])
        return _("The account of %(name)s is closed. They are signed out everywhere.") % {
            "name": user.get_full_name()
        }

    return _change(request, member, shut)


@needs(May.MANAGE_STAFF)
@require_POST
def open_again(request: HttpRequest, member: int) -> HttpResponse:
    def reopen(user: User) -> str:
        user.is_active = True
        user.save(update_fields=["is_active"])
        return _("%(name)s can sign in again.") % {"name": user.get_full_name()}

    return _change(request, member, reopen, leaves_managers=True)


@needs(May.MANAGE_STAFF)
@require_POST
def link(request: HttpRequest, member: int) -> HttpResponse:
    """The letter once more, for somebody who lost it or forgot the password."""
    user = get_object_or_404(User, pk=member, is_staff=True, is_active=True)
    _send_link(request, user)
    messages.success(
        request, _("A link to choose a password goes to %(email)s.") % {"email": user.email}
    )
    return redirect("admin:staff")


def _change(
    request: HttpRequest,
    member: int,
    change: Callable[[User], str],
    *,
    leaves_managers: bool = False,
) -> HttpResponse:
    """Apply `change`, under lock; refuse what would shut the house from inside."""
    try:
        with transaction.atomic():
            managers = User.objects.filter(is_active=True, groups__name=Role.MANAGER)
            others = set(managers.select_for_update(of=("self",)).values_list("pk", flat=True))
            users = User.objects.select_for_update().filter(is_staff=True)
            user = get_object_or_404(users, pk=member)
            if user.is_superuser:
                raise NotThisOne(_("The operator's account is changed on the server only."))
            if user == request.user:
                raise NotThisOne(_("Nobody changes their own account. Ask another manager."))
            if not leaves_managers and not others - {user.pk}:
                raise NotThisOne(_("This is the last manager. Make somebody else manager first."))
            said = change(user)
            _note(request, user, CHANGE, said)
    except NotThisOne as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return redirect("admin:staff")


def _note(request: HttpRequest, user: User, flag: int, said: str) -> None:
    LogEntry.objects.log_actions(
        cast(User, request.user).pk, [user], flag, change_message=said, single_object=True
    )


def _send_link(request: HttpRequest, user: User) -> None:
    """By allauth's own way to a new password, which is also the way to a first one."""
    form = ResetPasswordForm(data={"email": user.email})
    if form.is_valid():
        form.save(request)


def _screen(request: HttpRequest, form: InviteForm, *, status: int = 200) -> HttpResponse:
    here = here_now()
    members = _members(here)
    return page(
        request,
        "staff",
        here=here,
        members=[one for one in members if one.user.is_active],
        closed=[one for one in members if not one.user.is_active],
        without=sum(one.user.is_active and not one.has_second_factor for one in members),
        roles=list(Role),
        form=form,
        status=status,
    )


def _members(here: Here) -> list[Member]:
    factor = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    users = (
        User.objects.filter(is_staff=True)
        .annotate(has_second_factor=Exists(factor))
        .prefetch_related("groups")
        .order_by("last_name", "first_name", "pk")
    )
    return [
        Member(
            user,
            ", ".join(group.name for group in user.groups.all()) or _("none"),
            user.has_second_factor,
            here.soon(user.last_login) if user.last_login else "",
            not user.is_superuser,
        )
        for user in users
    ]
