from __future__ import annotations

import datetime as dt
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from clinic_site import tasks
from practice import limits
from practice.models import RateCount
from tests.conftest import Clock
from tests.security.conftest import code
from tests.staff import PASSWORD

LOGIN = "/accounts/login/"


def try_to_sign_in(
    password: str, login: str = "frances@clinic.test", *, source: str = "203.0.113.7", **more: Any
) -> Any:
    return Client(REMOTE_ADDR=source).post(LOGIN, {"login": login, "password": password}, **more)


def test_frances_signs_in_and_stands_before_her_inbox(frances: User) -> None:
    answer = try_to_sign_in(PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")


def test_ten_wrong_tries_from_one_place_are_enough_there_and_nobody_else_waits(
    frances: User, clock: Clock, now: dt.datetime
) -> None:
    """Forged headers do not make another source, and the right password does not help."""
    with mock.patch.object(User, "check_password", return_value=False) as compared:
        answers = [
            try_to_sign_in("wrong", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}").status_code
            for number in range(1, 21)
        ]
    assert answers == [200] * 10 + [429] * 10
    assert compared.call_count == 10
    assert try_to_sign_in(PASSWORD).status_code == 429
    assert try_to_sign_in(PASSWORD, source="203.0.113.8").status_code == 302
    clock.at(now + dt.timedelta(minutes=16))
    assert try_to_sign_in(PASSWORD).status_code == 302


def test_an_attack_from_everywhere_is_stopped_and_does_not_keep_the_desk_out(
    frances: User, clock: Clock, now: dt.datetime
) -> None:
    desk, colleague = Client(REMOTE_ADDR="203.0.113.1"), "carol@clinic.test"
    User.objects.create_user(colleague, colleague, PASSWORD, is_staff=True)

    def at_the_desk(password: str, login: str = frances.email) -> int:
        return desk.post(LOGIN, {"login": login, "password": password}).status_code

    assert at_the_desk(PASSWORD) == 302
    desk.post("/accounts/logout/")
    # Frances is known here; that gives nobody more guesses at Carol's password …
    assert [at_the_desk("wrong", colleague) for _ in range(12)] == [200] * 10 + [429] * 2
    with mock.patch.object(User, "check_password", return_value=False) as compared:
        for number in range(120):
            try_to_sign_in("wrong", source=f"198.51.100.{number}")
        for _ in range(30):
            try_to_sign_in(
                "wrong", source="203.0.113.1"
            )  # also from the clinic's own guest network
    assert compared.call_count == 100
    assert try_to_sign_in(PASSWORD, source="192.0.2.1").status_code == 429
    assert at_the_desk(PASSWORD) == 302
    desk.post("/accounts/logout/")

    # … nor any number of them at her own.
    assert [at_the_desk("wrong") for _ in range(12)] == [200] * 10 + [429] * 2
    clock.at(now + dt.timedelta(minutes=16))
    assert try_to_sign_in(PASSWORD, source="192.0.2.1").status_code == 302


def test_the_cookie_of_a_known_browser_names_nobody_and_cannot_be_made_or_lent(
    frances: User,
) -> None:
    answer = try_to_sign_in(PASSWORD)
    ((name, kept),) = [
        (name, one) for name, one in answer.cookies.items() if name.startswith("known_")
    ]
    assert frances.email not in f"{name}{kept.value}"
    assert (kept["httponly"], kept["samesite"], kept["path"]) == (True, "Lax", LOGIN)
    for number in range(120):
        try_to_sign_in("wrong", source=f"198.51.100.{number}")
    eve = Client(REMOTE_ADDR="192.0.2.9")
    eve.cookies[name] = "made-up:1abcde:signature"
    assert eve.post(LOGIN, {"login": frances.email, "password": "wrong"}).status_code == 429


def test_signing_in_often_is_no_attack(frances: User) -> None:
    for _ in range(40):
        assert try_to_sign_in(PASSWORD).status_code == 302
    for _ in range(9):
        try_to_sign_in("wrong")
    assert try_to_sign_in(PASSWORD).status_code == 302
    assert try_to_sign_in("wrong").status_code == 200
    assert try_to_sign_in(PASSWORD).status_code == 429


def test_one_source_trying_many_names_is_stopped_by_a_count_of_its_own(frances: User) -> None:
    answers = [
        try_to_sign_in("wrong", f"nobody{number}@clinic.test", source="203.0.113.9").status_code
        for number in range(40)
    ]
    assert answers == [200] * 30 + [429] * 10
    assert try_to_sign_in(PASSWORD, source="203.0.113.10").status_code == 302


def test_nobody_learns_which_accounts_exist(frances: User) -> None:
    known, unknown = (try_to_sign_in("wrong", who) for who in (frances.email, "no@clinic.test"))
    assert known.status_code == unknown.status_code == 200
    assert known.context["form"].errors == unknown.context["form"].errors
    pages = [
        Client().post("/accounts/password/reset/", {"email": who}, follow=True)
        for who in (frances.email, "no@clinic.test")
    ]
    assert pages[0].redirect_chain == pages[1].redirect_chain
    assert pages[0].content == pages[1].content
    # Nothing is sent while somebody waits: the worker sends, and gets a job either way.
    assert mail.outbox == []
    jobs = ProcrastinateJob.objects.filter(task_name=tasks.send_password_reset.name)
    assert sorted(job.args["user"] for job in jobs) == [tasks.NOBODY, frances.pk]
    for job in jobs:
        tasks.send_password_reset.func(**job.args)
    (sent,) = mail.outbox
    assert sent.to == [frances.email]
    (link,) = [word for word in sent.body.split() if "/password/reset/key/" in word]
    assert link.startswith("http://127.0.0.1:8000/accounts/")
    assert b"password1" in Client().get(link, follow=True).content


def test_an_address_gets_three_mails_an_hour(frances: User) -> None:
    for who in (frances.email, "no@clinic.test"):
        for _ in range(5):
            Client().post("/accounts/password/reset/", {"email": who})
    jobs = ProcrastinateJob.objects.filter(task_name=tasks.send_password_reset.name)
    assert sorted(job.args["user"] for job in jobs) == [tasks.NOBODY] * 3 + [frances.pk] * 3


def test_nobody_signs_up(db: None) -> None:
    answer = Client().post("/accounts/signup/", {"email": "new@clinic.test", "password1": PASSWORD})
    assert "made by the practice" in answer.content.decode()
    assert not User.objects.filter(email="new@clinic.test").exists()


def test_a_code_works_once(enrolled: User) -> None:
    shown = code()
    answers = []
    for _ in range(3):
        browser = Client()
        browser.post(LOGIN, {"login": enrolled.email, "password": PASSWORD})
        answers.append(browser.post("/accounts/2fa/authenticate/", {"code": shown}).status_code)
        if answers[-1] == 302:
            assert browser.get("/admin/").status_code == 200
        else:
            assert browser.get("/admin/").status_code == 302
    assert answers == [302, 200, 200]


def test_guessed_codes_are_counted_in_the_database(enrolled: User) -> None:
    browser = Client()
    browser.post(LOGIN, {"login": enrolled.email, "password": PASSWORD})
    for _ in range(12):
        assert browser.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert RateCount.objects.filter(scope="second-factor").get().allowed_at == [mock.ANY] * 10
    answer = browser.post("/accounts/2fa/authenticate/", {"code": code()})
    assert "Too many tries" in answer.content.decode()
    assert browser.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    ("password", "taken"),
    [
        ("fourteen chars", False),
        ("exactly fifteen", True),
        ("x" * 129, False),
        ("1qaz2wsx3edc4rfv", False),
        ("rain on a tin roof", True),
        ("señal, niño, über", True),
    ],
)
def test_length_counts_and_nothing_else(frances: User, password: str, taken: bool) -> None:
    browser = Client()
    browser.force_login(frances)
    browser.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": password, "password2": password},
    )
    frances.refresh_from_db()
    assert frances.check_password(password if taken else PASSWORD)


