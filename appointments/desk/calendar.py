"""The calendar: a day with everybody side by side, or one person's week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import BigIntegerField, DateTimeField, F, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from appointments import calendars, wording
from appointments.availability import Slot
from appointments.desk import columns, staff_times
from appointments.desk.forms import DayForm
from appointments.desk.pages import Here, here_now, needs, page
from appointments.desk.pages import rows as rows_of
from appointments.desk.rows import Row
from appointments.intervals import Interval
from appointments.models import Appointment, BusyTime, Occupancy, Status
from appointments.rules import ONE_DAY, Closed, Person, Rules
from practice.models import Closure, Practitioner
from practice.roles import May

BY_VIDEO = "video"
BUSY, CLOSED = "busy", "closed"
LONGEST_VISIT = dt.timedelta(hours=8)  # as the table of visits allows
GONE = (Status.CANCELLED, Status.ENTERED_IN_ERROR, Status.WAITLIST, Status.PROPOSED)
WEEK = 7


class CalendarForm(DayForm):
    """What the address says. Anything that is not one of ours is as if it was not said."""

    view = forms.ChoiceField(required=False, choices=[("day", "day"), ("week", "week")])
    person = forms.SlugField(required=False)
    place = forms.SlugField(required=False)
    kind = forms.SlugField(required=False)


@dataclass(frozen=True)
class Wanted:
    """Which calendar: from the address, made whole with what this practice has."""

    day: dt.date
    week: bool
    person: Person | None
    place: str
    kind: str

    @property
    def days(self) -> list[dt.date]:
        first = self.day - self.day.weekday() * ONE_DAY if self.week else self.day
        return [first + n * ONE_DAY for n in range(WEEK if self.week else 1)]

    @property
    def step(self) -> dt.timedelta:
        return (WEEK if self.week else 1) * ONE_DAY

    def address(self, **changes: Any) -> str:
        """`?day=…`, with what differs."""
        said = {
            "day": self.day.isoformat(),
            "view": "week" if self.week else "",
            "person": self.person.slug if self.person else "",
            "place": self.place,
            "kind": self.kind,
            **changes,
        }
        return "?" + urlencode({name: value for name, value in said.items() if value})


@needs(May.SEE_DESK)
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """`?day=` `view=week` `person=` `place=` (an office or `video`) `kind=` of the free times."""
    here = here_now()
    form = CalendarForm(request.GET)
    form.is_valid()
    day = form.cleaned_data.get("day") or here.today
    rules = calendars.rules_from(min(here.now, columns.midnight_to_midnight(day, here.zone).start))
    people = _people(request, rules)
    wanted = _wanted(form, day, people, rules)
    chosen = [wanted.person] if wanted.person else people
    found = _columns(request, wanted, chosen, rules, here)
    with_something = [one for one in found if one.blocks or wanted.week]
    axis = columns.axis_for(with_something, here.zone)
    return page(
        request,
        "calendar",
        here=here,
        wanted=wanted,
        heading=_heading(wanted, here),
        columns=[columns.on_axis(one, axis) for one in with_something],
        away=[one.person.name for one in found if one not in with_something],
        axis=axis,
        hours=len(axis.hours),
        people=people,
        places=rules.places,
        kinds=rules.visits,
        zone_in_words=_zones(wanted.days, here),
        is_now=here.today in wanted.days,
        before=wanted.address(day=(day - wanted.step).isoformat()),
        after=wanted.address(day=(day + wanted.step).isoformat()),
        today=wanted.address(day=here.today.isoformat()),
        as_day=wanted.address(view=""),
        as_week=wanted.address(view="week"),
        change=_clock_change(wanted.days, here),
    )


def _people(request: HttpRequest, rules: Rules) -> list[Person]:
    """Whose calendars this member of staff sees."""
    if request.user.has_perm(May.SEE_EVERY_CALENDAR):
        return list(rules.people)
    own = set(Practitioner.objects.filter(user=request.user.pk).values_list("pk", flat=True))
    return [one for one in rules.people if one.id in own]


def _wanted(form: CalendarForm, day: dt.date, people: list[Person], rules: Rules) -> Wanted:
    said = form.cleaned_data
    person = next((one for one in people if one.slug == said.get("person")), None)
    week = said.get("view") == "week"
    if week and person is None and people:
        person = people[0]
    places = {BY_VIDEO, *(one.slug for one in rules.places)}
    return Wanted(
        day=day,
        week=week,
        person=person,
        place=place if (place := said.get("place", "")) in places else "",
        kind=kind if rules.visit(kind := said.get("kind", "")) else "",
    )


def _columns(
    request: HttpRequest, wanted: Wanted, people: list[Person], rules: Rules, here: Here
) -> list[columns.Column]:
    """Three statements, however many people and days: the visits, their row in the access log,
    and all that is around them."""
    zone = here.zone
    whole = Interval(
        columns.midnight_to_midnight(wanted.days[0], zone).start,
        columns.midnight_to_midnight(wanted.days[-1], zone).end,
    )
    ids = [one.id for one in people]
    rows = rows_of(request, _visits(whole, ids), action="calendar", here=here)
    around = _around(whole, ids, here)
    given = around.given
    if wanted.place:
        at = next((one.id for one in rules.places if one.slug == wanted.place), None)
        rules = replace(rules, works=tuple(one for one in rules.works if one.location == at))
        rows = [one for one in rows if one.appointment.location_id == at]
        given = [one for one in given if one.location == at]
    closed = _closed(rules, whole, around.reasons)
    slots = _slots(wanted, rules, around.taken, here, ids)
    found = []
    for day in wanted.days:
        for person in people:
            windows = columns.works_on(rules.works, person.id, day, zone)
            own = [
                one for one in rows if one.appointment.practitioner_id == person.id
                and _touches(one, day, here)
            ]  # fmt: skip
            blocks = columns.blocks_of(
                day=day,
                zone=zone,
                now=here.now,
                windows=windows,
                closed=[
                    (one, words)
                    for one, words in closed
                    if one.shuts(person.id, one.location)
                    and (windows or own or one.practitioner is not None)
                ],
                busy=around.busy.get(person.id, ()) if windows or own else (),
                visits=own,
                given=[one for one in given if one.practitioner == person.id],
                taken=around.taken.get(person.id, ()),
                slots=[one for one in slots if one.practitioner == person.slug],
            )
            heading = wording.near_day(day, today=day) if wanted.week else person.name
            found.append(
                columns.Column(f"{person.slug}-{day}", person, day, heading, blocks, bool(windows))
            )
    return found


def _visits(whole: Interval, people: list[int]) -> QuerySet[Appointment]:
    return (
        Appointment.objects.filter(
            practitioner__in=people,
            starts_at__gte=whole.start - LONGEST_VISIT,
            starts_at__lt=whole.end,
            ends_at__gt=whole.start,
        )
        .exclude(status__in=GONE)
        .exclude(is_work_in=True)
        .order_by("starts_at", "pk")
    )


def _touches(row: Row, day: dt.date, here: Here) -> bool:
    whole = columns.midnight_to_midnight(day, here.zone)
    return row.appointment.starts_at < whole.end and row.appointment.ends_at > whole.start


@dataclass(frozen=True)
class Around:
    """What is in the way of these people's visits, patients aside."""

    given: list[columns.Given]
    taken: dict[int, list[Interval]]
    busy: dict[int, list[Interval]]
    reasons: dict[tuple[Interval, int | None], str]
    """Why the practice or one place is closed. Why a person is off is nobody's business here."""


