"""The two lists that topics live under; see `practice.tree`."""

from __future__ import annotations

from typing import Any

from practice.tree import ensure_child, ensure_home


def ensure_lists(apps: Any) -> None:
    """The whole tree of an empty site: home, people, conditions, procedures."""
    home = ensure_home(apps)
    ensure_child(
        apps, home, "procedures", "ConditionIndexPage", slug="conditions", title="Conditions"
    )
    ensure_child(
        apps, home, "procedures", "ProcedureIndexPage", slug="procedures", title="Procedures"
    )
