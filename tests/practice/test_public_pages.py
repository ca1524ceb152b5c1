"""What holds for every page that the public reads."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client, override_settings

from tests.content import (
    a_condition,
    a_page_about,
    a_physician,
    a_plain_page,
    a_procedure,
    a_review,
    an_office,
    the_practice,
    with_everything,
)

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/conditions/",
    "/conditions/compression-fracture/",
    "/procedures/",
    "/procedures/kyphoplasty/",
    "/team/",
    "/team/ana-ortega/",
    "/locations/",
    "/locations/north/",
    "/reviews/",
    "/search/",
    "/contact/",
    "/privacy/",
]


@pytest.fixture(autouse=True)
def site(db: None) -> None:
    the_practice()
    an_office()
    ana = a_physician()
    a_page_about(ana)
    with_everything(a_condition(author=ana))
    with_everything(a_procedure(author=ana, title="What is </script><b>kyphoplasty?"))
    a_plain_page()
    a_review()


@pytest.mark.parametrize("path", PAGES)
def test_a_reader_gets_no_cookie_and_none_is_read(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
    assert "csrf" not in answer.content.decode().lower()


@pytest.mark.parametrize("path", PAGES)
def test_a_signed_in_doctor_reads_the_very_page_that_a_stranger_reads(
    client: Client, admin_client: Client, path: str
) -> None:
    def without_nonces(answer: Any) -> str:
        return str(answer.content.decode())

    assert without_nonces(client.get(path)) == without_nonces(admin_client.get(path))


@pytest.mark.parametrize("path", PAGES)
def test_no_page_runs_a_script_or_style_of_its_own_or_asks_another_host(
    client: Client, path: str
) -> None:
    html = client.get(path).content.decode()
    for script in re.findall(r"<script\b[^>]*>", html):
        assert "src=" in script or 'type="application/ld+json"' in script
    assert "<style" not in html
    assert not re.search(r'\sstyle="', html)
    assert not re.search(r'\son[a-z]+="', html)
    for address in re.findall(r'(?:src|srcset|poster)="([^"]+)"', html):
        assert address.startswith("/")
        assert not address.startswith("//")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_one_title_one_heading_and_a_way_to_a_visit(
    client: Client, path: str
) -> None:
    html = client.get(path).content.decode()
    assert len(re.findall(r"<h1\b", html)) == 1
    assert len(re.findall(r"<title>[^<]+</title>", html)) == 1
    assert 'href="/appointments/' in html
    assert "911" in html


def test_an_address_that_does_not_exist_is_not_found(client: Client) -> None:
    assert client.get("/procedures/nothing/").status_code == 404


PHYSICIAN = "['Person', 'IndividualPhysician']"


def graph_of(client: Client, path: str) -> dict[str, Any]:
    html = client.get(path).content.decode()
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    [block] = blocks
    nodes: list[dict[str, Any]] = json.loads(block)["@graph"]
    return {str(node["@type"]): node for node in nodes}


def test_a_search_engine_reads_the_procedure_as_a_procedure_with_its_risks(
    client: Client,
) -> None:
    nodes = graph_of(client, "/procedures/kyphoplasty/")
    procedure = nodes["['SurgicalProcedure', 'MedicalTherapy']"]
    page = nodes["MedicalWebPage"]
    assert procedure["seriousAdverseOutcome"][0]["name"] == "Cement may leak."
    assert "We find the bone with an X-ray. We lift it." in procedure["howPerformed"]
    assert page["name"] == "What is </script><b>kyphoplasty?"
    assert page["url"] == "http://127.0.0.1:8000/procedures/kyphoplasty/"
    assert page["author"] == {"@id": nodes[PHYSICIAN]["@id"]}
    crumbs = [item["item"] for item in nodes["BreadcrumbList"]["itemListElement"]]
    assert crumbs == [
        "http://127.0.0.1:8000/",
        "http://127.0.0.1:8000/procedures/",
        "http://127.0.0.1:8000/procedures/kyphoplasty/",
    ]


def test_a_search_engine_reads_condition_clinic_and_person(client: Client) -> None:
    nodes = graph_of(client, "/conditions/compression-fracture/")
    assert nodes["MedicalCondition"]["name"] == "Compression fracture"
    clinic = graph_of(client, "/locations/north/")["MedicalClinic"]
    assert clinic["address"]["addressLocality"] == "Portville"
    assert clinic["openingHoursSpecification"][0]["opens"] == "08:00"
    person = graph_of(client, "/team/ana-ortega/")[PHYSICIAN]
    assert (person["name"], person["honorificSuffix"]) == ("Ana Ortega", "M.D.")


@pytest.mark.parametrize("path", PAGES)
def test_nobody_rates_themselves_in_the_data_for_search_engines(client: Client, path: str) -> None:
    html = client.get(path).content.decode()
    assert "AggregateRating" not in html
    assert '"Review"' not in html


def test_the_site_map_names_every_public_page_once_under_the_site_s_own_address(
    client: Client,
) -> None:
    with override_settings(CLINIC_URL="https://clinic.example.com"):
        root = ElementTree.fromstring(client.get("/sitemap.xml").content)  # noqa: S314 our own
    found = [node.text for node in root.iter() if node.tag.endswith("loc")]
    wanted = {f"https://clinic.example.com{path}" for path in PAGES if path != "/search/"}
    assert wanted <= set(found)
    assert len(found) == len(set(found))


def test_a_demonstration_keeps_search_engines_out_and_a_live_site_lets_them_in(
    client: Client,
) -> None:
    with override_settings(DEMO=True):
        assert "Disallow: /\n" in client.get("/robots.txt").content.decode()
    with override_settings(DEMO=False, CLINIC_URL="https://clinic.example.com"):
        text = client.get("/robots.txt").content.decode()
        html = client.get("/contact/").content.decode()
    assert "Disallow: /\n" not in text
    assert "Disallow: /cms/" in text
    assert "Sitemap: https://clinic.example.com/sitemap.xml" in text
    assert "noindex" not in html
