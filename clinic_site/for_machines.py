"""What search engines ask for first."""

from __future__ import annotations

import datetime as dt
from xml.etree import ElementTree

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from practice import sitemap as practice_pages
from practice.public import public_page
from reviews.models import ReviewRules

NOT_FOR_SEARCH_ENGINES = (
    *("/admin/", "/cms/", "/accounts/", "/a/", "/r/", "/search/"),
    *("/es/a/", "/es/r/", "/es/search/"),
)
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@require_safe
@public_page()
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page, with its true last change; absolute addresses under CLINIC_URL."""
    root = ElementTree.Element("urlset", xmlns=NAMESPACE)
    ours = ["/appointments/", *(["/reviews/"] if ReviewRules.objects.current().shown else [])]
    others: list[tuple[str, dt.date | None]] = [
        (path, None) for one in ours for path in practice_pages.in_every_language(one)
    ]
    for path, changed in [*practice_pages.entries(), *others]:
        url = ElementTree.SubElement(root, "url")
        ElementTree.SubElement(url, "loc").text = settings.CLINIC_URL + path
        if changed:
            ElementTree.SubElement(url, "lastmod").text = changed.isoformat()
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return HttpResponse(body, content_type="application/xml")


@require_safe
@public_page()
def robots(request: HttpRequest) -> HttpResponse:
    """A demonstration asks to be left out altogether."""
    closed = ["/"] if settings.DEMO else NOT_FOR_SEARCH_ENGINES
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    if not settings.DEMO:
        lines += ["", f"Sitemap: {settings.CLINIC_URL}/sitemap.xml"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
