"""Known to every template without `{% load %}`.

{% address "/contact/" %}            the path in the language of the page: /es/contact/
{% language_of page as code %}       in which language a page's own words are
{% canonical %}                      the one address at which search engines shall keep this page
{% is_outdated page as outdated %}   a translation that waits for somebody to check it
{% other_languages as others %}      this page in the other languages: .code .name .url
{% published_languages as all %}     in every language that it is published in; for machines
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from wagtail.models import Page

from practice import languages, translations

register = template.Library()

# Their query says which tab or which words; elsewhere it means nothing.
WITH_THEIR_QUERY = ("/appointments/", "/a/", "/search/")


@register.simple_tag
def address(path: str) -> str:
    return languages.address(path)


@register.simple_tag
def language_of(page: Any) -> str:
    """In which language the page's own words are; the address may say another."""
    return page.locale.language_code if isinstance(page, Page) else languages.current()


@register.simple_tag(takes_context=True)
def canonical(context: dict[str, Any]) -> str:
    """A page that nobody has translated yet stands at two addresses; its own is the original's."""
    page = context.get("page")
    if isinstance(page, Page) and page.pk and language_of(page) != languages.current():
        return str(settings.CLINIC_URL + languages.path_of(page))
    return str(context.get("canonical_url", ""))


@register.simple_tag
def is_outdated(page: Any) -> bool:
    """A translation that nobody has compared with its original as both are now."""
    return (
        isinstance(page, Page)
        and page.locale.language_code != languages.ORIGINAL
        and not translations.is_checked(page)
    )


@dataclass(frozen=True)
class Other:
    code: str
    name: str
    url: str


@register.simple_tag(takes_context=True)
def published_languages(context: dict[str, Any]) -> list[Other]:
    """Empty where there is only one language."""
    request: HttpRequest | None = context.get("request")
    page = context.get("page")
    if request is None:
        return []
    _language, path = languages.split(request.path)
    found = []
    for code, name in settings.LANGUAGES:
        url = languages.address(path, code)
        if isinstance(page, Page):
            url = address_of_translation(page, code)
        if url:
            found.append(Other(code, name, settings.CLINIC_URL + url))
    return found if len(found) > 1 else []


@register.simple_tag(takes_context=True)
def other_languages(context: dict[str, Any]) -> list[Other]:
    """Where the same thing stands in each other language; the original where it is missing."""
    request: HttpRequest | None = context.get("request")
    if request is None:
        return []
    language, path = languages.split(request.path)
    page = context.get("page")
    found = []
    for code, name in settings.LANGUAGES:
        if code == language:
            continue
        url = languages.address(path, code)
        if isinstance(page, Page) and page.pk:
            url = address_of_translation(page, code) or url
        elif path.startswith(WITH_THEIR_QUERY) and request.META.get("QUERY_STRING"):
            url = f"{url}?{request.META['QUERY_STRING']}"
        found.append(Other(code, name, url))
    return found


def address_of_translation(page: Page, code: str) -> str:
    """Empty where there is none that is published."""
    row = (
        Page.objects.filter(translation_key=page.translation_key, locale__language_code=code)
        .live()
        .public()
        .select_related("locale")
        .first()
    )
    return languages.path_of(row) if row else ""
