"""Free times as a page shows them: grouped by day, named in full, with what is promised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from practice.models import Location, Practice, Practitioner

from . import wording
from .availability import Slot
from .models import VisitType
from .rules import ONE_DAY, Desk, Rules

TONIGHT = dt.time(17)


@dataclass(frozen=True)
class Time:
    """One time. `with_whom` and `where` stand beside it; `where` is "by video" or an office."""

    start: dt.datetime
    zone: ZoneInfo
    with_whom: str
    where: str
    slot: Slot | None = None

    @property
    def value(self) -> str:
        return self.slot.value if self.slot else ""

    @property
    def time(self) -> str:
        return wording.time(self.start, self.zone)

    @property
    def day(self) -> str:
        return wording.day(self.date)

    @property
    def date(self) -> dt.date:
        return self.start.astimezone(self.zone).date()

    @property
    def when(self) -> str:
        return wording.when(self.start, self.zone)

    @property
    def url(self) -> str:
        """Where this time is asked for."""
        if self.slot is None:
            return ""
        return f"{times_url(self.slot.visit_type)}?{urlencode({'slot': self.value})}"

    @property
    def only_by_phone(self) -> bool:
        return bool(self.slot and self.slot.call_us)


@dataclass(frozen=True)
class Group:
    """Times of one person at one place, so that both are said once."""

    with_whom: str
    where: str
    times: list[Time]


def grouped(times: Iterable[Time]) -> list[Group]:
    groups: dict[tuple[str, str], Group] = {}
    for time in times:
        who = (time.with_whom, time.where)
        groups.setdefault(who, Group(*who, [])).times.append(time)
    return list(groups.values())


@dataclass(frozen=True)
class Day:
    heading: str
    times: list[Time] = field(default_factory=list)

    @property
    def groups(self) -> list[Group]:
        return grouped(self.times)

    @property
    def free(self) -> int:
        return sum(not time.only_by_phone for time in self.times)


@dataclass(frozen=True)
class Promise:
    """What happens after somebody asks, worked out from when the desk is there.

    `by` is the latest moment of an answer to a request made now; None when times are booked at
    once, or when nobody can say.
    """

    instant: bool
    by: dt.datetime | None
    zone: ZoneInfo
    now: dt.datetime

    @property
    def words(self) -> str:
        if self.instant:
            return _("Your visit is booked at once.")
        if self.by is None:
            return _("This is a request, not yet an appointment. We call you as soon as we are in.")
        return _(
            "This is a request, not yet an appointment. Our front desk answers by %(time)s."
        ) % {"time": wording.soon(self.by, self.zone, now=self.now)}


@dataclass(frozen=True)
class Number:
    """The number to call at this hour, and whether somebody answers it."""

    phone: str
    national: str
    answered: bool
    opens: str = ""

    @property
    def words(self) -> str:
        if self.answered:
            return _("We answer this number now.")
        if self.opens:
            return _("We answer again from %(time)s.") % {"time": self.opens}
        return ""


def times_url(visit_type: str) -> str:
    return reverse("appointments:times", args=[visit_type])


def a_time(slot: Slot, zone: ZoneInfo, *, person: Practitioner | None = None) -> Time:
    """A slot with the names of its person and place; looks them up where nobody brings them."""
    if slot.person is not None:
        who = slot.person.name
        place = (slot.place.city or slot.place.name) if slot.place else ""
    else:
        person = person or Practitioner.objects.filter(slug=slot.practitioner).first()
        office = Location.objects.filter(slug=slot.location).first() if slot.location else None
        who = person.name_with_credentials if person else ""
        place = (office.city or office.name) if office else ""
    return Time(slot.start, zone, with_whom=who, where=where(place), slot=slot)


def where(city: str) -> str:
    if not city:
        return _("by video")
    return pgettext("a place", "in %(city)s") % {"city": city}


def by_day(slots: Iterable[Slot], zone: ZoneInfo, *, now: dt.datetime) -> list[Day]:
    today = now.astimezone(zone).date()
    days: dict[dt.date, Day] = {}
    for slot in slots:
        date = slot.start.astimezone(zone).date()
        if date not in days:
            days[date] = Day(wording.day_from(date, today=today))
        days[date].times.append(a_time(slot, zone))
    return list(days.values())


def promise(
    visit_type: VisitType, rules: Rules, *, now: dt.datetime, start: dt.datetime | None = None
) -> Promise:
    """For a request made now; with `start`, for that time, which is answered before it begins."""
    instant = visit_type.confirmation == VisitType.Confirmation.INSTANT
    desk = Desk.at(now, rules)
    by = None if instant else desk.promise
    visit = rules.visit(visit_type.slug)
    if start is not None and visit is not None and not instant:
        by = desk.answers_by(visit, start) or by
    return Promise(instant, by, rules.zone, now)


def number(rules: Rules, *, now: dt.datetime) -> Number:
    """While the desk is there its own number, else one that is answered after hours, if any."""
    practice = Practice.objects.current()
    desk = Desk.at(now, rules)
    if desk.opens == now:
        return Number(str(practice.phone), _national(practice.phone), answered=True)
    for location in Location.objects.exclude(after_hours_phone=""):
        phone = location.after_hours_phone
        return Number(str(phone), _national(phone), answered=True)
    opens = wording.soon(desk.opens, rules.zone, now=now) if desk.opens else ""
    return Number(str(practice.phone), _national(practice.phone), answered=False, opens=opens)


def _national(phone: object) -> str:
    return str(getattr(phone, "as_national", phone))


@dataclass(frozen=True)
class Page:
    """Some days of free times, and where the days before and after begin."""

    days: list[Day]
    later: dt.date | None
    from_start: bool

    def has(self, slot: Slot | None) -> bool:
        return slot is not None and any(
            time.slot == slot for day in self.days for time in day.times
        )


def some_days(
    slots: Sequence[Slot],
    zone: ZoneInfo,
    *,
    now: dt.datetime,
    first: dt.date | None,
    at_least: int = 18,
    days_at_most: int = 5,
) -> Page:
    """From `first` on, day by day until there is enough to choose from."""
    dated = [(slot.start.astimezone(zone).date(), slot) for slot in slots]
    wanted = [one for one in dated if first is None or one[0] >= first]
    shown: list[Day] = []
    later: dt.date | None = None
    for date, its_slots in groupby(wanted, key=itemgetter(0)):
        if len(shown) == days_at_most or sum(day.free for day in shown) >= at_least:
            later = date
            break
        shown += by_day((slot for _, slot in its_slots), zone, now=now)
    return Page(shown, later, len(wanted) == len(slots))


@dataclass(frozen=True)
class Way:
    """One kind of visit within a stretch of time, with the first few of its times."""

    visit_type: VisitType
    promise: Promise
    times: list[Time]
    more: int

    @property
    def name(self) -> str:
        return self.visit_type.said("name")

    @property
    def groups(self) -> list[Group]:
        return grouped(self.times)

    @property
    def url(self) -> str:
        return times_url(self.visit_type.slug)


@dataclass(frozen=True)
class Stretch:
    """One heading of /appointments/: today, tonight, tomorrow, later."""

    name: str
    heading: str
    ways: list[Way]


def stretches(
    offered: Sequence[tuple[VisitType, Promise, Sequence[Slot]]],
    zone: ZoneInfo,
    *,
    now: dt.datetime,
    at_most: int = 8,
) -> list[Stretch]:
    """All free times by how soon they are. A stretch without any is left out."""
    today = now.astimezone(zone).date()
    headings = {
        "today": _("Today, %(day)s") % {"day": wording.day(today)},
        "tonight": _("Tonight"),
        "tomorrow": _("Tomorrow, %(day)s") % {"day": wording.day(today + ONE_DAY)},
        "later": _("Later"),
    }
    found: list[Stretch] = []
    for name, heading in headings.items():
        ways = []
        for visit_type, promised, slots in offered:
            inside = [slot for slot in slots if _stretch(slot, zone, today) == name]
            if inside:
                first = [a_time(slot, zone) for slot in inside[:at_most]]
                ways.append(Way(visit_type, promised, first, len(inside) - len(first)))
        if ways:
            found.append(Stretch(name, heading, ways))
    return found


def _stretch(slot: Slot, zone: ZoneInfo, today: dt.date) -> str:
    local = slot.start.astimezone(zone)
    if local.date() == today:
        return "tonight" if local.time() >= TONIGHT else "today"
    return "tomorrow" if local.date() == today + ONE_DAY else "later"
