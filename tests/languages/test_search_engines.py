"""What search engines read of each kind of page, in both languages: it agrees with itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.test import Client, override_settings

from practice.models import PlainPage, Practice
from procedures.models import Condition, Procedure

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample")]

URL = "https://clinic.example.com"
PATHS = [
    "/",
    "/conditions/",
    "/conditions/vertebral-compression-fracture/",
    "/procedures/",
    "/procedures/kyphoplasty/",
    "/team/",
    "/team/nora-whitfield/",
    "/team/daniel-reyes/",
    "/locations/",
    "/locations/fort-collins/",
    "/contact/",
    "/privacy/",
    "/accessibility/",
]
BOTH = [prefix + path for path in PATHS for prefix in ("", "/es")]
NODE = dict[str, Any]
Read = Callable[[str], BeautifulSoup]


@pytest.fixture(autouse=True)
def a_live_site() -> Iterator[None]:
    with override_settings(DEMO=False, CLINIC_URL=URL):
        yield


def page_at(client: Client, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


@pytest.fixture(scope="module")
def read_before() -> dict[str, BeautifulSoup]:
    """Pages of the unchanged sample, each rendered once for the whole module."""
    return {}


@pytest.fixture
def unchanged(client: Client, read_before: dict[str, BeautifulSoup]) -> Read:
    def read(path: str) -> BeautifulSoup:
        if path not in read_before:
            read_before[path] = page_at(client, path)
        return read_before[path]

    return read


def graph_at(client: Client, path: str) -> list[NODE]:
    return graph_of(page_at(client, path))


def graph_of(soup: BeautifulSoup) -> list[NODE]:
    [block] = soup.select('script[type="application/ld+json"]')
    graph = json.loads(str(block.string))
    assert graph["@context"] == "https://schema.org"
    nodes: list[NODE] = graph["@graph"]
    return nodes


def every(value: Any) -> Iterator[NODE]:
    """Each object in the value, however deep."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from every(one)


def types(node: NODE) -> set[str]:
    said = node.get("@type", [])
    return {said} if isinstance(said, str) else set(said)


def of_type(nodes: list[NODE], name: str) -> list[NODE]:
    return [node for node in nodes if name in types(node)]


def head(soup: BeautifulSoup, selector: str, attribute: str) -> list[str]:
    return [str(tag[attribute]) for tag in soup.select(f"head {selector}")]


@pytest.mark.parametrize("path", BOTH)
def test_every_reference_in_the_graph_leads_to_a_node_of_it(unchanged: Read, path: str) -> None:
    nodes = graph_of(unchanged(path))
    said = [node["@id"] for node in nodes]
    assert len(said) == len(set(said))
    objects = list(every(nodes))
    assert {one["@id"] for one in objects if set(one) == {"@id"}} <= set(said)
    assert [one for one in objects if set(one) != {"@id"} and not types(one)] == []
    assert [one for one in objects if {"Review", "AggregateRating", "Rating"} & types(one)] == []
    assert not {"review", "aggregateRating"} & {key for one in objects for key in one}
    addresses = [one[key] for one in objects for key in ("url", "item", "@id") if key in one]
    assert [one for one in addresses if not str(one).startswith((URL, "https://"))] == []
    assert len(of_type(nodes, "MedicalClinic")) == 2
    assert len(of_type(nodes, "MedicalOrganization")) == 1


@pytest.mark.parametrize("prefix", ["", "/es"])
@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("/procedures/kyphoplasty/", {"SurgicalProcedure", "MedicalTherapy"}),
        ("/conditions/vertebral-compression-fracture/", {"MedicalCondition"}),
    ],
)
def test_a_topic_is_a_medical_page_about_what_it_tells_of_by_whom_it_was_written(
    unchanged: Read, prefix: str, path: str, kinds: set[str]
) -> None:
    nodes = graph_of(unchanged(prefix + path))
    by_id = {node["@id"]: node for node in nodes}
    [page] = of_type(nodes, "MedicalWebPage")
    assert page["url"] == page["@id"] == f"{URL}{prefix}{path}"
    assert page["inLanguage"] == (prefix.strip("/") or "en")
    about = by_id[page["about"]["@id"]]
    assert types(about) == kinds
    assert about["description"] == page["description"]
    author = by_id[page["author"]["@id"]]
    assert (author["name"], types(author)) == ("Daniel Reyes", {"Person"})  # an assistant
    crumbs = by_id[page["breadcrumb"]["@id"]]["itemListElement"]
    assert [crumb["position"] for crumb in crumbs] == [1, 2, 3]
    assert crumbs[0]["item"] == f"{URL}{prefix}/"
    assert crumbs[-1]["item"] == f"{URL}{prefix}{path}"
    assert page["datePublished"] == "2026-09-14"
    assert page["citation"][0]["@type"] == "CreativeWork"


def test_only_a_physician_is_called_a_physician(unchanged: Read) -> None:
    [nora] = of_type(graph_of(unchanged("/team/nora-whitfield/")), "Person")
    assert types(nora) == {"Person", "IndividualPhysician"}
    assert nora["practicesAt"] == nora["workLocation"]
    [daniel] = of_type(graph_of(unchanged("/es/team/daniel-reyes/")), "Person")
    assert types(daniel) == {"Person"}
    assert "practicesAt" not in daniel
    assert daniel["honorificSuffix"]


def test_one_person_and_one_clinic_are_the_same_in_both_languages(unchanged: Read) -> None:
    for path in ("/team/nora-whitfield/", "/locations/fort-collins/"):
        english, spanish = (
            {
                node["@id"]
                for node in graph_of(unchanged(prefix + path))
                if types(node) & {"Person", "MedicalClinic", "MedicalOrganization"}
            }
            for prefix in ("", "/es")
        )
        assert english == spanish


