"""Where the bars of a chart stand, in the units of its drawing; the template draws them as SVG.

The numbers stand in a table beside each chart: the drawing only shows their shape.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appointments.reporting import Answers, Period
from appointments.rules import ONE_DAY

WIDTH, HEIGHT = 640, 200


@dataclass(frozen=True)
class Piece:
    """One coloured stretch of a column."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True)
class Column:
    x: float
    width: float
    pieces: list[Piece]


@dataclass(frozen=True)
class Columns:
    columns: list[Column]
    top: int  # what the highest line of the scale stands for
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Bar:
    words: str
    value: int
    length: float


@dataclass(frozen=True)
class Bars:
    bars: list[Bar]
    width: int = WIDTH


def of_answers(rows: Iterable[Answers], period: Period) -> Columns:
    """A column for each day or week of the period, the empty ones too."""
    found = {row.begins: row for row in rows}
    begins = _beginnings(period)
    top = max((row.asked for row in found.values()), default=0) or 1
    room = WIDTH / len(begins)
    columns = []
    for place, begin in enumerate(begins):
        pieces: list[Piece] = []
        y = float(HEIGHT)
        if row := found.get(begin):
            for kind in ("in_time", "late", "never", "withdrawn", "waiting"):
                if height := getattr(row, kind) * HEIGHT / top:
                    y -= height
                    pieces.append(Piece(kind.replace("_", "-"), round(y, 1), round(height, 1)))
        columns.append(Column(round(place * room + room * 0.1, 1), round(room * 0.8, 1), pieces))
    return Columns(columns, top)


def of_shares(shares: Sequence[tuple[str, int | None]]) -> Bars:
    """One bar for each share in percent; the whole width is 100."""
    return Bars(
        [
            Bar(words, value, round(min(value, 100) * WIDTH / 100, 1))
            for words, value in shares
            if value is not None
        ]
    )


def _beginnings(period: Period) -> list[dt.date]:
    if period.step == "day":
        return [period.first + n * ONE_DAY for n in range((period.last - period.first).days + 1)]
    monday = period.first - period.first.weekday() * ONE_DAY
    weeks = math.ceil(((period.last - monday).days + 1) / 7)
    return [monday + 7 * n * ONE_DAY for n in range(weeks)]
