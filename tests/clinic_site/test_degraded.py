from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, RequestFactory

from appointments.booking import Busy
from clinic_site import degraded
from practice import moving
from practice.models import Practice

pytestmark = pytest.mark.django_db

TYPED = {"given_name": "Zoë", "reason": '"><script>alert(1)</script> my back', "needs": "a ramp"}


@pytest.fixture
def known_phone(keeper: moving.Keeper) -> None:
    """This process has looked at the database at least once."""
    Practice.objects.update_or_create(
        pk=1, defaults={"name": "Example Spine Clinic", "phone": "+12145550142"}
    )
    keeper.refresh()


def test_what_was_typed_comes_back_with_the_telephone_number(
    client: Client, known_phone: None, database_away: Callable[[], Any], caplog: Any
) -> None:
    with database_away():
        answer = client.post("/appointments/find/?again=1", TYPED)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "(214) 555-0142" in page
    assert '<input type="hidden" name="given_name" value="Zoë">' in page
    assert 'action="/appointments/find/?again=1"' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; my back" in page
    assert "<script>alert" not in page
    assert "Traceback" not in page
    assert "my back" not in caplog.text


def test_the_form_that_came_back_can_be_sent_again(
    known_phone: None, database_away: Callable[[], Any]
) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.get("/appointments/find/")
    token = browser.cookies["csrftoken"].value
    with database_away():
        kept = browser.post("/appointments/find/", {**TYPED, "csrfmiddlewaretoken": token})
    assert kept.status_code == 503
    again = kept.content.decode().partition('name="csrfmiddlewaretoken" value="')[2][:64]
    sent = browser.post("/appointments/find/", {**TYPED, "csrfmiddlewaretoken": again})
    assert sent.status_code == 200


@pytest.mark.parametrize("path", ["/appointments/", "/admin/", "/nothing/at/all/", "/a/x/"])
def test_no_page_shows_a_traceback(
    known_phone: None, database_away: Callable[[], Any], path: str
) -> None:
    visitor = Client(raise_request_exception=False)
    with database_away():
        answer = visitor.get(path, follow=True)
    assert answer.status_code == 503
    assert "(214) 555-0142" in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    assert "OperationalError" not in answer.content.decode()


def test_a_password_is_not_sent_back(rf: RequestFactory, known_phone: None) -> None:
    for path, typed in [
        ("/accounts/login/", {"login": "doctor@example.com", "password": "secret words"}),
        ("/admin/person/", {"name": "kept", "new_password1": "secret words"}),
    ]:
        answer = degraded.unavailable(rf.post(path, typed))
        assert "secret words" not in answer.content.decode()
    assert "kept" in answer.content.decode()


def test_a_form_too_large_to_send_back_is_let_go(rf: RequestFactory, known_phone: None) -> None:
    typed = {"reason": "x" * (degraded.MOST_KEPT + 1)}
    page = degraded.unavailable(rf.post("/appointments/x/", typed)).content.decode()
    assert "xxxx" not in page
    assert "(214) 555-0142" in page


def test_busy_is_a_503_and_a_mistake_of_ours_is_not(rf: RequestFactory, known_phone: None) -> None:
    middleware = degraded.Degraded(lambda request: degraded.unavailable(request))
    request = rf.post("/appointments/x/", TYPED)
    answer = middleware.process_exception(request, Busy())
    assert answer is not None
    assert answer.status_code == 503
    assert middleware.process_exception(request, ValueError()) is None


def test_while_the_database_is_known_to_be_away_nobody_waits_for_it(
    client: Client,
    known_phone: None,
    keeper: moving.Keeper,
    database_away: Callable[[], Any],
    django_assert_num_queries: Any,
) -> None:
    with database_away():
        keeper.refresh()
    assert keeper.database_is_down
    with django_assert_num_queries(0):
        assert client.get("/appointments/").status_code == 503
    keeper.refresh()
    assert not keeper.database_is_down
    assert client.get("/appointments/").status_code == 200


def test_before_the_first_look_the_page_has_no_number_and_no_error(
    client: Client, keeper: moving.Keeper, database_away: Callable[[], Any]
) -> None:
    with database_away():
        answer = client.get("/appointments/")
    assert answer.status_code == 503
    assert "call" in answer.content.decode()
