"""Somebody at a browser without JavaScript: opens pages, fills in forms, sends them."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup, Tag
from django.test import Client

ANSWERS = {
    "booking_for": "self",
    "given_name": "Alice",
    "family_name": "Adams",
    "birth_date": "03/09/1948",
    "phone": "214-555-0101",
    "email": "alice@example.com",
    "contact_by": "phone",
    "voicemail_ok": "on",
    "patient_status": "new",
    "located_in": "TX",
    "onset_date": "about two weeks ago",
    "reason": "canary: a crack when lifting",
    "needs": "wheelchair",
    "preferred_language": "en",
    "pay_by": "insurance",
    "consent": "on",
}


class Visitor:
    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.response: Any = None
        self.status = 0
        self.url = ""

    def open(self, url: str) -> Visitor:
        return self._arrived(self.client.get(url, follow=True), url)

    def send(self, *, button: str | None = None, **answers: str) -> Visitor:
        """Fill in the page's form and press a button; what is on the page goes along."""
        form = self.form()
        said = fields(form) | answers
        if button:
            pressed = form.select_one(f'button[name="{button}"]')
            assert pressed is not None, f"no button {button} on {self.url}"
            said[button] = str(pressed.get("value", ""))
        url = str(form.get("action") or self.url)
        return self._arrived(self.client.post(url, said, follow=True), url)

    def post(self, url: str, said: dict[str, str]) -> Visitor:
        """Send what no page of ours would, with the token of the page that is open."""
        token = {"csrfmiddlewaretoken": self.form_value("csrfmiddlewaretoken")}
        return self._arrived(self.client.post(url, said | token, follow=True), url)

    def form_value(self, name: str) -> str:
        return fields(self.form())[name]

    def _arrived(self, response: Any, url: str) -> Visitor:
        self.response, self.status = response, response.status_code
        self.url = response.redirect_chain[-1][0] if response.redirect_chain else url
        return self

    @property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.response.content, "html.parser")

    @property
    def text(self) -> str:
        main = self.soup.find("main")
        return " ".join(main.get_text(" ").split()) if main else ""

    @property
    def heading(self) -> str:
        heading = self.soup.find("h1")
        return " ".join(heading.get_text(" ").split()) if heading else ""

    @property
    def problems(self) -> list[str]:
        return [link.get_text(strip=True) for link in self.soup.select(".error-summary a")]

    def form(self) -> Tag:
        found = self.soup.select('main form[method="post"]')
        assert found, f"no form on {self.url}: {self.heading}"
        return found[0]

    def slots(self) -> list[str]:
        return [str(radio["value"]) for radio in self.soup.select('input[name="slot"]')]

    # the whole way, page by page
    def choose(self, kind: str = "same-day-virtual", number: int = 0) -> Visitor:
        self.open(f"/appointments/{kind}/")
        return self.send(slot=self.slots()[number], red_flag="none")

    def tell(self, **answers: str) -> Visitor:
        said = {**ANSWERS, **answers}
        if self.soup.select_one("#id_located_in") is None:
            said.pop("located_in")
        return self.send(**said)

    def ask(self, kind: str = "same-day-virtual", number: int = 0, **answers: str) -> Visitor:
        return self.choose(kind, number).tell(**answers).send()

    @property
    def reference(self) -> str:
        shown = self.soup.select_one(".reference strong")
        assert shown is not None, f"no reference on {self.url}: {self.heading}"
        return shown.get_text(strip=True)

    @property
    def private_address(self) -> str:
        shown = self.soup.select_one(".address-text")
        assert shown is not None
        return shown.get_text(strip=True).removeprefix("http://127.0.0.1:8000")


def fields(form: Tag) -> dict[str, str]:
    """What a browser would send as the page stands."""
    said: dict[str, str] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        name, kind = str(field["name"]), field.get("type")
        if kind in {"radio", "checkbox"}:
            if field.has_attr("checked"):
                said[name] = str(field.get("value", "on"))
        elif field.name == "select":
            option = field.select_one("option[selected]") or field.select_one("option")
            said[name] = str(option["value"]) if option else ""
        elif field.name == "textarea":
            said[name] = field.get_text().strip()
        else:
            said[name] = str(field.get("value", ""))
    return said
