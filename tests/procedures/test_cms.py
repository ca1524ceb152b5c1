"""The screens of somebody who comes twice a year, and the doors of what is not public."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from wagtail.contrib.redirects.models import Redirect

from practice.models import Practitioner, PublishedVersion
from practice.roles import Role
from procedures import signing, versions
from procedures.models import Procedure, Release, Risk
from tests.content import a_physician, a_plain_page, a_procedure, the_practice, with_everything
from tests.procedures.test_editing import edit
from tests.staff import a_member, signed_in

pytestmark = pytest.mark.django_db

SECRET = "Words that are not public yet."


@pytest.fixture
def ana(db: None) -> Practitioner:
    the_practice()
    return a_physician(user=a_member(Role.DOCTOR, "ana@clinic.test", "Ana", "Ortega"))


@pytest.fixture
def doctor(ana: Practitioner) -> Client:
    assert ana.user is not None
    return signed_in(ana.user)


@pytest.fixture
def topic(ana: Practitioner) -> Procedure:
    """Never public, complete, with a draft of two versions."""
    page = with_everything(a_procedure(live=False))
    fresh(page.pk).save_revision()
    newest = fresh(page.pk)
    newest.lead = SECRET
    newest.save_revision()
    return fresh(page.pk)


def fresh(pk: int) -> Procedure:
    return Procedure.objects.get(pk=pk)


def sign_now(topic: Procedure, ana: Practitioner, now: dt.datetime) -> Release:
    seen = fresh(topic.pk).latest_revision_id
    return signing.sign(
        topic, seen_revision=seen, by=ana, next_review=dt.date(2027, 11, 1), now=now
    )


def words(answer: Any) -> str:
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())


def form(topic: Procedure, **changes: str) -> dict[str, str]:
    return {
        "revision": str(fresh(topic.pk).latest_revision_id),
        "action": "sign",
        "next_review": "2027-11-24",
        "read": "on",
        **changes,
    }


def test_the_first_screen_lists_the_doctor_s_pages_with_their_state(
    doctor: Client, topic: Procedure, ana: Practitioner, now: dt.datetime, clock: Any
) -> None:
    a_plain_page()
    first = words(doctor.get("/cms/"))
    assert "My pages" in first
    assert "You sign as Ana Ortega, M.D." in first
    assert "A draft waits for a signature" in first
    assert "Read and sign" in first
    sign_now(topic, ana, now)
    second = words(doctor.get("/cms/"))
    assert "Signed by Ana Ortega, M.D. on November 24, 2026." in second
    assert "Still right: sign again" in second
    assert "Change" in second
    clock.at(dt.datetime(2027, 11, 2, 18, tzinfo=dt.UTC))
    assert ana.user is not None
    later = signed_in(ana.user).get("/cms/")
    assert "Review overdue since November 1, 2027" in words(later)


def test_the_first_screen_names_what_a_draft_lacks_and_what_nobody_reviewed(
    doctor: Client, topic: Procedure, now: dt.datetime
) -> None:
    signing.release_imported(topic, now=now)
    a_procedure("discectomy", name="Discectomy", live=False)
    page = words(doctor.get("/cms/"))
    assert "Public, not yet reviewed" in page
    assert "still lacks: risks, alternatives, red flags, a source" in page


def test_the_doctor_signs_on_the_page_that_shows_what_is_signed(
    doctor: Client, client: Client, topic: Procedure
) -> None:
    address = reverse("sign_topic", args=[topic.pk])
    assert "Sign and publish" in words(doctor.get(address))
    unread = doctor.post(address, form(topic, read=""))
    assert "Please read the page, then tick this box." in words(unread)
    assert not fresh(topic.pk).live
    assert doctor.post(address, form(topic)).status_code == 302
    assert SECRET in client.get("/procedures/kyphoplasty/").content.decode()
    assert "is it still right?" in words(
        doctor.get(f"{address}?revision={fresh(topic.pk).live_revision_id}")
    )


@pytest.mark.parametrize("day", ["2026-11-24", "2020-01-01", "2031-01-01", "never"])
def test_the_next_review_is_a_day_to_come(doctor: Client, topic: Procedure, day: str) -> None:
    address = reverse("sign_topic", args=[topic.pk])
    assert doctor.post(address, form(topic, next_review=day)).status_code == 200
    assert not Release.objects.exists()


def test_a_missing_risk_is_named_and_nothing_is_published(doctor: Client, topic: Procedure) -> None:
    newest = topic.get_latest_revision_as_object()
    newest.risks.set([])
    newest.sections = [one for one in newest.sections.all() if one.kind != "risks"]
    newest.save_revision()
    address = reverse("sign_topic", args=[topic.pk])
    page = words(doctor.get(address))
    assert "This page cannot be published yet. It lacks: risks" in page
    assert "Sign and publish" not in page
    doctor.post(address, form(topic))
    assert not fresh(topic.pk).live
    assert not Release.objects.exists()


def test_what_somebody_changed_meanwhile_is_shown_before_it_is_signed(
    doctor: Client, topic: Procedure
) -> None:
    seen = form(topic)
    fresh(topic.pk).get_latest_revision_as_object().save_revision()
    address = reverse("sign_topic", args=[topic.pk])
    answer = doctor.post(address, seen, follow=True)
    assert "Somebody has changed this page." in words(answer)
    assert not fresh(topic.pk).live


def test_pressing_sign_twice_signs_once_and_says_so(doctor: Client, topic: Procedure) -> None:
    seen, address = form(topic), reverse("sign_topic", args=[topic.pk])
    doctor.post(address, seen)
    signed = fresh(topic.pk).live_revision_id
    assert "It is done already." in words(doctor.post(address, seen, follow=True))
    assert (Release.objects.count(), fresh(topic.pk).live_revision_id) == (1, signed)
    fresh(topic.pk).get_latest_revision_as_object().save_revision()
    assert "Somebody has changed this page." in words(doctor.post(address, seen, follow=True))
    assert Release.objects.count() == 1


@pytest.mark.parametrize("role", [Role.EDITOR, Role.MANAGER])
def test_who_is_no_physician_cannot_sign_and_is_told_who_does(topic: Procedure, role: Role) -> None:
    browser = signed_in(a_member(role, "other@clinic.test"))
    address = reverse("sign_topic", args=[topic.pk])
    page = words(browser.get(address))
    assert "A physician has to sign this" in page
    assert "Sign and publish" not in page
    assert browser.post(address, form(topic)).status_code in {302, 403}
    assert not fresh(topic.pk).live
    assert not Release.objects.exists()


def test_pressing_publish_by_hand_saves_a_draft_and_no_more(
    doctor: Client, topic: Procedure
) -> None:
    edit(doctor, topic, **{"action-publish": "1", "summary": "Sneaked in."})
    assert not fresh(topic.pk).live
    page = doctor.get(reverse("wagtailadmin_pages:edit", args=[topic.pk])).content.decode()
    assert 'name="action-publish"' not in page
    assert 'name="action-sign"' in page


def test_saving_leads_on_to_the_signature(doctor: Client, topic: Procedure) -> None:
    answer = edit(doctor, topic, **{"action-sign": "1", "summary": "New."})
    assert answer.headers["Location"] == reverse("sign_topic", args=[topic.pk])
    assert fresh(topic.pk).get_latest_revision_as_object().summary == "New."


def test_the_form_shows_filled_lists_and_folds_the_empty_ones(
    doctor: Client, topic: Procedure
) -> None:
    page = doctor.get(reverse("wagtailadmin_pages:edit", args=[topic.pk]))
    html = BeautifulSoup(page.content, "html.parser")

    def panel(name: str) -> list[str]:
        field = html.select_one(f'[name="{name}-TOTAL_FORMS"]')
        assert field is not None
        section = field.find_parent("section", class_="w-panel")
        assert section is not None
        return list(section["class"])

    assert "collapsed" not in panel("risks")
    assert "collapsed" in panel("benefits")
    assert Risk.objects.filter(topic=topic).exists()


def test_a_draft_is_seen_as_on_paper_too(doctor: Client, topic: Procedure) -> None:
    address = reverse("read_revision", args=[topic.pk, topic.latest_revision_id])
    page = doctor.get(f"{address}?print").content.decode()
    assert SECRET in page
    assert "/cms/print.css" in page
    assert "No physician has signed it" in page
    assert "/cms/print.css" not in doctor.get(address).content.decode()
    css = doctor.get("/cms/print.css")
    assert "@media print" not in css.content.decode()
    assert css.headers["Content-Type"].startswith("text/css")


def closed(topic: Procedure) -> list[str]:
    """Every address that shows something of a page that is not public."""
    first, last = (row.pk for row in topic.revisions.order_by("pk"))
    version = PublishedVersion.objects.filter(page_id=topic.pk).first()
    pages = "wagtailadmin_pages:"
    found = [
        reverse(f"{pages}edit", args=[topic.pk]),
        reverse(f"{pages}view_draft", args=[topic.pk]),
        reverse(f"{pages}history", args=[topic.pk]),
        reverse(f"{pages}revisions_view", args=[topic.pk, first]),
        reverse(f"{pages}revisions_compare", args=[topic.pk, first, last]),
        reverse(f"{pages}revisions_revert", args=[topic.pk, first]),
        reverse(f"{pages}preview_on_edit", args=[topic.pk]),
        reverse("sign_topic", args=[topic.pk]),
        reverse("read_revision", args=[topic.pk, last]),
        reverse("page_versions", args=[topic.pk]),
        reverse("wagtailadmin_explore", args=[topic.get_parent().pk]),
        "/cms/translations/",
        "/cms/print.css",
    ]
    if version is not None:
        found += [
            reverse("page_version", args=[topic.pk, version.pk]),
            reverse("read_version", args=[topic.pk, version.pk]),
        ]
    return found


OPEN_TO = {Role.DOCTOR, Role.EDITOR, Role.MANAGER}


@pytest.mark.parametrize("role", [*Role, None])
def test_what_is_not_public_is_open_by_address_to_those_who_edit_and_to_nobody_else(
    topic: Procedure, role: Role | None, client: Client
) -> None:
    PublishedVersion.objects.create(
        page_id=topic.pk,
        revision_id=1,
        model="procedures.procedure",
        title="Then",
        url_path="/x/",
        content=topic.get_latest_revision().content,
        at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
    )
    browser = signed_in(a_member(role, "somebody@clinic.test")) if role else client
    assert client.get("/procedures/kyphoplasty/").status_code == 404
    for address in closed(topic):
        answer = browser.get(address)
        if role in OPEN_TO:
            assert answer.status_code == 200, address
        else:
            assert answer.status_code in {302, 403}, address
            assert SECRET not in answer.content.decode(), address
            if answer.status_code == 302:
                assert "/accounts/login/" in answer.headers["Location"] or role, address
    if role not in OPEN_TO:
        browser.post(reverse("sign_topic", args=[topic.pk]), form(topic))
        browser.post(reverse("wagtailadmin_pages:unpublish", args=[topic.pk]))
        assert not Release.objects.exists()


def test_every_version_ever_public_can_be_read_again_by_date(
    doctor: Client, topic: Procedure, ana: Practitioner, now: dt.datetime
) -> None:
    sign_now(topic, ana, now)
    newest = fresh(topic.pk).get_latest_revision_as_object()
    newest.lead = "The second version."
    newest.save_revision()
    newest = fresh(topic.pk).get_latest_revision_as_object()
    newest.lead = "Never public."
    newest.save_revision()
    newest.lead = "The third version."
    newest.save_revision()
    sign_now(topic, ana, now)
    second, first = versions.of(topic.pk)
    for version, there in ((first, SECRET), (second, "The third version.")):
        page = doctor.get(reverse("read_version", args=[topic.pk, version.pk]))
        html = page.content.decode()
        assert there in html
        assert "Never public." not in html
        assert "Cement may leak." in html
        assert "Ana Ortega, M.D." in html
    assert versions.on(topic.pk, first.at) == first
    assert versions.on(topic.pk, first.at - dt.timedelta(seconds=1)) is None
    fresh(topic.pk).delete()
    assert len(versions.of(topic.pk)) == 2


def test_a_plain_page_s_versions_are_kept_too(doctor: Client) -> None:
    page = a_plain_page("notice", live=False)
    for body in ("One.", "Two."):
        page.body = body
        page.save_revision().publish()
    found = versions.of(page.pk)
    assert [row.content["body"] for row in found] == ["Two.", "One."]
    shown = doctor.get(reverse("read_version", args=[page.pk, found[1].pk]))
    assert "One." in words(shown)


def test_an_old_address_leads_to_the_new_one(
    doctor: Client,
    client: Client,
    topic: Procedure,
    ana: Practitioner,
    now: dt.datetime,
    django_capture_on_commit_callbacks: Any,
) -> None:
    sign_now(topic, ana, now)
    edit(doctor, fresh(topic.pk), slug="balloon-kyphoplasty")
    assert client.get("/procedures/kyphoplasty/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        sign_now(topic, ana, now)
    assert client.get("/procedures/balloon-kyphoplasty/").status_code == 200
    old = client.get("/procedures/kyphoplasty/")
    assert old.status_code == 301
    assert old.headers["Location"].endswith("/procedures/balloon-kyphoplasty/")
    assert Redirect.objects.count() == 1
