"""A doctor opens a page at /cms/, changes it, and only what is published is read."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from practice.models import HomePage, Location, Offer, TeamIndexPage
from procedures.models import (
    Condition,
    ConditionIndexPage,
    Procedure,
    ProcedureIndexPage,
    Section,
    Topic,
)
from tests.content import (
    a_condition,
    a_page_about,
    a_physician,
    a_plain_page,
    a_procedure,
    an_office,
    publish,
    the_practice,
    with_everything,
)

pytestmark = pytest.mark.django_db


def fields_of(html: str) -> dict[str, Any]:
    """What a browser would send back if nobody touched the form."""
    forms = BeautifulSoup(html, "html.parser").select("form")
    form = max(forms, key=lambda form: len(form.select("[name]")))
    data: dict[str, Any] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        name, kind = str(field["name"]), str(field.get("type", ""))
        if "__prefix__" in name or kind in {"submit", "button", "file"}:
            continue
        if kind in {"checkbox", "radio"}:
            if field.has_attr("checked"):
                data.setdefault(name, []).append(field.get("value", "on"))
        elif field.name == "select":
            chosen = [str(o.get("value", "")) for o in field.select("option[selected]")]
            data[name] = chosen if field.has_attr("multiple") else "".join(chosen[:1])
        elif field.name == "textarea":
            data[name] = text_of(field)
        else:
            data[name] = field.get("value", "")
    return data


def text_of(field: Tag) -> str:
    return field.get_text().removeprefix("\n")


def edit(client: Client, page: Page, **changes: Any) -> Any:
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    data = fields_of(client.get(address).content.decode())
    return client.post(address, {**data, **changes})


def test_a_doctor_can_open_and_publish_each_kind_of_page_without_changing_it(
    admin_client: Client,
) -> None:
    ana = a_physician()
    condition, procedure = with_everything(a_condition()), with_everything(a_procedure(author=ana))
    pages = [
        condition,
        procedure,
        a_page_about(ana),
        a_plain_page(),
        HomePage.objects.get(),
        TeamIndexPage.objects.get(),
        ConditionIndexPage.objects.get(),
        ProcedureIndexPage.objects.get(),
    ]
    for topic in (condition, procedure):
        type(topic).objects.get(pk=topic.pk).save_revision()
        publish(topic)
    before = admin_client.get("/procedures/kyphoplasty/").content
    for page in pages:
        answer = edit(admin_client, page, **{"action-publish": "1"})
        assert answer.status_code == 302, page
    for page in pages:
        assert Page.objects.get(pk=page.pk).live
        is_topic = page in (condition, procedure)  # those wait for a physician
        assert Page.objects.get(pk=page.pk).has_unpublished_changes is is_topic
    for topic in (condition, procedure):
        publish(topic)
    assert admin_client.get("/procedures/kyphoplasty/").content == before


def test_a_doctor_s_draft_is_previewed_by_them_and_read_by_nobody_else(
    admin_client: Client, client: Client
) -> None:
    page = with_everything(a_procedure())
    edit(admin_client, page, summary="A sentence still to be checked.")
    preview = admin_client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]))
    assert "A sentence still to be checked." in preview.content.decode()
    assert (
        "A sentence still to be checked."
        not in client.get("/procedures/kyphoplasty/").content.decode()
    )
    stranger = client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]))
    assert stranger.status_code in {302, 403}


def test_a_doctor_adds_a_list_entry_and_it_stands_on_the_page(
    admin_client: Client, client: Client
) -> None:
    page = with_everything(a_procedure())
    answer = edit(
        admin_client,
        page,
        **{
            "risks-TOTAL_FORMS": "2",
            "risks-1-text": "The skin may be sore.",
            "risks-1-frequency": "common",
            "risks-1-per": "1 in 5",
            "risks-1-action": "",
            "risks-1-id": "",
            "risks-1-ORDER": "2",
            "risks-1-DELETE": "",
        },
    )
    assert answer.status_code == 302
    assert "The skin may be sore." not in client.get("/procedures/kyphoplasty/").content.decode()
    publish(page)
    html = client.get("/procedures/kyphoplasty/").content.decode()
    assert html.index("Cement may leak.") < html.index("The skin may be sore.")


def test_two_sections_for_one_list_are_refused_and_nothing_is_saved(
    admin_client: Client,
) -> None:
    page = with_everything(a_procedure())
    kinds = list(Section.objects.filter(topic=page).values_list("kind", flat=True))
    answer = edit(admin_client, page, **{"sections-0-kind": "risks", "action-publish": "1"})
    assert answer.status_code == 200
    assert "There is already a section of this kind." in answer.content.decode()
    assert list(Section.objects.filter(topic=page).values_list("kind", flat=True)) == kinds
    assert not Procedure.objects.get(pk=page.pk).revisions.exists()


def test_two_sections_of_plain_prose_may_have_the_same_kind(admin_client: Client) -> None:
    page = a_procedure()
    for position in range(2):
        Section.objects.create(topic=page, sort_order=position, kind="self_care", body="Rest.")
    assert edit(admin_client, page, **{"action-publish": "1"}).status_code == 302


def test_nobody_writes_a_topic_that_is_neither_condition_nor_procedure() -> None:
    assert not Topic.is_creatable
    assert Topic not in ConditionIndexPage.creatable_subpage_models()
    assert ConditionIndexPage.creatable_subpage_models() == [Condition]
    assert ProcedureIndexPage.creatable_subpage_models() == [Procedure]


def test_people_places_and_ways_to_a_visit_are_saved_as_they_were(admin_client: Client) -> None:
    the_practice()
    office, ana = an_office(), a_physician(languages=["English", "Spanish"])
    ana.locations.add(office)
    offer = Offer.objects.create(kind="virtual", heading="From home")
    offer.seen_by.add(ana)
    for address in (
        f"/cms/snippets/practice/location/edit/{office.pk}/",
        f"/cms/snippets/practice/practitioner/edit/{ana.pk}/",
        f"/cms/snippets/practice/offer/edit/{offer.pk}/",
        "/cms/settings/practice/practice/1/",
    ):
        data = fields_of(admin_client.get(address).content.decode())
        assert admin_client.post(address, data).status_code == 302, address
    office = Location.objects.get(pk=office.pk)
    assert office.hours.get().days == ["mon", "tue", "wed", "thu", "fri"]
    ana = type(ana).objects.get(pk=ana.pk)
    assert (ana.languages, list(ana.locations.all())) == (["English", "Spanish"], [office])
    assert list(offer.seen_by.all()) == [ana]


def test_a_telephone_number_is_taken_as_people_write_it(admin_client: Client) -> None:
    office = an_office()
    address = f"/cms/snippets/practice/location/edit/{office.pk}/"
    data = fields_of(admin_client.get(address).content.decode())
    admin_client.post(address, {**data, "phone": "214 555 0177"})
    assert str(Location.objects.get(pk=office.pk).phone.as_e164) == "+12145550177"


def test_an_assistant_cannot_be_made_a_doctor_in_the_editor(admin_client: Client) -> None:
    ana = a_physician()
    address = f"/cms/snippets/practice/practitioner/edit/{ana.pk}/"
    data = fields_of(admin_client.get(address).content.decode())
    answer = admin_client.post(address, {**data, "role": "physician-assistant", "honorific": "Dr."})
    assert answer.status_code == 200
    assert "A physician assistant is never called" in answer.content.decode()
    assert type(ana).objects.get(pk=ana.pk).role == "physician"


def test_the_editor_is_closed_to_strangers_and_to_people_without_the_right(
    client: Client,
) -> None:
    page = a_procedure()
    addresses = [
        "/cms/",
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
        "/cms/snippets/practice/practitioner/",
        "/cms/settings/practice/practice/1/",
    ]
    for address in addresses:
        assert client.get(address).status_code in {302, 403}
    desk = User.objects.create_user("desk", "desk@example.com", "x", is_staff=True)
    desk.groups.add(Group.objects.get(name="Front desk"))
    client.force_login(desk)
    for address in addresses:
        assert client.get(address).status_code in {302, 403}
