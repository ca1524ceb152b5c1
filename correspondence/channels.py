"""The ways a message can go. A channel answers by returning or by one of three errors."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from anymail.exceptions import AnymailRecipientsRefused, AnymailRequestsAPIError
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends import smtp
from requests import ConnectTimeout

Mark = Callable[[], None]

# Seconds for the answer to the text itself: to hang up earlier leaves it in doubt (RFC 5321,
# 4.5.3.2.6 wants ten minutes; after a minute without a beat another worker would take over).
ANSWER_WITHIN = 300

# A key that is wrong today, too many at once, not at home: the message itself is not at fault.
NOT_NOW = frozenset({401, 403, 408, 429, 503})


class Trouble(Exception):
    """Sending failed. `code` is short and holds nothing about a person."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Refused(Trouble):
    """The other side said no for good; asking again would not help."""


class NotNow(Trouble):
    """It did not go and nothing was delivered; try again later."""


class Unheard(Trouble):
    """It was handed over and no answer came, so it may have arrived."""


class Smtp(smtp.EmailBackend):
    """Django's SMTP backend, except that it says when the text itself is about to leave."""

    before_data: Mark | None = None

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        mark = self.before_data
        base: type[smtplib.SMTP] = smtplib.SMTP_SSL if self.use_ssl else smtplib.SMTP

        class Marking(base):  # type: ignore[valid-type, misc]
            def send(self, s: Any) -> None:
                # smtplib sends its commands as str and the text, once the server asked for it,
                # as bytes.
                if mark and isinstance(s, bytes):
                    mark()
                    if self.sock:
                        self.sock.settimeout(ANSWER_WITHIN)
                super().send(s)

        return Marking


def send_email(email: EmailMessage, *, before_handing_over: Mark) -> None:
    """Send one e-mail; `before_handing_over` is called at the last moment before it can arrive.

    Raises Refused, NotNow or Unheard, none of which carries the server's words: those repeat
    the patient's address, and errors are logged.
    """
    handed_over = False

    def mark() -> None:
        nonlocal handed_over
        before_handing_over()
        handed_over = True

    backend = mail.get_connection()
    trouble: Trouble | None = None
    try:
        if isinstance(backend, Smtp):
            backend.before_data = mark
            backend.open()
        else:
            mark()
        backend.send_messages([email])
    except AnymailRecipientsRefused:
        trouble = Refused("provider refuses the address")
    except AnymailRequestsAPIError as error:
        trouble = _by_provider(error)
    except smtplib.SMTPRecipientsRefused as error:
        trouble = _by_code(max(code for code, _text in error.recipients.values()))
    except smtplib.SMTPResponseException as error:
        trouble = _by_code(error.smtp_code)
    except smtplib.SMTPNotSupportedError:
        trouble = NotNow("smtp without a needed feature")
    except (OSError, smtplib.SMTPException) as error:  # refused, timed out, cut off
        code = type(error).__name__
        trouble = Unheard(code) if handed_over else NotNow(code)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            backend.close()
    if trouble:
        raise trouble


def _by_provider(error: AnymailRequestsAPIError) -> Trouble:
    """What a provider's answer over HTTP means; without one, whether it can have heard us."""
    status = error.status_code
    if status is None:
        unreached = isinstance(error, ConnectTimeout) or "NewConnection" in repr(error.__cause__)
        return NotNow("provider not reached") if unreached else Unheard("provider did not answer")
    if status in NOT_NOW:
        return NotNow(f"provider {status}")
    return (Unheard if status >= 500 else Refused)(f"provider {status}")


def _by_code(code: int) -> Trouble:
    if 500 <= code < 600:
        return Refused(f"smtp {code}")
    return NotNow(f"smtp {code}")
