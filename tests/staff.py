"""People who work at the invented clinic, and their browsers. Plain functions."""

from __future__ import annotations

from django.contrib.auth.models import Group, User
from django.test import Client

from clinic_site import roles
from practice.roles import Role

PASSWORD = "a long sentence nobody guesses"


def a_member(
    role: Role | None, email: str, given: str = "Some", family: str = "Body", *, staff: bool = True
) -> User:
    """Somebody with exactly one role (or none)."""
    roles.install_groups()
    user = User.objects.create_user(
        email, email, PASSWORD, first_name=given, last_name=family, is_staff=staff
    )
    if role is not None:
        user.groups.add(Group.objects.get(name=role.value))
    return user


def signed_in(user: User) -> Client:
    """A browser in which `user` signed in with the password alone."""
    client = Client()
    client.force_login(user)
    return client
