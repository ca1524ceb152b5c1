from __future__ import annotations

import base64
import struct
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.models import User

from practice.roles import Role
from tests.staff import a_member

SECRET = base64.b32encode(struct.pack(">QQI", 7, 11, 13)).decode()


@pytest.fixture
def live(settings: Any) -> None:
    """The site in front of real patients."""
    settings.DEMO = False


@pytest.fixture
def frances(db: None) -> User:
    return a_member(Role.FRONT_DESK, "frances@clinic.test", "Frances", "Field")


@pytest.fixture
def enrolled(frances: User) -> User:
    """Frances has an app with codes."""
    TOTP.activate(frances, SECRET)
    assert Authenticator.objects.filter(user=frances).exists()
    return frances


def code(shift: int = 0) -> str:
    """What her app shows now, or `shift` half minutes later."""
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + shift))
