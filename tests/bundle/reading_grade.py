"""The US school grade that a text reads at, as textstat counts it."""

from __future__ import annotations

import re

from textstat import textstat


def grade(markdown: str) -> float:
    plain = re.sub(r"[*#>_]|\(?https?://\S+", " ", markdown)
    found: float = textstat.flesch_kincaid_grade(plain)
    return found
