"""The calendar as columns of blocks: what each person's day is made of, in the desk's words.

Pure: rules, rows and `now` are handed in. A day is a day of the practice's clock, midnight to
midnight; what goes on past midnight stands on both days and says so. The rows of all columns are
the hours of one axis, five minutes a row. On the day when an hour comes twice the axis has it
twice; in the other night it has no hour that is skipped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appointments import wording
from appointments.availability import Slot
from appointments.desk.rows import Row
from appointments.intervals import Interval, subtract, union
from appointments.models import Status
from appointments.rules import ONE_DAY, Closed, Person, Works, instant

ROW = 5  # minutes
ROWS = 60 // ROW
BY_DEFAULT = (8, 17)
MOST_LANES = 3
WORTH_SAYING = dt.timedelta(minutes=20)  # less that is free between two visits is a pause
Hour = tuple[int, int]  # the hour on the wall clock, and 1 where it comes for the second time


@dataclass(frozen=True)
class Given:
    """What is held or offered at this moment, for how long, and nothing of the patient."""

    practitioner: int
    location: int | None
    lasts: Interval
    kind: str  # hold, offer
    until: dt.datetime


@dataclass(frozen=True)
class Block:
    """One thing in a column. `kind` is also the class of its pattern; `words` say it without."""

    kind: str  # visit request hold offer closed off busy open free
    during: Interval  # of this day
    whole: Interval
    words: str = ""
    row: Row | None = None
    slot: Slot | None = None
    clashes: tuple[str, ...] = ()
    lane: int = 1
    lanes: int = 1
    zone: ZoneInfo = field(default=ZoneInfo("UTC"))
    axis: Axis | None = None

    @property
    def time(self) -> str:
        """`3:20–3:50 PM`: of a visit the whole of it, also where it began yesterday."""
        shown = self.whole if self.is_given else self.during
        ends = [one.astimezone(self.zone).time() for one in (shown.start, shown.end)]
        if not self.is_given and ends == [dt.time(), dt.time()]:
            return _("All day")
        return wording.from_until(shown.start, shown.end, self.zone)

    @property
    def is_given(self) -> bool:
        """A time of somebody's, or for somebody; else the ground that such times stand on."""
        return self.kind in ("visit", "request", "hold", "offer", "free")

    @property
    def starts(self) -> str:
        return wording.exact_time(self.whole.start, self.zone)

    @property
    def beyond(self) -> str:
        """That it began the day before, or goes on the day after."""
        if not self.is_given:
            return ""
        if self.whole.start < self.during.start:
            return _("since the day before")
        if self.whole.end > self.during.end:
            return _("goes on after midnight")
        return ""

    @property
    def place(self) -> str:
        """Its row and how many it takes, as classes of the style sheet."""
        if self.axis is None:
            return ""
        at, end = self.axis.row(self.during.start), self.axis.row(self.during.end, up=True)
        classes = f"at-{at} for-{max(end - at, 1)}"
        return f"{classes} lane-{self.lane}-of-{self.lanes}" if self.lanes > 1 else classes


@dataclass(frozen=True)
class Column:
    """One person's one day."""

    key: str
    person: Person
    day: dt.date
    heading: str
    blocks: list[Block]
    works: bool

    @property
    def visits(self) -> int:
        return sum(one.kind in ("visit", "request") for one in self.blocks)


