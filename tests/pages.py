"""Every address that anybody may open, on a site that holds the sample content."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from urllib.parse import quote, urlsplit

# Besides what the site map names.
ALSO = (
    "/search/",
    "/search/?q=fracture",
    "/search/?q=nothing-like-this",
    "/reviews/new/",
    "/privacy/",
    "/accessibility/",
    "/contact/",
    "/contact/message/",
    "/appointments/find/",
    "/accounts/login/",
    "/no-such-page/",
    "/es/search/",
    "/es/search/?q=cemento en la espalda",
    "/es/search/?q=nada-como-esto",
    "/es/reviews/new/",
    "/es/contact/",
    "/es/contact/message/",
    "/es/appointments/find/",
    "/es/no-such-page/",
)


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(quote(url, safe=":/?&=%#"), timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def public_paths(url: str) -> list[str]:
    """Paths from the site map of the site at `url`, the first page of each way to a visit, and the
    rest that is in no site map."""
    _, sitemap = get(f"{url}/sitemap.xml")
    paths = [urlsplit(found).path for found in re.findall(r"<loc>([^<]+)</loc>", sitemap)]
    assert len(paths) > 8, "the site map is nearly empty"
    visits: set[str] = set()
    for ways in ("/appointments/", "/es/appointments/"):
        # Only the bare address: with a time chosen it is the same page.
        visits |= set(re.findall(rf'href="({ways}[\w-]+/)[^"]*"', get(url + ways)[1]))
    return list(dict.fromkeys([*paths, *sorted(visits), *ALSO]))
