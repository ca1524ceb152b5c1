"""When somebody is busy elsewhere, read from a calendar file (ICS) or a table (CSV).

A file is read whole or not at all; `Unreadable` says which line is wrong. No query, no clock.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from .busy_events import busy_in
from .busy_times import LARGEST, MOST_TIMES, Taken, Unreadable, taken
from .rules import instant

LONGEST_LINE = 10_000
_WRITTEN = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M %p")


def read(
    data: bytes, *, zone: ZoneInfo, first: dt.datetime, last: dt.datetime
) -> tuple[Taken, ...]:
    """The busy times that touch `first` to `last`. Raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable(f"the file is larger than {LARGEST // 1_000_000} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Unreadable("this is not UTF-8; save the file as UTF-8", line) from None
    if "\x00" in text:
        raise Unreadable("there is a byte 0 in it", text[: text.index("\x00")].count("\n") + 1)
    for number, one_line in enumerate(text.splitlines(), 1):
        if len(one_line) > LONGEST_LINE:
            raise Unreadable(f"longer than {LONGEST_LINE} characters", number)
    begin = text.lstrip()[:15].upper()
    found = (
        busy_in(text, zone, first, last)
        if begin == "BEGIN:VCALENDAR"
        else _of_table(text, zone, first, last)
    )
    kept: dict[str, Taken] = {}
    for one in found:
        if one.during.start < last and one.during.end > first:
            kept[one.uid] = one
            if len(kept) > MOST_TIMES:
                raise Unreadable(f"there are more than {MOST_TIMES} busy times in it")
    return tuple(kept.values())


def _of_table(text: str, zone: ZoneInfo, first: dt.datetime, last: dt.datetime) -> Iterator[Taken]:
    rows = csv.reader(text.splitlines())
    head = [one.strip().lower() for one in next(rows, [])]
    if not {"from", "until"} <= set(head):
        raise Unreadable(
            "this is neither a calendar (BEGIN:VCALENDAR) nor a table whose first line names the "
            "columns from, until and, if there is one, uid",
            1,
        )
    for row in rows:
        if not any(one.strip() for one in row):
            continue
        if len(row) != len(head):
            raise Unreadable(f"{len(row)} values for {len(head)} columns", rows.line_num)
        said = dict(zip(head, (one.strip() for one in row), strict=True))
        start = _time(said["from"], "from", zone, rows.line_num)
        end = _time(said["until"], "until", zone, rows.line_num)
        name = said.get("uid") or f"{start.isoformat()} {end.isoformat()}"
        yield taken(name, "", start, end, rows.line_num)


def _time(text: str, column: str, zone: ZoneInfo, line: int) -> dt.datetime:
    try:
        value = dt.datetime.fromisoformat(text)
    except ValueError:
        value = _american(text, column, line)
    if value.tzinfo is None:
        return instant(value.date(), value.time(), zone)
    try:
        return value.astimezone(dt.UTC)
    except OverflowError:
        raise Unreadable(f"“{column}” is not a time of ours", line) from None


def _american(text: str, column: str, line: int) -> dt.datetime:
    for pattern in _WRITTEN:
        try:
            return dt.datetime.strptime(" ".join(text.split()), pattern)  # noqa: DTZ007
        except ValueError:
            continue
    raise Unreadable(f"“{column}” is no time; write it as 2026-11-24 09:30", line)
