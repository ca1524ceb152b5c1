"""The US school grade that a text asks of its readers, as textstat counts it."""

from __future__ import annotations

import importlib
import sys
import types
from functools import cache
from importlib import resources
from typing import Any


def grade(text: str) -> float:
    """Flesch-Kincaid; `text` is plain."""
    return float(_textstat().flesch_kincaid_grade(text))


@cache
def _textstat() -> Any:
    """Only when somebody writes: public pages never wait for it."""
    try:
        importlib.import_module("pkg_resources")
    except ModuleNotFoundError:
        # textstat 0.7.4 asks for a module that newer setuptools no longer bring, for one function.
        stand_in: Any = types.ModuleType("pkg_resources")
        stand_in.resource_stream = lambda package, name: (
            resources.files(package).joinpath(name).open("rb")
        )
        sys.modules["pkg_resources"] = stand_in
    return importlib.import_module("textstat").textstat
