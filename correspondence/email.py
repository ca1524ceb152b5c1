"""Turning an outbox row into an e-mail. Rendered when it is sent, never kept."""

from __future__ import annotations

from email.headerregistry import Address
from email.utils import format_datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from correspondence import links, wordings
from correspondence.kinds import KINDS, one_line
from correspondence.models import OutboxMessage
from practice import clock
from practice.models import Practice


def render(message: OutboxMessage) -> EmailMultiAlternatives:
    """The message in its reader's language, as plain text and HTML, to exactly one address."""
    practice = Practice.objects.current()
    with translation.override(message.locale):
        title = str(KINDS[message.kind].title)
        context = {
            **message.context,
            "title": title,
            "site": settings.CLINIC_URL,
            "editor": f"{settings.WAGTAILADMIN_BASE_URL}/cms/",
            "language": translation.get_language(),
            "link": link_of(message),
        }
        if own := wordings.own(message.kind, message.locale):
            title, text = own.subject, wordings.plain(own, context)
            context |= {"title": title, "paragraphs": wordings.paragraphs(own, context)}
            html = render_to_string("emails/own_words.html", context)
        else:
            text = render_to_string(f"emails/{message.kind}.txt", context)
            html = render_to_string(f"emails/{message.kind}.html", context)
    email = EmailMultiAlternatives(
        subject=title,
        body=text,
        from_email=_address(practice.called, settings.DEFAULT_FROM_EMAIL),
        to=[_address(message.to_name, message.to)],
        reply_to=[_address(practice.called, practice.email)] if practice.email else None,
        headers={
            "Message-ID": message.message_id,
            "Date": format_datetime(clock.now()),
            "Auto-Submitted": "auto-generated",
        },
    )
    email.attach_alternative(html, "text/html")
    return email


def link_of(message: OutboxMessage) -> str:
    """The secret address that it carries, or nothing."""
    if message.link_row_id is None or message.link_generation is None:
        return ""
    return links.issue(message.link_purpose, message.link_row_id, message.link_generation)


def _address(name: str, address: str) -> str:
    # Address would quote these; without them no careless reader can see a second recipient.
    # Nor an encoded word ("=?utf-8?…"), which readers would decode into whatever it hides.
    plain = "".join(" " if c in '<>@,;:"\\()[]' else c for c in name.replace("=?", " "))
    return str(Address(display_name=one_line(plain), addr_spec=address))
