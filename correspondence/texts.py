"""Text messages: one sentence and a link, through a provider. Off until the practice has an
agreement with one (correspondence/ways.py)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import requests
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from correspondence import email, wordings
from correspondence.channels import Mark, NotNow, Refused, Unheard
from correspondence.kinds import KINDS
from correspondence.models import OutboxMessage, TextWord
from practice import clock

if TYPE_CHECKING:
    import datetime as dt

    from django.contrib.auth.models import User

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
SECONDS = 10  # for each word of the conversation with the provider
STOP = frozenset(
    [
        *("stop", "stopall", "unsubscribe", "cancel", "end", "quit"),
        *("alto", "parar", "pare", "basta", "cancelar", "detener", "baja"),
    ]
)
START = frozenset(["start", "unstop", "iniciar", "empezar", "comenzar", "alta"])


class Provider(Protocol):
    def send(self, number: str, words: str, *, before_handing_over: Mark) -> None:
        """Raises Refused, NotNow or Unheard, none of which carries the provider's words."""


class Files:
    """The demo's: a file under CLINIC_HOME/texts for each message."""

    def send(self, number: str, words: str, *, before_handing_over: Mark) -> None:
        before_handing_over()
        folder = Path(settings.TEXT_FILE_PATH)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{clock.now():%Y%m%d-%H%M%S-%f}-{secrets.token_hex(4)}.json"
        unfinished = folder / f".{name}"
        with unfinished.open("x", encoding="utf-8") as file:
            json.dump({"to": number, "words": words}, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(folder / name)


class Twilio:
    """Twilio's REST interface: TEXT_URL=twilio://account:token@api.twilio.com/?from=+12145550142"""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc.rpartition("@")[2]
        self.account, self.token = unquote(parts.username or ""), unquote(parts.password or "")
        self.sender = parse_qs(parts.query.replace("+", "%2B")).get("from", [""])[0]

    def send(self, number: str, words: str, *, before_handing_over: Mark) -> None:
        before_handing_over()
        try:
            answer = requests.post(
                f"https://{self.host}/2010-04-01/Accounts/{self.account}/Messages.json",
                data={"To": number, "From": self.sender, "Body": words},
                auth=(self.account, self.token),
                timeout=SECONDS,
                allow_redirects=False,
            )
        except requests.ConnectTimeout:
            raise NotNow("text: not reached") from None
        except requests.RequestException as error:
            # Cut off or silent: it may have gone. Its words hold the address, so they end here.
            raise Unheard(type(error).__name__) from None
        if answer.status_code == 429:
            raise NotNow("text 429")
        if answer.status_code >= 500:
            raise Unheard(f"text {answer.status_code}")
        if answer.status_code != 201:
            raise Refused(f"text {answer.status_code}")


def provider() -> Provider | None:
    """As TEXT_URL says; the demo writes files; a live site without one has none."""
    if settings.TEXT_URL:
        return Twilio(settings.TEXT_URL)
    return Files() if settings.DEMO else None


def send(number: str, words: str, *, before_handing_over: Mark) -> None:
    by = provider()
    if by is None:
        raise Refused("no text provider")
    by.send(number, words, before_handing_over=before_handing_over)


def render(message: OutboxMessage) -> str:
    """In its reader's language: who writes, the neutral title, a time once booked, a link."""
    with translation.override(message.locale):
        context = {
            **message.context,
            "title": str(KINDS[message.kind].title),
            "link": email.link_of(message),
        }
        if (own := wordings.own(message.kind, message.locale)) and own.text:
            return wordings.text_message(own, context, message.locale)
        return " ".join(render_to_string("emails/text_message.txt", context).split())


def heard(number: str, said: str, *, now: dt.datetime) -> bool | None:
    """Keep a STOP or START that a number wrote, in either language; None for any other words,
    which are not kept."""
    letters = [c for c in unicodedata.normalize("NFKD", said) if not unicodedata.combining(c)]
    words = "".join(c if c.isalpha() else " " for c in letters).lower().split()
    first = words[0] if words else ""
    if first not in STOP | START:
        return None
    return keep(number, stop=first in STOP, by=None, now=now).stop


def keep(number: str, *, stop: bool, by: User | None, now: dt.datetime) -> TextWord:
    return TextWord.objects.create(number=number, stop=stop, at=now, user=by)


def is_signed(url: str, said: Mapping[str, str], signature: str) -> bool:
    """Whether the provider itself sent these words here (X-Twilio-Signature)."""
    by = provider()
    if not isinstance(by, Twilio) or not by.token:
        return False
    text = url + "".join(f"{name}{said[name]}" for name in sorted(said))
    digest = hmac.digest(by.token.encode(), text.encode(), hashlib.sha1)
    return hmac.compare_digest(base64.b64encode(digest).decode(), signature)