@pytest.mark.parametrize("path", BOTH)
def test_each_page_says_what_it_is_where_it_stands_and_where_its_other_language_is(
    unchanged: Read, path: str
) -> None:
    soup = unchanged(path)
    other = path.removeprefix("/es")
    assert head(soup, 'link[rel="canonical"]', "href") == [URL + path]
    assert head(soup, 'meta[property="og:url"]', "content") == [URL + path]
    links = dict(
        zip(
            head(soup, "link[hreflang]", "hreflang"),
            head(soup, "link[hreflang]", "href"),
            strict=True,
        )
    )
    assert links == {
        "en": URL + other,
        "es": f"{URL}/es{other}",
        "x-default": URL + other,
    }
    [title] = soup.select("head title")
    assert 10 < len(title.get_text()) < 90
    for name in ('name="description"', 'property="og:title"', 'property="og:description"'):
        [words] = head(soup, f"meta[{name}]", "content")
        assert words.strip(), name
    assert head(soup, 'meta[property="og:locale"]', "content") == [
        "es_US" if path.startswith("/es/") else "en_US"
    ]
    assert head(soup, 'meta[name="robots"]', "content") == []


@pytest.mark.parametrize("prefix", ["", "/es"])
def test_no_two_pages_have_one_title_or_one_description(unchanged: Read, prefix: str) -> None:
    pages = [unchanged(prefix + path) for path in PATHS]
    titles = [str(soup.select("head title")[0].get_text()) for soup in pages]
    assert len(set(titles)) == len(PATHS)
    said = [head(soup, 'meta[name="description"]', "content")[0] for soup in pages]
    assert len(set(said)) == len(PATHS)


def test_a_search_is_for_no_search_engine(client: Client) -> None:
    for path in ("/search/", "/es/search/?q=cemento"):
        soup = page_at(client, path)
        assert head(soup, 'meta[name="robots"]', "content") == ["noindex"]
        assert head(soup, 'link[rel="canonical"]', "href") == []


def test_an_untranslated_page_has_its_one_address_in_english(client: Client) -> None:
    Procedure.objects.get(locale__language_code="es").unpublish()
    path = "/procedures/kyphoplasty/"
    for address in (path, f"/es{path}"):
        soup = page_at(client, address)
        assert head(soup, 'link[rel="canonical"]', "href") == [URL + path]
        assert head(soup, 'meta[property="og:url"]', "content") == [URL + path]
        assert head(soup, "link[hreflang]", "hreflang") == []
        [page] = of_type(graph_at(client, address), "MedicalWebPage")
        assert (page["@id"], page["inLanguage"]) == (URL + path, "en")
    named = days_in_the_site_map(client)
    assert path in named
    assert f"/es{path}" not in named
    assert "/es/conditions/vertebral-compression-fracture/" in named


def days_in_the_site_map(client: Client) -> dict[str, str]:
    """By path, the last change."""
    root = ElementTree.fromstring(client.get("/sitemap.xml").content)  # noqa: S314 our own
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    found = {}
    for url in root.iter(f"{space}url"):
        found[str(url.findtext(f"{space}loc")).removeprefix(URL)] = str(
            url.findtext(f"{space}lastmod", "")
        )
    return found


def test_the_site_map_names_each_page_in_each_language_with_the_day_it_changed(
    client: Client,
) -> None:
    named = days_in_the_site_map(client)
    assert set(BOTH) <= set(named)
    for topic in (*Procedure.objects.all(), *Condition.objects.all()):
        path = topic.get_url()
        assert named[path] == topic.modified.isoformat()
        [page] = of_type(graph_at(client, path), "MedicalWebPage")
        assert page["dateModified"] == named[path]
    page = PlainPage.objects.get(locale__language_code="es", slug="privacy")
    page.save_revision().publish()
    page.refresh_from_db()
    zone = Practice.objects.current().zone
    day = page.last_published_at.astimezone(zone).date()
    assert days_in_the_site_map(client)["/es/privacy/"] == day.isoformat()
    assert named["/contact/"] == ""  # nobody knows


def test_machines_are_kept_from_what_is_private_in_both_languages(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()
    for path in ("/a/", "/r/", "/search/", "/es/a/", "/es/r/", "/es/search/", "/admin/", "/cms/"):
        assert f"Disallow: {path}" in lines
    closed = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow")]
    assert [path for path in days_in_the_site_map(client) if path.startswith(tuple(closed))] == []
    assert f"Sitemap: {URL}/sitemap.xml" in lines


def test_a_topic_whose_bundle_told_no_days_shows_when_it_was_published(client: Client) -> None:
    row = Procedure.objects.get(locale__language_code="en")
    Procedure.objects.filter(pk=row.pk).update(
        published=None,
        modified=None,
        first_published_at="2026-03-02T05:30:00Z",  # still March 1 in the mountains
        last_published_at="2026-04-05T18:00:00Z",
    )
    foot = page_at(client, "/procedures/kyphoplasty/").select_one(".topic-foot")
    assert foot is not None
    assert [str(time["datetime"]) for time in foot.select("time")][:2] == [
        "2026-03-01",
        "2026-04-05",
    ]
    [page] = of_type(graph_at(client, "/procedures/kyphoplasty/"), "MedicalWebPage")
    assert (page["datePublished"], page["dateModified"]) == ("2026-03-01", "2026-04-05")
