from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from practice.roles import Role
from tests.staff import a_member, signed_in

PUBLIC = ["/", "/no-such-page/"]
PERSONAL = ["/admin/", "/cms/", "/accounts/login/", "/appointments/", "/a/no-such-token/"]


def policy(answer: Any) -> dict[str, set[str]]:
    said = {}
    for part in answer.headers["Content-Security-Policy"].split(";"):
        name, *values = part.split()
        said[name] = set(values)
    return said


@pytest.mark.parametrize("url", PUBLIC + PERSONAL)
def test_every_answer_says_where_things_may_come_from(db: None, url: str) -> None:
    answer = Client().get(url)
    said = policy(answer)
    assert said["default-src"] == said["base-uri"] == said["object-src"] == {"'none'"}
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "Server" not in answer.headers
    assert "X-Powered-By" not in answer.headers
    if not url.startswith("/cms/"):
        assert said["script-src"] == said["style-src"] == {"'self'"}
        assert said["frame-ancestors"] == {"'none'"}


def test_only_the_editor_of_pages_may_have_script_in_its_pages(db: None) -> None:
    editor = signed_in(a_member(Role.EDITOR, "ed@clinic.test"))
    assert policy(editor.get("/cms/"))["script-src"] == {"'self'", "'unsafe-inline'"}
    assert policy(editor.get("/cms/"))["default-src"] == {"'none'"}
    assert policy(editor.get("/cmsx/"))["script-src"] == {"'self'"}


@pytest.mark.parametrize("url", PERSONAL)
def test_what_is_personal_is_kept_nowhere(db: None, url: str) -> None:
    answer = Client().get(url)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_a_page_of_the_desk_is_kept_nowhere(db: None) -> None:
    manager = signed_in(a_member(Role.MANAGER, "mo@clinic.test"))
    for url in (
        "/admin/",
        "/admin/appointments/",
        "/admin/jsi18n/",
        "/admin/no/",
        "/accounts/2fa/",
    ):
        assert manager.get(url).headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "FOO", "PUT", "DELETE", "PATCH"])
def test_methods_that_nobody_needs_are_refused(db: None, method: str) -> None:
    assert Client().generic(method, "/").status_code == 405
    assert Client().generic(method, "/admin/").status_code == 405


def test_a_session_cookie_is_for_this_browser_window_and_not_for_scripts(db: None) -> None:
    User.objects.create_user("f", "f@clinic.test", "a long sentence nobody guesses", is_staff=True)
    browser = Client()
    browser.post(
        "/accounts/login/", {"login": "f@clinic.test", "password": "a long sentence nobody guesses"}
    )
    cookie = browser.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == "" == cookie["expires"]


def test_another_sites_form_does_nothing(db: None) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(a_member(Role.FRONT_DESK, "fr@clinic.test"))
    answer = browser.post("/admin/appointments/7KM4-X2PD/confirm/", {"seen_version": 1})
    assert answer.status_code == 403
