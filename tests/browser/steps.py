"""What a person does in a browser, each step ending when the page it leads to is there.

A click comes back before the next page has come, and on a busy machine long before: a test that
reads at once reads the page it left. So whoever clicks here waits for the page that answers, and
`expect` waits for what that page is to say.
"""

from __future__ import annotations

from typing import Any

from tests.serving import Site

PASSWORD = "a long demo password"


def press(target: Any) -> None:
    """A click that leads to a page, be it the same one again with an error."""
    with target.page.expect_navigation():
        target.click()


def go_on(page: Any) -> None:
    press(page.locator("main form .btn-primary").first)


def sign_in(page: Any, site: Site, who: str, to: str = "/admin/") -> None:
    page.goto(site.url + to)
    page.locator("input[name=login]").fill(who)
    page.locator("input[name=password]").fill(PASSWORD)
    press(page.locator("main button[type=submit], form button[type=submit]").first)
