"""/cms/accounts/: which account is which person's, so that a physician signs as themselves."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from wagtail.log_actions import log

from practice.models import Practitioner
from practice.roles import May


class Account(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, account: User) -> str:
        roles = ", ".join(group.name for group in account.groups.all())
        name = account.get_full_name() or account.get_username()
        return f"{name}, {account.email} ({roles})" if roles else f"{name}, {account.email}"


class AccountForm(forms.Form):
    account = Account(queryset=User.objects.none(), required=False)

    def __init__(self, person: Practitioner, accounts: QuerySet[User], *args: object) -> None:
        super().__init__(*args, prefix=f"person-{person.pk}")  # type: ignore[misc, arg-type]
        self.person = person
        field = self.fields["account"]
        field.queryset = accounts  # type: ignore[attr-defined]
        field.label = _("Account of %(name)s") % {"name": person.name_with_credentials}
        field.empty_label = _("No account")  # type: ignore[attr-defined]
        field.initial = person.user_id

    def clean_account(self) -> User | None:
        account: User | None = self.cleaned_data["account"]
        other = Practitioner.objects.filter(user=account).exclude(pk=self.person.pk).first()
        if account is not None and other is not None:
            raise forms.ValidationError(
                _("This is the account of %(name)s.") % {"name": other.name_with_credentials}
            )
        return account


@dataclass(frozen=True)
class Row:
    person: Practitioner
    form: AccountForm
    signs: bool


@require_http_methods(["GET", "HEAD", "POST"])
def accounts(request: HttpRequest) -> HttpResponse:
    """practice/accounts.html. POST `person` and the account that is theirs, or none."""
    if not request.user.has_perm(May.LINK_ACCOUNTS):
        raise PermissionDenied
    refused = None
    if request.method == "POST":
        refused = give(request)
        if refused is None:
            return redirect(request.path)
    return render(request, "practice/accounts.html", {"rows": rows(refused)})


def give(request: HttpRequest) -> AccountForm | None:
    """Write one account down; the form that says why not."""
    with transaction.atomic():
        people = Practitioner.objects.select_for_update()
        person = get_object_or_404(people, pk=whole(request.POST.get("person")))
        form = AccountForm(person, staff(), request.POST)
        if not form.is_valid():
            return form
        person.user = form.cleaned_data["account"]
        person.save(update_fields=["user"])
        to = person.user.get_username() if person.user else ""
        log(instance=person, action="wagtail.edit", user=request.user, data={"account": to})
    messages.success(request, _("Saved: %(name)s.") % {"name": person.name_with_credentials})
    return None


def rows(refused: AccountForm | None) -> list[Row]:
    found = []
    for person in Practitioner.objects.select_related("user"):
        form = AccountForm(person, staff())
        if refused is not None and refused.person.pk == person.pk:
            form = refused
        account = person.user
        signs = bool(account and account.is_active and account.has_perm(May.SIGN_TOPICS))
        found.append(Row(person, form, signs and person.role == "physician"))
    return found


def staff() -> QuerySet[User]:
    found = User.objects.filter(is_active=True, is_staff=True).prefetch_related("groups")
    return found.order_by("last_name", "first_name", "pk")


def whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