def _around(whole: Interval, people: list[int], here: Here) -> Around:
    """In one statement: what is taken, what other calendars say, and why it is closed."""
    shown = ("what", "practitioner", "location", "during", "begins", "ends", "until", "words")
    no_time, nobody = Value(None, DateTimeField()), Value(None, BigIntegerField())
    during = {"during__overlap": (whole.start, whole.end)}
    taken = (
        Occupancy.objects.live(here.now)
        .filter(practitioner__in=people, **during)
        .annotate(
            what=F("kind"),
            begins=F("starts_at"),
            ends=F("ends_at"),
            until=F("expires_at"),
            words=Value(""),
        )
    )
    nothing = {"begins": no_time, "ends": no_time, "until": no_time}
    busy = BusyTime.objects.filter(practitioner__in=people, **during).annotate(
        what=Value(BUSY), location=nobody, words=Value(""), **nothing
    )
    closed = Closure.objects.filter(practitioner=None, **during).annotate(
        what=Value(CLOSED), words=F("reason"), **nothing
    )
    rows = taken.values_list(*shown).union(
        busy.order_by().values_list(*shown),
        closed.order_by().values_list(*shown),
        all=True,
    )
    found = Around([], {}, {}, {})
    for what, person, place, span, begins, ends, until, words in rows:
        lasts = Interval(span.lower, span.upper)
        if what == CLOSED:
            found.reasons[lasts, place] = words
            continue
        found.taken.setdefault(person, []).append(lasts)
        if what == BUSY:
            found.busy.setdefault(person, []).append(lasts)
        elif until is not None:
            told = Interval(begins, ends)
            found.given.append(columns.Given(person, place, told, what, until))
    return found


