"""axe finds nothing on any public page, light and dark, narrow and wide."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.axe import faults
from tests.pages import public_paths
from tests.serving import Site

pytestmark = [pytest.mark.browser, pytest.mark.check]


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_every_public_page(
    served: Site, sample_site: None, browser: Any, theme: str, width: int
) -> None:
    found: dict[str, list[str]] = {}
    context = browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    page = context.new_page()
    for path in public_paths(served.url):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(served.url + path)
        # As high as the page, so that the bar which stays at a phone's lower edge lies at its own
        # place and not, by the chance of this height, over half of a link.
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": width, "height": height})
        if here := faults(page):
            found[path] = here
        sideways = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if sideways > 0:
            found.setdefault(path, []).append(f"scrolls sideways by {sideways} px")
    context.close()
    assert found == {}
