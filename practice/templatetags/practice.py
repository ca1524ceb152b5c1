"""`{% load practice %}`

Beside these tags every template has the variables of `practice/context.py`.

    {% offers as offers %}                 the ways to a visit, each with .kind .heading .text,
                                           .locations.all .seen_by.all
    {% offers "same_day" as same_day %}    those of one kind
    {% bookable_people as people %}        Practitioner rows that patients can book
    {% certifications person as list %}    board certifications that may be said today
    {% team as people %}                   everybody who has a page
    {{ person|said:"job_title" }} {{ person|said_list:"languages" }}   in the language spoken now
    {% page_of person as page %}           the person's published page, or None
    {% footer_pages as pages %}            published plain pages under home (privacy …)
    {% hours_table location as rows %}     rows of .day (Monday …) and .spans ("8:00 AM to 5:00 PM")
    {% desk_hours_table practice as rows %}  when somebody answers, in the same rows
    {{ text|markdown }} {{ text|markdown_line }} {{ text|plain }}
    {{ practice.phone|phone }}             (214) 555-0142
    {{ practice.phone|tel }}               tel:+12145550142
    {{ date|day }}                         Tuesday, November 24
    {{ date|long_date }} {{ date|month }}  November 24, 2026; November 2026
    {{ page|here }}                        the page's path in the language of this page
    {{ instant|clock_time }}               3:20 PM, in the practice's zone
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django import template
from django.db.models import QuerySet
from django.utils import formats
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from phonenumber_field.phonenumber import PhoneNumber
from wagtail.models import Page

from practice import clock, languages, markdown, opening
from practice.models import (
    BoardCertification,
    Location,
    Offer,
    PersonPage,
    PlainPage,
    Practice,
    Practitioner,
    Weekday,
)
from practice.models.translated import Translated

register = template.Library()


@register.simple_tag
def offers(kind: str | None = None) -> QuerySet[Offer]:
    found = Offer.objects.prefetch_related("locations", "seen_by")
    return found.filter(kind=kind) if kind else found


@register.simple_tag
def bookable_people() -> QuerySet[Practitioner]:
    return Practitioner.objects.bookable().prefetch_related("locations")


@register.simple_tag
def certifications(person: Practitioner) -> list[BoardCertification]:
    today = clock.today(Practice.objects.current().zone)
    return [row for row in person.board_certifications.all() if row.holds_on(today)]


@register.simple_tag
def page_of(person: Practitioner | None) -> PersonPage | None:
    if person is None:
        return None
    theirs = PersonPage.objects.filter(practitioner=person)
    pages = languages.shown(theirs.live().public().select_related("locale"))
    return pages[0] if pages else None


@register.simple_tag
def team() -> list[Practitioner]:
    """Everybody who has a published page, in the order of the pages."""
    pages = PersonPage.objects.live().public().select_related("practitioner", "locale")
    return [page.practitioner for page in languages.shown(pages.order_by("path"))]


@register.filter
def said(row: Translated, field: str) -> str:
    return row.said(field)


@register.filter
def said_list(row: Translated, field: str) -> list[str]:
    return row.said_list(field)


@register.simple_tag
def footer_pages() -> list[PlainPage]:
    rows = PlainPage.objects.live().public().filter(depth=3).select_related("locale")
    return languages.shown(rows.order_by("path"))


@dataclass(frozen=True)
class DayRow:
    day: str
    spans: list[str]


@register.simple_tag
def hours_table(location: Location) -> list[DayRow]:
    return _rows(location.hours.all())


@register.simple_tag
def desk_hours_table(practice: Practice) -> list[DayRow]:
    """When somebody answers, as `hours_table` says when a door is open."""
    return _rows(practice.desk_hours.all())


def _rows(hours: Iterable[opening.Span]) -> list[DayRow]:
    return [
        DayRow(
            day=str(Weekday(day).label),
            spans=[
                _("%(opens)s to %(closes)s")
                % {"opens": wall_time(span.opens), "closes": wall_time(span.closes)}
                for span in spans
            ],
        )
        for day, spans in opening.by_weekday(hours)
    ]


@register.filter
def wall_time(time: dt.time | dt.datetime) -> str:
    """`8:30 AM`; midnight and noon in words, since nobody is sure about 12:00 AM."""
    if (time.hour, time.minute) == (0, 0):
        return _("midnight")
    if (time.hour, time.minute) == (12, 0):
        return _("noon")
    return formats.time_format(time, pgettext("format of a time", "g:i A"), use_l10n=False)


@register.filter
def clock_time(instant: dt.datetime) -> str:
    return wall_time(instant.astimezone(Practice.objects.current().zone))


@register.filter
def day(date: dt.date | None) -> str:
    form = pgettext("format of a day", "l, F j")
    return formats.date_format(date, form, use_l10n=False) if date else ""


@register.filter
def long_date(date: dt.date | None) -> str:
    form = pgettext("format of a date", "F j, Y")
    return formats.date_format(date, form, use_l10n=False) if date else ""


@register.filter
def month(date: dt.date | None) -> str:
    form = pgettext("format of a month", "F Y")
    return formats.date_format(date, form, use_l10n=False) if date else ""


@register.filter
def here(page: Page) -> str:
    return languages.here(page)


@register.filter(name="markdown")
def markdown_filter(text: str, top: int = 3) -> SafeString:
    return markdown.to_html(text or "", top=top)


@register.filter
def markdown_line(text: str) -> SafeString:
    return markdown.to_inline_html(text or "")


@register.filter
def plain(text: str) -> str:
    return markdown.to_text(text or "")


@register.filter
def phone(number: PhoneNumber | str | None) -> str:
    if not number:
        return ""
    parsed = number if isinstance(number, PhoneNumber) else PhoneNumber.from_string(number)
    return str(parsed.as_national)


@register.filter
def tel(number: PhoneNumber | str | None) -> str:
    if not number:
        return ""
    parsed = number if isinstance(number, PhoneNumber) else PhoneNumber.from_string(number)
    return f"tel:{parsed.as_e164}"