def _closed(
    rules: Rules, whole: Interval, reasons: dict[tuple[Interval, int | None], str]
) -> list[tuple[Closed, str]]:
    """Each with its words."""
    places = {one.id: one.name for one in rules.places}
    found = []
    for one in rules.closed:
        if not one.during.overlaps(whole):
            continue
        if one.practitioner is not None:
            words = _("Time off")
        else:
            where = places.get(one.location) if one.location else None
            words = _("Closed: %(where)s") % {"where": where} if where else _("Closed")
            reason = reasons.get((one.during, one.location))
            words = f"{words} ({reason})" if reason else words
        found.append((one, words))
    return found


def _slots(
    wanted: Wanted,
    rules: Rules,
    taken: dict[int, list[Interval]],
    here: Here,
    people: Iterable[int],
) -> list[Slot]:
    """Starts that can be given, of the kinds of visit in their order."""
    kinds = [wanted.kind] if wanted.kind else [one.slug for one in rules.visits]
    only = replace(
        rules, works=tuple(one for one in rules.works if one.practitioner in set(people))
    )
    return [
        slot
        for kind in kinds
        for slot in staff_times.free(
            only, taken, kind, now=here.now, first=wanted.days[0], days=len(wanted.days)
        )
    ]


def _heading(wanted: Wanted, here: Here) -> str:
    if not wanted.week:
        return wording.day_from(wanted.day, today=here.today)
    first = wording.near_day(wanted.days[0], today=wanted.days[0])
    last = wording.near_day(wanted.days[-1], today=wanted.days[-1])
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _zones(days: list[dt.date], here: Here) -> str:
    """`Chicago (CST)`; both names where the clock changes."""
    names = dict.fromkeys(
        moment.astimezone(here.zone).tzname()
        for day in days
        for whole in (columns.midnight_to_midnight(day, here.zone),)
        for moment in (whole.start, whole.end - dt.timedelta(minutes=1))
    )
    city = here.zone.key.rsplit("/", 1)[-1].replace("_", " ")
    return f"{city} ({', '.join(str(one) for one in names)})"


def _clock_change(days: list[dt.date], here: Here) -> str:
    """What the night does to the clock, in words; empty in other nights."""
    for day in days:
        length = columns.midnight_to_midnight(day, here.zone).length
        if length > ONE_DAY:
            return _(
                "%(day)s: the clock goes back, one hour comes twice. Times in it are named with "
                "their zone."
            ) % {"day": wording.day(day)}
        if length < ONE_DAY:
            return _("%(day)s: the clock goes forward, one hour is left out.") % {
                "day": wording.day(day)
            }
    return ""