def test_signing_out_is_a_press_and_ends_the_session(frances: User) -> None:
    browser = Client()
    browser.force_login(frances)
    stolen = browser.cookies["sessionid"].value
    assert browser.get("/accounts/logout/").status_code == 200
    assert browser.get("/admin/").status_code == 200
    answer = browser.post("/accounts/logout/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    thief = Client()
    thief.cookies["sessionid"] = stolen
    assert thief.get("/admin/").headers["Location"].startswith(LOGIN)


def test_a_demo_account_does_not_get_in_on_a_live_site(db: None, live: None) -> None:
    User.objects.create_user("d@example.com", "d@example.com", PASSWORD, is_staff=True)
    browser = Client()
    browser.post(LOGIN, {"login": "d@example.com", "password": PASSWORD})
    assert "_auth_user_id" not in browser.session


def test_the_demo_on_ones_own_machine_is_not_counted_by_source(
    db: None, now: dt.datetime, settings: Any
) -> None:
    hour = dt.timedelta(hours=1)

    def ask(address: str) -> list[bool]:
        return [limits.allow_source("test", address, limit=1, per=hour, now=now) for _ in range(2)]

    assert ask("127.0.0.1") == [True, True]
    assert ask("203.0.113.1") == [True, False]
    settings.DEMO = False
    assert ask("127.0.0.1") == [True, False]
