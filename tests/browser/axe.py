"""axe-core over a page in the browser, with nothing left out."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def faults(page: Any) -> list[str]:
    """What axe finds on the page as it stands, one line per element."""
    answer = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response
    assert len(answer["passes"]) > 10, "axe looked at nothing"
    return [
        f"{fault['id']} ({fault['impact']}): {node['html'][:160]}"
        for fault in answer["violations"]
        for node in fault["nodes"]
    ]
