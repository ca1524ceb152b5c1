"""Nobody gets to an address of the staff unless a rule says so."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

from clinic_site import staff
from practice.roles import Role
from tests.conftest import Clock
from tests.security.conftest import code
from tests.staff import PASSWORD, a_member, signed_in

EXAMPLES = {
    "app_label": "practice",
    "reference": "7KM4-X2PD",
    "slug": "a-slug",
    "key": "k-k",
    "uidb36": "a",
}


def staff_addresses() -> Iterator[tuple[str, str]]:
    """Every address under /admin/, /cms/ and /accounts/ with its name, from the resolver."""

    def walk(
        patterns: list[URLPattern | URLResolver], prefix: str, space: str
    ) -> Iterator[tuple[str, str]]:
        for one in patterns:
            if isinstance(one, URLResolver):
                inner = f"{space}{one.namespace}:" if one.namespace else space
                yield from walk(one.url_patterns, prefix + example(one), inner)
            else:
                yield prefix + example(one), f"{space}{one.name}" if one.name else ""

    for address, name in walk(get_resolver().url_patterns, "/", ""):
        if address.startswith(("/admin/", "/cms/", "/accounts/")):
            yield address, name


def example(one: URLPattern | URLResolver) -> str:
    """Something that the pattern matches: numbers are 1, references and slugs look like some."""
    route = getattr(one.pattern, "_route", None)
    if route is None:
        text, names = normalize(one.pattern.regex.pattern)[0]
        return str(text % {name: EXAMPLES.get(name, "1") for name in names})

    def fill(match: re.Match[str]) -> str:
        return EXAMPLES.get(match.group(1).rpartition(":")[2], "1")

    return re.sub(r"<([^>]+)>", fill, str(route))


ADDRESSES = sorted(set(staff_addresses()))


def leads_to_sign_in(answer: object) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].startswith("/accounts/login/")  # type: ignore[attr-defined]


def test_there_are_addresses_to_speak_of() -> None:
    names = {name for _, name in ADDRESSES}
    assert len(ADDRESSES) > 150
    assert {"admin:index", "admin:confirm", "wagtailadmin_home", "mfa_index"} <= names


def test_a_stranger_is_led_to_sign_in_from_everywhere(db: None) -> None:
    browser = Client()
    wrong = [
        (address, name)
        for address, name in ADDRESSES
        if name not in staff.OPEN and not leads_to_sign_in(browser.get(address))
    ]
    assert wrong == []
    assert leads_to_sign_in(browser.get("/admin/no-such-page/"))
    assert leads_to_sign_in(browser.post("/cms/no-such-page/"))


def test_an_account_that_is_not_staff_gets_nowhere(db: None) -> None:
    patient = a_member(None, "pat@clinic.test", staff=False)
    browser = signed_in(patient)
    open_to_all = {"account_logout"}
    wrong = [
        (address, name)
        for address, name in ADDRESSES
        if name not in open_to_all and browser.get(address).status_code != 403
    ]
    assert wrong == []


def test_without_a_second_factor_a_live_site_opens_only_what_sets_one_up(
    frances: User, live: None
) -> None:
    browser = signed_in(frances)
    wrong = [
        (address, name)
        for address, name in ADDRESSES
        if name not in staff.SETTING_UP
        and browser.get(address).headers.get("Location") != "/accounts/2fa/"
    ]
    assert wrong == []
    assert browser.get("/accounts/2fa/").status_code == 200


def test_a_session_that_passed_the_password_alone_gets_nowhere(enrolled: User, live: None) -> None:
    """Also not to the pages that add another factor or show recovery codes."""
    browser = signed_in(enrolled)
    RecoveryCodes.activate(enrolled)
    wrong = [
        (address, name)
        for address, name in ADDRESSES
        if name not in staff.USING
        and browser.get(address).headers.get("Location") != "/accounts/2fa/reauthenticate/"
    ]
    assert wrong == []


def test_with_the_second_factor_the_desk_opens(enrolled: User, live: None) -> None:
    browser = Client()
    answer = browser.post("/accounts/login/", {"login": enrolled.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    assert browser.get("/admin/").status_code == 302
    browser.post("/accounts/2fa/authenticate/", {"code": code()})
    assert browser.get("/admin/").status_code == 200


def test_taking_the_second_factor_away_closes_the_door_at_once(enrolled: User, live: None) -> None:
    browser = Client()
    browser.post("/accounts/login/", {"login": enrolled.email, "password": PASSWORD})
    browser.post("/accounts/2fa/authenticate/", {"code": code()})
    enrolled.authenticator_set.all().delete()
    assert browser.get("/admin/").headers["Location"] == "/accounts/2fa/"


def test_the_demo_asks_for_no_second_factor(frances: User) -> None:
    assert signed_in(frances).get("/admin/").status_code == 200


@pytest.mark.parametrize(("minutes", "seconds", "still_in"), [(14, 59, True), (15, 1, False)])
def test_a_quarter_of_an_hour_without_a_touch_ends_a_session(
    frances: User, clock: Clock, now: dt.datetime, minutes: int, seconds: int, still_in: bool
) -> None:
    browser = signed_in(frances)
    assert browser.get("/admin/").status_code == 200
    clock.at(now + dt.timedelta(minutes=minutes, seconds=seconds))
    assert (browser.get("/admin/?skip_timeout_reset=1").status_code == 200) is still_in


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(
    frances: User, clock: Clock, now: dt.datetime
) -> None:
    browser = signed_in(frances)
    browser.get("/admin/")
    for minute in range(2, 15, 2):
        clock.at(now + dt.timedelta(minutes=minute))
        assert browser.get("/admin/", headers={staff.ASKS_BY_ITSELF: "1"}).status_code == 200
    clock.at(now + dt.timedelta(minutes=16))
    assert leads_to_sign_in(browser.get("/admin/", headers={staff.ASKS_BY_ITSELF: "1"}))


@pytest.mark.parametrize(("past_twelve_hours", "still_in"), [(-60, True), (60, False)])
def test_twelve_hours_end_every_session(
    frances: User, clock: Clock, now: dt.datetime, past_twelve_hours: int, still_in: bool
) -> None:
    browser = signed_in(frances)
    at = now
    end = now + dt.timedelta(hours=12, seconds=past_twelve_hours)
    browser.get("/admin/")
    while (at := at + dt.timedelta(minutes=14)) < end:
        clock.at(at)
        assert browser.get("/admin/").status_code == 200
    clock.at(end)
    assert (browser.get("/admin/").status_code == 200) is still_in


def test_who_is_sent_away_is_out_with_the_next_request(frances: User) -> None:
    browser = signed_in(frances)
    other = signed_in(a_member(Role.FRONT_DESK, "fred@clinic.test"))
    User.objects.filter(pk=frances.pk).update(is_active=False)
    assert leads_to_sign_in(browser.get("/admin/"))
    assert other.get("/admin/").status_code == 200
    User.objects.get(email="fred@clinic.test").groups.clear()
    assert other.get("/admin/").status_code == 403


def test_wagtail_has_no_door_of_its_own(frances: User) -> None:
    browser = Client()
    for address in ("/cms/", "/cms/login/", "/admin/login/", "/_util/login/"):
        assert leads_to_sign_in(browser.get(address))
        answer = browser.post(address, {"username": frances.username, "password": PASSWORD})
        assert leads_to_sign_in(answer)
        assert "_auth_user_id" not in browser.session
    editor = signed_in(a_member(Role.EDITOR, "ed@clinic.test"))
    assert editor.get("/cms/").status_code == 200
    assert editor.get("/cms/password_reset/").status_code == 404
    assert b"Change password" not in editor.get("/cms/account/").content


def test_who_edits_no_pages_is_told_so_and_not_sent_in_a_circle(frances: User) -> None:
    browser = signed_in(frances)
    for address in ("/cms/", "/cms/pages/", "/cms/reports/", "/cms/no-such-page/"):
        assert browser.get(address).status_code == 403
    assert browser.get("/admin/").status_code == 200