@dataclass(frozen=True)
class Axis:
    """The hours that are shown."""

    hours: tuple[Hour, ...]
    zone: ZoneInfo
    days: tuple[dt.date, ...]

    @cached_property
    def _index(self) -> dict[Hour, int]:
        return {hour: index for index, hour in enumerate(self.hours)}

    def row(self, moment: dt.datetime, *, up: bool = False) -> int:
        """The row that `moment` falls into; with `up`, the one after what ends then."""
        local = moment.astimezone(self.zone)
        if local.date() not in self.days or (up and local.time() == dt.time()):
            return len(self.hours) * ROWS if up else 0
        at = self._index.get((local.hour, local.fold))
        if at is None:  # before the first hour, or after the last
            return 0 if (local.hour, local.fold) < self.hours[0] else len(self.hours) * ROWS
        minute = local.minute + (local.second > 0 if up else 0)
        return at * ROWS + (-(-minute // ROW) if up else minute // ROW)

    @property
    def labels(self) -> list[tuple[str, str]]:
        """(class, `9 AM`); with the zone's name where the hour comes twice."""
        said = []
        for index, (hour, fold) in enumerate(self.hours):
            moment = next(_moments(self.days, hour, fold, self.zone), None)
            if moment is not None:
                said.append((f"at-{index * ROWS}", wording.exact_time(moment, self.zone)))
        return said


def midnight_to_midnight(day: dt.date, zone: ZoneInfo) -> Interval:
    return Interval(instant(day, dt.time(), zone), instant(day + ONE_DAY, dt.time(), zone))


def works_on(
    works: Iterable[Works], person: int, day: dt.date, zone: ZoneInfo
) -> list[tuple[Interval, int | None]]:
    """When and where somebody works on this day, of sessions that open on it or the evening
    before."""
    whole = midnight_to_midnight(day, zone)
    return [
        (piece, one.location)
        for one in works
        if one.practitioner == person
        for opening_day in (day - ONE_DAY, day)
        if (window := one.on(opening_day, zone)) and (piece := window.clip(whole))
    ]


def blocks_of(
    *,
    day: dt.date,
    zone: ZoneInfo,
    now: dt.datetime,
    windows: Sequence[tuple[Interval, int | None]],
    closed: Iterable[tuple[Closed, str]],
    busy: Iterable[Interval],
    visits: Iterable[Row],
    given: Iterable[Given],
    taken: Sequence[Interval],
    slots: Iterable[Slot],
) -> list[Block]:
    """Everything of one person on one day, in the order of time."""
    whole = midnight_to_midnight(day, zone)
    shut = list(_shut(closed, whole, windows))
    elsewhere = [("busy", piece, one, _("Busy elsewhere")) for one in busy
                 if (piece := one.clip(whole))]  # fmt: skip
    held = [_of_visit(row, whole, shut + elsewhere) for row in visits]
    held += [
        Block(one.kind, piece, one.lasts, _until(one, zone))
        for one in given
        if (piece := one.lasts.clip(whole))
    ]
    held = _in_lanes(sorted(held, key=lambda one: (one.during.start, one.during.end)))
    shown = [one.during for one in held]
    ground = [
        Block(kind, piece, whole_of, words)
        for kind, part, whole_of, words in shut + elsewhere
        for piece in part.minus(*shown)
    ]
    blocked = [part for _kind, part, _whole, _words in shut + elsewhere]
    ahead = whole.clip(Interval(now, now + 4000 * ONE_DAY)) if now < whole.end else None
    opened = [
        piece for window, _where in windows if ahead and (piece := window.clip(ahead))
    ]  # what is over is nobody's to give
    left = subtract(opened, [*taken, *shown, *blocked])
    free = list(_free(slots, whole))
    rest = subtract(left, [one.during for one in free])
    found = held + ground + free + [
        Block("open", piece, piece, _length(piece))
        for piece in rest
        if piece.length >= WORTH_SAYING
    ]  # fmt: skip
    return [
        replace(one, zone=zone)
        for one in sorted(found, key=lambda one: (one.during.start, one.during.end))
    ]


def axis_for(columns: Iterable[Column], zone: ZoneInfo) -> Axis:
    """From the first hour in which something is, other than closed, to the last."""
    columns = list(columns)
    days = tuple(dict.fromkeys(column.day for column in columns))
    hours = sorted(
        {
            (local.hour, local.fold)
            for day in days
            for moment in _each_hour(midnight_to_midnight(day, zone))
            for local in (moment.astimezone(zone),)
        }
        if days
        else {(hour, 0) for hour in range(24)}
    )
    inside = [
        one.during
        for column in columns
        for one in column.blocks
        if one.kind not in ("closed", "off", "busy")
    ] or [one.during for column in columns for one in column.blocks if _short(one.during)]
    first = min((_hour(one.start, zone) for one in inside), default=(BY_DEFAULT[0], 0))
    ends = [_hour(one.end - dt.timedelta(seconds=1), zone) for one in inside]
    last = max(ends, default=(BY_DEFAULT[1] - 1, 0))
    return Axis(tuple(hour for hour in hours if first <= hour <= last), zone, days)


def on_axis(column: Column, axis: Axis) -> Column:
    """Its blocks with their rows; what lies outside the hours shown is cut to them."""
    placed = [replace(one, axis=axis) for one in column.blocks]
    return replace(column, blocks=placed)


def _shut(
    closed: Iterable[tuple[Closed, str]],
    whole: Interval,
    windows: Sequence[tuple[Interval, int | None]],
) -> Iterable[tuple[str, Interval, Interval, str]]:
    """(kind, this day's part, all of it, words). Where one place alone is closed it concerns who
    works there, while they would."""
    for one, words in closed:
        if (piece := one.during.clip(whole)) is None:
            continue
        kind = "off" if one.practitioner is not None else "closed"
        if one.location is None:
            yield kind, piece, one.during, words
        else:
            there = [window for window, place in windows if place == one.location]
            for window in union(there):
                if part := window.clip(piece):
                    yield kind, part, one.during, words


def _of_visit(
    row: Row, whole: Interval, ground: Iterable[tuple[str, Interval, Interval, str]]
) -> Block:
    visit = row.appointment
    lasts = Interval(visit.starts_at, visit.ends_at)
    kind = "request" if visit.status == Status.PENDING else "visit"
    clashes = dict.fromkeys(words for _k, part, _w, words in ground if part.overlaps(lasts))
    return Block(kind, lasts.clip(whole) or lasts, lasts, row=row, clashes=tuple(clashes))


def _until(one: Given, zone: ZoneInfo) -> str:
    until = wording.exact_time(one.until, zone)
    if one.kind == "hold":
        return _("Held until %(time)s: somebody is filling in the form") % {"time": until}
    return _("Offered to a patient, until %(time)s") % {"time": until}


def _in_lanes(blocks: list[Block]) -> list[Block]:
    """Side by side where they cross, as a visit squeezed in does."""
    placed: list[Block] = []
    together: list[tuple[Block, int]] = []
    ends: list[dt.datetime] = []

    def close() -> None:
        lanes = min(len(ends), MOST_LANES)
        placed.extend(
            replace(one, lane=min(lane, MOST_LANES), lanes=lanes) for one, lane in together
        )

    for one in blocks:
        if ends and one.during.start >= max(ends):
            close()
            together, ends = [], []
        lane = next((n for n, end in enumerate(ends) if end <= one.during.start), len(ends))
        ends[lane : lane + 1] = [one.during.end]
        together.append((one, lane + 1))
    close()
    return placed


def _free(slots: Iterable[Slot], whole: Interval) -> Iterable[Block]:
    """Starts that do not cross one that stands there already: the first kind of visit first."""
    so_far: list[Interval] = []
    for slot in slots:
        lasts = Interval(slot.start, slot.end)
        if not whole.contains(slot.start) or any(one.overlaps(lasts) for one in so_far):
            continue
        so_far.append(lasts)
        where = slot.place.name if slot.place else _("By video")
        yield Block("free", lasts.clip(whole) or lasts, lasts, where, slot=slot)


def _length(piece: Interval) -> str:
    minutes = int(piece.length.total_seconds() // 60)
    return ngettext("Free, %(n)d minute", "Free, %(n)d minutes", minutes) % {"n": minutes}


def _short(one: Interval) -> bool:
    return one.length < dt.timedelta(hours=12)


def _hour(moment: dt.datetime, zone: ZoneInfo) -> Hour:
    local = moment.astimezone(zone)
    return local.hour, local.fold


def _each_hour(day: Interval) -> Iterable[dt.datetime]:
    moment = day.start
    while moment < day.end:
        yield moment
        moment += dt.timedelta(hours=1)


def _moments(
    days: Iterable[dt.date], hour: int, fold: int, zone: ZoneInfo
) -> Iterator[dt.datetime]:
    for day in days:
        wall = dt.datetime.combine(day, dt.time(hour, fold=fold), zone)
        back = wall.astimezone(dt.UTC).astimezone(zone)
        if (back.hour, back.fold) == (hour, fold):
            yield wall
