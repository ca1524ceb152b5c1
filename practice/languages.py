"""The language of a page stands in its address: `/es/…` is Spanish, everything else English.

Nothing is guessed from a cookie or from the browser. Staff screens have no Spanish address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from wagtail.models import Page

P = TypeVar("P", bound=Page)
ORIGINAL = "en"
# Words of Django's own that we say in another way: see locale/es.
TRANSLATIONS = tuple(code for code, _name in settings.LANGUAGES if code != ORIGINAL)


def current() -> str:
    """Two letters: the language that is spoken now."""
    code = (translation.get_language() or ORIGINAL).split("-")[0]
    return code if code in TRANSLATIONS else ORIGINAL


def split(path: str) -> tuple[str, str]:
    """The language of an address, and the address without it."""
    for code in TRANSLATIONS:
        if path.startswith(f"/{code}/"):
            return code, path[len(code) + 1 :]
    return ORIGINAL, path


def address(path: str, language: str | None = None) -> str:
    """A path of ours, such as `/contact/`, in a language; by default the one spoken now."""
    language = language or current()
    return path if language == ORIGINAL else f"/{language}{path}"


def path_of(page: Page) -> str:
    """The path that a page is read at, in its own language."""
    # "/welcome/team/ana/" is /team/ana/: home has no name of its own in an address.
    return address("/" + page.url_path.split("/", 2)[2], page.locale.language_code)


def here(page: Page) -> str:
    """The path that a page is read at in the language spoken now, translated or not."""
    return address(split(path_of(page))[1])


def shown(pages: Iterable[P]) -> list[P]:
    """Each page once, in the originals' order: its translation where there is one among `pages`."""
    rows = list(pages)
    language = current()
    originals = [row for row in rows if row.locale.language_code == ORIGINAL]
    translated = {row.translation_key: row for row in rows if row.locale.language_code == language}
    return [translated.get(row.translation_key, row) for row in originals]


def spoken(pages: Iterable[P]) -> list[P]:
    """For originals: the published translation of each where there is one, else itself."""
    rows = list(pages)
    if current() == ORIGINAL or not rows:
        return rows
    keys = [row.translation_key for row in rows]
    found = type(rows[0]).objects.live().public().select_related("locale")
    found = found.filter(translation_key__in=keys, locale__language_code=current())
    translated = {row.translation_key: row for row in found}
    return [translated.get(row.translation_key, row) for row in rows]


class AddressLanguage:
    """Speaks the language of the address while a request is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language, _path = split(request.path_info)
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
