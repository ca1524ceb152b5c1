"""The US school grade that a text reads at, as textstat counts it."""

from __future__ import annotations

import re
import sys
import types
from importlib import resources

try:
    import pkg_resources  # noqa: F401
except ModuleNotFoundError:
    # textstat 0.7.4 asks for a module that newer setuptools no longer bring, for one function.
    stand_in = types.ModuleType("pkg_resources")
    stand_in.resource_string = (  # type: ignore[attr-defined]
        lambda package, name: resources.files(package).joinpath(name).read_bytes()
    )
    sys.modules["pkg_resources"] = stand_in

from textstat import textstat


def grade(markdown: str) -> float:
    plain = re.sub(r"[*#>_]|\(?https?://\S+", " ", markdown)
    found: float = textstat.flesch_kincaid_grade(plain)
    return found
