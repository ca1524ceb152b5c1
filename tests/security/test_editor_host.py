"""The editor on a host of its own: what is on one host is not on the other."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from clinic_site import checks, launch, rendered
from correspondence import email
from correspondence.models import OutboxMessage
from practice.roles import Role
from tests.content import a_physician, a_procedure, the_practice, with_everything
from tests.security.test_live_start import GOOD
from tests.staff import PASSWORD, a_member

pytestmark = pytest.mark.django_db

PATIENTS, EDITOR = "clinic.test", "pages.clinic.test"


@pytest.fixture
def two_hosts(settings: Any) -> None:
    settings.CLINIC_URL = f"https://{PATIENTS}"
    settings.CLINIC_CMS_URL = settings.WAGTAILADMIN_BASE_URL = f"https://{EDITOR}"
    settings.CMS_HOST, settings.CMS_ADDRESS = EDITOR, f"https://{EDITOR}/cms/"
    settings.ALLOWED_HOSTS = [PATIENTS, EDITOR]
    settings.SESSION_COOKIE_NAME, settings.CMS_COOKIE_NAME = "__Host-staff", "__Host-editor"
    settings.SESSION_COOKIE_SECURE = settings.SECURE_SSL_REDIRECT = True


def at(host: str) -> Client:
    return Client(headers={"host": host})


def sign_in(browser: Client, email: str) -> Any:
    return browser.post("/accounts/login/", {"login": email, "password": PASSWORD}, secure=True)


def test_the_patients_host_has_no_editor(two_hosts: None) -> None:
    the_practice()
    a_member(Role.MANAGER, "manager@clinic.test")
    browser = at(PATIENTS)
    sign_in(browser, "manager@clinic.test")
    assert browser.get("/admin/", secure=True).status_code == 200
    for address in ("/cms/", "/cms/pages/", "/cms/login/", "/cms/no-such-page/"):
        assert browser.get(address, secure=True).status_code == 404, address
        assert browser.post(address, secure=True).status_code == 404, address


def test_the_editor_s_host_has_no_patients(two_hosts: None) -> None:
    the_practice()
    a_member(Role.MANAGER, "manager@clinic.test")
    browser = at(EDITOR)
    sign_in(browser, "manager@clinic.test")
    assert browser.get("/cms/", secure=True).status_code == 200
    for address in (
        *("/admin/", "/admin/appointments/", "/admin/login/", "/appointments/"),
        *("/es/appointments/", "/a/visit/7KM4-X2PD/", "/r/mine/x/", "/reviews/new/"),
    ):
        assert browser.get(address, secure=True).status_code == 404, address
        assert browser.post(address, secure=True).status_code == 404, address
    assert browser.get("/", secure=True).headers["Location"] == "/cms/"
    # "View live" in the editor.
    there = browser.get("/procedures/kyphoplasty/", secure=True).headers["Location"]
    assert there == f"https://{PATIENTS}/procedures/kyphoplasty/"
    assert browser.post("/procedures/kyphoplasty/", secure=True).status_code == 404


def test_each_host_has_its_own_session_and_says_where_to_go_on(two_hosts: None) -> None:
    the_practice()
    a_member(Role.MANAGER, "manager@clinic.test")
    browser = at(EDITOR)
    assert sign_in(browser, "manager@clinic.test").headers["Location"] == "/cms/"
    assert "__Host-editor" in browser.cookies
    assert "__Host-staff" not in browser.cookies
    # What a browser would never do: the cookie of one host, sent to the other.
    elsewhere = at(PATIENTS)
    elsewhere.cookies = browser.cookies
    assert elsewhere.get("/admin/", secure=True).status_code == 302
    desk = at(PATIENTS)
    assert sign_in(desk, "manager@clinic.test").headers["Location"] == "/admin/"
    assert f"https://{EDITOR}/cms/" in desk.get("/admin/", secure=True).content.decode()
    back = at(EDITOR)
    back.cookies = desk.cookies
    assert back.get("/cms/", secure=True).status_code == 302
    browser.post("/accounts/logout/", secure=True)
    assert browser.get("/cms/", secure=True).status_code == 302


def test_an_editor_at_the_desk_s_door_is_shown_the_way(two_hosts: None) -> None:
    the_practice()
    a_member(Role.EDITOR, "eve@clinic.test")
    browser = at(PATIENTS)
    sign_in(browser, "eve@clinic.test")
    answer = browser.get("/admin/", secure=True)
    assert answer.headers["Location"] == f"https://{EDITOR}/cms/"


def test_a_draft_is_previewed_on_the_editor_s_host(two_hosts: None) -> None:
    the_practice()
    user = a_member(Role.DOCTOR, "ana@clinic.test")
    a_physician(user=user)
    topic = with_everything(a_procedure(live=False))
    revision = type(topic).objects.get(pk=topic.pk).save_revision()
    browser = at(EDITOR)
    sign_in(browser, "ana@clinic.test")
    for address in (
        f"/cms/topics/{topic.pk}/read/{revision.pk}/",
        f"/cms/pages/{topic.pk}/view_draft/",
    ):
        page = browser.get(address, secure=True)
        assert page.status_code == 200, address
        assert "Cement may leak." in page.content.decode()


def test_kept_copies_of_public_pages_are_not_served_on_the_editor_s_host(two_hosts: None) -> None:
    environ = {"REQUEST_METHOD": "GET", "HTTP_HOST": PATIENTS, "wsgi.url_scheme": "https"}
    assert rendered._may_be_kept(environ, "/team/")
    assert not rendered._may_be_kept({**environ, "HTTP_HOST": EDITOR}, "/team/")
    assert not rendered._may_be_kept({**environ, "HTTP_HOST": f"{EDITOR.upper()}:443"}, "/team/")


def test_mails_lead_to_the_editor_s_host(two_hosts: None, now: Any) -> None:
    the_practice()
    message = OutboxMessage(
        subject="pages-to-sign:1",
        kind=OutboxMessage.Kind.STAFF_PAGES_DUE,
        version=1,
        to="ana@clinic.test",
        context={"practice": "P", "until": "March 1, 2027"},
        created_at=now,
    )
    assert f"https://{EDITOR}/cms/" in str(email.render(message).body)


def test_the_launch_check_asks_for_it_where_one_person_edits_and_sees_patients(
    settings: Any,
) -> None:
    a_member(Role.DOCTOR, "dan@clinic.test")
    assert launch.two_hats().faults == ["dan@clinic.test edits pages and sees patients."]
    assert "CLINIC_CMS_URL" in launch.two_hats().to_do
    settings.CMS_HOST = EDITOR
    assert launch.two_hats().is_green


@pytest.mark.parametrize("address", ["http://pages.clinic.test", "https://*", "https://a.test/b"])
def test_an_address_that_is_no_host_of_one_s_own_stops_a_live_site(
    settings: Any, address: str
) -> None:
    for name, value in GOOD.items():
        setattr(settings, name, value)
    settings.CMS_HOST, settings.CLINIC_CMS_URL = "pages.clinic.test", f"https://{EDITOR}"
    checks.refuse_to_start()
    settings.CLINIC_CMS_URL = address
    with pytest.raises(ImproperlyConfigured, match="Set CLINIC_CMS_URL"):
        checks.refuse_to_start()
