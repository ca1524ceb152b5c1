"""Somebody reads about a procedure in Spanish and asks for a visit, and shows it to a daughter who
reads English on the way."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from appointments.models import Appointment
from correspondence import email
from correspondence.models import OutboxMessage
from tests.browser.axe import faults
from tests.browser.steps import go_on, press
from tests.serving import Site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("javascript", [True, False])
def test_a_patient_reads_and_books_in_spanish_and_loses_nothing_by_changing_the_language(
    served: Site, sample_site: None, browser: Any, javascript: bool
) -> None:
    context = browser.new_context(java_script_enabled=javascript, locale="en-US")
    page = context.new_page()
    page.goto(served.url + "/procedures/kyphoplasty/")
    press(page.get_by_role("link", name="Español").first)
    expect(page.locator("h1")).to_contain_text("Cifoplastia")
    press(page.get_by_role("link", name="Pedir una cita").first)
    press(page.get_by_role("link", name=re.compile("por video$")).first)
    page.get_by_label("No, ninguna de estas").check()
    go_on(page)
    assert urlsplit(page.url).path == "/es/appointments/same-day-virtual/details/"

    page.get_by_label("Nombre", exact=True).fill("Alicia")
    page.get_by_label("Apellidos").fill("Ejemplo")
    page.get_by_label("¿Cuál es el motivo de la cita?").fill("Me duele la espalda")
    press(page.get_by_role("button", name="English"))
    assert urlsplit(page.url).path == "/appointments/same-day-virtual/details/"
    expect(page.get_by_label("First name")).to_have_value("Alicia")
    page.get_by_label("Date of birth").fill("03/09/1948")
    press(page.get_by_role("button", name="Español"))
    expect(page.get_by_label("Fecha de nacimiento")).to_have_value("03/09/1948")
    reason = page.get_by_label("¿Cuál es el motivo de la cita?")
    expect(reason).to_have_value("Me duele la espalda")
    if javascript:
        assert faults(page) == []

    page.get_by_label("No, es la primera cita").check()
    page.get_by_label("¿En qué estado estará").select_option("CO")
    page.get_by_label("Número de teléfono").fill("970-555-0155")
    page.locator("[name=email]").fill("alicia@example.com")
    page.get_by_label("Con seguro").check()
    page.locator("[name=consent]").check()
    go_on(page)
    expect(page.locator(".summary-list")).to_contain_text("Alicia")
    press(page.get_by_role("button", name="Enviar esta solicitud"))
    expect(page.locator("h1")).to_have_text("Tenemos su solicitud")

    sent = Appointment.objects.get()
    assert sent.language == "es"
    message = email.render(OutboxMessage.objects.get(to="alicia@example.com"))
    assert message.subject == "Tenemos su solicitud"
    assert "/es/a/" in str(message.body)
    context.close()
