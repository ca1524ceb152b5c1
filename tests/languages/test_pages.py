"""What somebody reads who reads Spanish: whole pages, the right links, and never a warning that
nobody has compared with its original."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.test import Client
from wagtail.models import Page

from clinic_site.bundle import exporting, importing, reading
from practice import translations
from practice.models import PlainPage, Practitioner, TranslationCheck
from procedures.models import Condition, Procedure

pytestmark = pytest.mark.usefixtures("sample")

PAGES = [
    "/es/",
    "/es/conditions/",
    "/es/conditions/vertebral-compression-fracture/",
    "/es/procedures/",
    "/es/procedures/kyphoplasty/",
    "/es/team/",
    "/es/team/nora-whitfield/",
    "/es/locations/",
    "/es/locations/fort-collins/",
    "/es/contact/",
    "/es/reviews/",
    "/es/privacy/",
    "/es/accessibility/",
    "/es/search/?q=cemento",
    "/es/appointments/",
    "/es/appointments/find/",
    "/es/appointments/office-visit/",
]


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def spanish(model: type[Page]) -> Page:
    return model.objects.get(locale__language_code="es")


def test_each_page_is_in_spanish_and_stays_there(client: Client) -> None:
    for path in PAGES:
        stays_in_spanish(path, text_of(client, path))


def stays_in_spanish(path: str, html: str) -> None:
    assert '<html lang="es">' in html
    english = path.removeprefix("/es")
    assert re.search(r'<(a|button)[^>]*lang="en"[^>]*>English</\1>', html)
    assert english.split("?")[0] in html or 'name="language" value="en"' in html
    # Every link of ours goes on in Spanish, but for the one to English and to files.
    links = re.findall(r'<a\b[^>]*href="(/[^"]*)"[^>]*>', html)
    others = {link for link in links if not link.startswith(("/es/", "/static/"))}
    assert others <= {english, english.split("?")[0]}
    assert "Ask for a visit" not in html


def test_each_translation_of_the_sample_was_compared_with_its_original() -> None:
    pages = Page.objects.filter(locale__language_code="es", live=True)
    assert pages.count() == 10
    assert [page.title for page in pages if not translations.is_checked(page)] == []


def test_days_and_times_are_said_in_spanish(client: Client) -> None:
    html = text_of(client, "/es/locations/fort-collins/")
    assert "de 8:00 a. m. a 5:00 p. m." in html
    assert "Lunes" in html
    html = text_of(client, "/es/procedures/kyphoplasty/")
    assert "14 de septiembre de 2026" in html


def test_the_language_is_in_the_address_and_never_guessed(client: Client) -> None:
    client.cookies["django_language"] = "es"
    answer = client.get("/", headers={"accept-language": "es"})
    assert '<html lang="en">' in answer.content.decode()
    assert answer.headers["Content-Language"] == "en"
    assert "Accept-Language" not in answer.headers.get("Vary", "")


def test_search_engines_find_each_language_and_its_other(client: Client) -> None:
    for path in ("/procedures/kyphoplasty/", "/es/procedures/kyphoplasty/"):
        html = text_of(client, path)
        assert f'<link rel="canonical" href="http://127.0.0.1:8000{path}">' in html
        for code, prefix in (("en", ""), ("es", "/es")):
            address = f"http://127.0.0.1:8000{prefix}/procedures/kyphoplasty/"
            assert f'hreflang="{code}" href="{address}"' in html
    sitemap = client.get("/sitemap.xml").content.decode()
    assert "<loc>http://127.0.0.1:8000/es/procedures/kyphoplasty/</loc>" in sitemap
    assert "<loc>http://127.0.0.1:8000/es/contact/</loc>" in sitemap


def test_a_page_nobody_translated_is_shown_in_english_and_says_so(client: Client) -> None:
    page = spanish(Procedure)
    page.unpublish()
    html = text_of(client, "/es/procedures/kyphoplasty/")
    assert "Esta página todavía no está en español" in html
    assert '<div class="wrap" lang="en">' in html
    assert '<title lang="en">' in html
    assert "Call 911 if" in html
    assert "Llame al 911 si" not in html
    assert "(970) 555-0110" in html
    assert 'hreflang="es"' not in html.split("</head>")[0]


def test_a_page_nobody_checked_shows_its_warning_signs_in_english(client: Client) -> None:
    page = spanish(Procedure)
    assert "Llame al 911 si" in text_of(client, "/es/procedures/kyphoplasty/")
    translations.uncheck(page)
    html = text_of(client, "/es/procedures/kyphoplasty/")
    assert "Call 911 if" in html
    assert "Your legs are suddenly weak" in html
    assert "Llame al 911 si" not in html
    assert "De repente tiene las piernas" not in html
    assert "Todavía no hemos comparado esta página" in html
    assert "En la cifoplastia tratamos" in html  # the rest is there


def test_a_changed_original_makes_its_translation_outdated_until_somebody_checks_it(
    client: Client,
) -> None:
    page = spanish(Condition)
    other = spanish(Procedure)
    assert translations.is_checked(page)
    original = Condition.objects.get(locale__language_code="en")
    flag = original.red_flags.first()
    flag.text = "Your feet feel cold all at once."
    flag.save()
    assert not translations.is_checked(page)
    assert translations.is_checked(other)
    html = text_of(client, "/es/conditions/vertebral-compression-fracture/")
    assert "Your feet feel cold all at once." in html
    translations.check(page, by="Ana Ortega, M.D.", on=dt.date(2026, 11, 24))
    assert translations.is_checked(page)
    assert TranslationCheck.objects.get(checked_by="Ana Ortega, M.D.")
    html = text_of(client, "/es/conditions/vertebral-compression-fracture/")
    assert "Your feet feel cold" not in html


def test_a_changed_translation_has_to_be_checked_again() -> None:
    page = PlainPage.objects.get(locale__language_code="es", slug="privacy")
    assert translations.is_checked(page)
    page.body = "Otra cosa."
    page.save_revision().publish()
    assert not translations.is_checked(page)


def test_nobody_becomes_two_people_by_being_translated(client: Client) -> None:
    assert Practitioner.objects.count() == 2
    assert client.get("/es/team/").content.decode().count("Cirujana de columna") == 1


def test_a_bundle_in_two_languages_comes_back_as_it_went(tmp_path: Path) -> None:
    exporting.write(tmp_path)
    assert (tmp_path / "procedures" / "kyphoplasty.es.md").exists()
    report = importing.import_bundle(reading.read(tmp_path))
    assert report.faults == []
    assert report.conflicts == []
    assert report.nothing_changed


def test_an_outdated_translation_is_not_made_right_by_an_export(tmp_path: Path) -> None:
    original = PlainPage.objects.get(locale__language_code="en", slug="privacy")
    original.body = "Something else."
    original.save_revision().publish()
    exporting.write(tmp_path)
    file = tmp_path / "pages" / "privacy.es.md"
    assert "checked_words" in file.read_text()
    file.write_text(file.read_text().replace("### Qué puede pedir", "### Lo que puede pedir"))
    report = importing.import_bundle(reading.read(tmp_path))
    assert report.changed == ["pages/privacy.es.md"]
    page = PlainPage.objects.get(locale__language_code="es", slug="privacy")
    assert "### Lo que puede pedir" in page.body
    assert not translations.is_checked(page)


def test_a_translation_without_an_original_is_a_fault(tmp_path: Path) -> None:
    exporting.write(tmp_path)
    (tmp_path / "pages" / "privacy.md").unlink()
    faults = importing.import_bundle(reading.read(tmp_path)).faults
    assert [fault.path for fault in faults] == ["pages/privacy.es.md"]
