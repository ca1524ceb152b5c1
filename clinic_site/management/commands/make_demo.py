"""Accounts to try the demo with: one for each role. Never in live mode."""

from __future__ import annotations

import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from appointments.models import VideoRoom
from appointments.signs import sign_samples
from clinic_site import roles
from practice import clock
from practice import models as practice
from practice.roles import Role

ACCOUNTS = {
    "manager@example.com": ("Morgan", "Manager", Role.MANAGER),
    "frontdesk@example.com": ("Frances", "Desk", Role.FRONT_DESK),
    "doctor@example.com": ("Dana", "Doctor", Role.DOCTOR),
    "assistant@example.com": ("Ari", "Assistant", Role.ASSISTANT),
    "auditor@example.com": ("Alex", "Auditor", Role.AUDITOR),
}
# Whose calendar the account signs in to, by the role of a person on the team page.
SEES_PATIENTS_AS = {
    "doctor@example.com": (practice.Role.PHYSICIAN,),
    "assistant@example.com": (
        practice.Role.PHYSICIAN_ASSISTANT,
        practice.Role.NURSE_PRACTITIONER,
    ),
}


class Command(BaseCommand):
    help = "Make the demo's accounts, or with --remove close them. Can be run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--remove", action="store_true", help="close the demo accounts")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["remove"]:
            self._close()
            return
        if not settings.DEMO:
            raise CommandError(
                "A live site has no demo accounts. Set CLINIC_MODE=demo for a demo, or make an "
                "account for a person with `manage createsuperuser`."
            )
        password, is_new = _password()
        with transaction.atomic():
            roles.install_groups()
            for email, (given, family, role) in ACCOUNTS.items():
                _account(email, given, family, role, password)
            _video_rooms()
            sign_samples(now=clock.now())
        if is_new:
            for email in ACCOUNTS:
                self.stdout.write(f"{email}  {password}")
            self.stdout.write(f"Kept in {_kept_in()}")

    def _close(self) -> None:
        closed = User.objects.filter(email__in=ACCOUNTS, is_active=True).update(is_active=False)
        practice.Practitioner.objects.filter(user__email__in=ACCOUNTS).update(user=None)
        _kept_in().unlink(missing_ok=True)
        self.stdout.write(f"{closed} demo accounts closed.")


def _kept_in() -> Path:
    return Path(settings.CLINIC_HOME) / "demo-accounts.txt"


def _password() -> tuple[str, bool]:
    """The password of all demo accounts, and whether it was made just now."""
    if given := os.environ.get("DEMO_PASSWORD"):
        return given, False
    path = _kept_in()
    if path.exists():
        return path.read_text().split()[1], False
    password = secrets.token_urlsafe(15)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Readable by nobody else from the first byte on.
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{email} {password}\n" for email in ACCOUNTS)
    return password, True


def _video_rooms() -> None:
    """An address that nobody answers, so that the way into a video visit can be tried."""
    for person in practice.Practitioner.objects.filter(bookable=True, video_room=None):
        VideoRoom.objects.create(
            practitioner=person, address="https://video.example.com/room-{visit}"
        )


def _account(email: str, given: str, family: str, role: Role, password: str) -> None:
    user, _ = User.objects.get_or_create(
        username=email, defaults={"email": email, "first_name": given, "last_name": family}
    )
    user.is_staff = user.is_active = True
    if not user.check_password(password):
        user.set_password(password)
    user.save()
    user.groups.set([Group.objects.get(name=role.value)])
    EmailAddress.objects.get_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    if people := SEES_PATIENTS_AS.get(email):
        person = practice.Practitioner.objects.filter(role__in=people, user=None).first()
        if person is not None and not practice.Practitioner.objects.filter(user=user).exists():
            person.user = user
            person.save(update_fields=["user"])
