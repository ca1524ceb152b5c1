"""A doctor who comes twice a year: edits, previews, is refused, adds the risk, signs, goes back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from practice.roles import Role
from procedures.models import Procedure
from tests.content import a_physician, a_procedure, the_practice, with_everything
from tests.serving import Site
from tests.staff import PASSWORD, a_member

pytestmark = pytest.mark.browser


def test_a_doctor_edits_previews_is_refused_adds_the_risk_signs_and_goes_back(
    served: Site, page: Any
) -> None:
    the_practice()
    a_physician(user=a_member(Role.DOCTOR, "ana@clinic.test", "Ana", "Ortega"))
    topic = with_everything(a_procedure(live=False))
    topic.sections.filter(kind="risks").delete()
    topic.risks.all().delete()
    Procedure.objects.get().save_revision()

    page.goto(f"{served.url}/accounts/login/")
    page.locator("[name=login]").fill("ana@clinic.test")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda address: "/accounts/login/" not in address)
    page.goto(f"{served.url}/cms/")
    expect(page.get_by_role("row", name="Kyphoplasty")).to_contain_text("still lacks: risks")

    # edits, and is told while writing
    page.get_by_role("link", name="Change Kyphoplasty").click()
    page.locator("[name=lead]").fill("We are the best at this.")
    page.get_by_text("the law asks for proof of such a word").wait_for()
    to_sign(page)

    # is refused
    expect(page.get_by_text("This page cannot be published yet. It lacks:")).to_be_visible()
    expect(page.get_by_role("button", name="Sign and publish")).to_have_count(0)
    assert not Procedure.objects.get().live

    # adds it, previews, signs
    page.get_by_role("link", name="Change it").click()
    page.locator("[name=lead]").fill("We do this often.")
    page.get_by_role("tab", name="Lists").click()
    page.get_by_role("button", name="Toggle section").and_(
        page.locator("[aria-controls*=risks]")
    ).first.click()
    page.get_by_role("button", name="Add risk").click()
    page.locator("[name=risks-0-text]").fill("Cement may leak.")
    to_sign(page)
    address = page.get_by_role("link", name="Read the page").get_attribute("href")
    preview = page.context.new_page()
    preview.goto(served.url + address)
    expect(preview.get_by_text("We do this often.")).to_be_visible()
    expect(preview.get_by_text("Cement may leak.")).to_be_visible()
    preview.goto(f"{served.url}{address}?print")
    expect(preview.get_by_text(re.compile("Printed from"))).to_be_visible()
    preview.close()
    page.get_by_label("I have read this version").check()
    page.get_by_role("button", name="Sign and publish").click()
    page.get_by_text("Signed and published.").wait_for()
    first = Procedure.objects.get()
    assert first.live
    page.goto(f"{served.url}/procedures/kyphoplasty/")
    expect(page.get_by_text("Ana Ortega, M.D.").first).to_be_visible()

    # writes something worse, and goes back
    page.goto(f"{served.url}/cms/pages/{first.pk}/edit/")
    page.locator("[name=lead]").fill("A worse sentence.")
    to_sign(page)
    page.goto(f"{served.url}/cms/pages/{first.pk}/revisions/{first.live_revision_id}/revert/")
    expect(page.locator("[name=lead]")).to_have_value("We do this often.")
    to_sign(page)
    page.get_by_label("I have read this version").check()
    page.get_by_role("button", name="Sign and publish").click()
    page.get_by_text("Signed and published.").wait_for()
    page.goto(f"{served.url}/procedures/kyphoplasty/")
    expect(page.get_by_text("We do this often.")).to_be_visible()
    expect(page.get_by_text("A worse sentence.")).to_have_count(0)


def to_sign(page: Any) -> None:
    page.locator("footer [data-w-dropdown-target=toggle], footer .w-dropdown__toggle").first.click()
    page.get_by_role("button", name="Save and go on to sign").click()
    page.wait_for_url(re.compile("/sign/$"))
