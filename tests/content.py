"""Invented people, places and pages for tests. Plain functions; every argument has a default."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.models import User

from practice import clock, translations
from practice.models import (
    HomePage,
    Location,
    OpeningHours,
    PersonPage,
    PlainPage,
    Practice,
    Practitioner,
    TeamIndexPage,
)
from procedures import signing
from procedures.models import (
    Alternative,
    Condition,
    ConditionIndexPage,
    Kind,
    Procedure,
    ProcedureIndexPage,
    RedFlag,
    Risk,
    Section,
    Source,
    Step,
    Topic,
)
from reviews.models import Review

WEEK = ["mon", "tue", "wed", "thu", "fri"]


def the_practice(**fields: Any) -> Practice:
    fields = {
        "name": "Harbor Spine Clinic",
        "short_name": "Harbor Spine",
        "specialty": "Spine care",
        "phone": "+12145550100",
        "email": "desk@example.com",
        **fields,
    }
    practice, _ = Practice.objects.update_or_create(pk=1, defaults=fields)
    return practice


def an_office(slug: str = "north", **fields: Any) -> Location:
    hours = fields.pop("hours", [(WEEK, dt.time(8), dt.time(17))])
    fields = {
        "name": f"{slug.title()} office",
        "street": "1 Harbor Street",
        "city": "Portville",
        "state": "TX",
        "postal_code": "75001",
        "phone": "+12145550101",
        **fields,
    }
    office = Location.objects.create(slug=slug, **fields)
    for days, opens, closes in hours:
        OpeningHours.objects.create(location=office, days=days, opens=opens, closes=closes)
    return office


def a_physician(slug: str = "ana-ortega", **fields: Any) -> Practitioner:
    fields = {
        "name": "Ana Ortega",
        "credentials": "M.D.",
        "role": "physician",
        "job_title": "Spine surgeon",
        "specialty": "Spine surgery",
        "bookable": True,
        **fields,
    }
    return Practitioner.objects.create(slug=slug, **fields)


def an_assistant(slug: str = "ben-whitfield", **fields: Any) -> Practitioner:
    fields = {
        "name": "Ben Whitfield",
        "credentials": "P.A.",
        "role": "physician-assistant",
        "job_title": "Physician assistant",
        "bookable": True,
        **fields,
    }
    return Practitioner.objects.create(slug=slug, **fields)


def a_page_about(person: Practitioner, biography: str = "", *, live: bool = True) -> PersonPage:
    page = PersonPage(
        title=person.name, slug=person.slug, practitioner=person, biography=biography, live=live
    )
    TeamIndexPage.objects.get().add_child(instance=page)
    return page


def a_plain_page(slug: str = "privacy", **fields: Any) -> PlainPage:
    page = PlainPage(slug=slug, **{"title": slug.title(), "body": "Words.", **fields})
    HomePage.objects.get().add_child(instance=page)
    return page


def a_condition(slug: str = "compression-fracture", **fields: Any) -> Condition:
    page = Condition(
        slug=slug,
        **{
            "title": "Compression fracture",
            "name": "Compression fracture",
            "summary": "A bone of the spine has sunk in on itself.",
            **fields,
        },
    )
    ConditionIndexPage.objects.get().add_child(instance=page)
    return page


def a_procedure(slug: str = "kyphoplasty", **fields: Any) -> Procedure:
    page = Procedure(
        slug=slug,
        **{
            "title": "What is kyphoplasty?",
            "name": "Kyphoplasty",
            "summary": "A balloon lifts the broken bone, and cement holds it.",
            **fields,
        },
    )
    ProcedureIndexPage.objects.get().add_child(instance=page)
    return page


def a_translation(original: Any, **fields: Any) -> Any:
    """Published in Spanish beside `original`."""
    page = translations.made_for(original, "es")
    for name, value in fields.items():
        setattr(page, name, value)
    revision = page.save_revision()
    if isinstance(page, Topic):
        return publish(page)
    revision.publish()
    return type(page).objects.get(pk=page.pk)


def with_everything(topic: Topic) -> Topic:
    """Adds what a published topic must have."""
    for position, kind in enumerate((Kind.OVERVIEW, Kind.STEPS, Kind.RISKS, Kind.RED_FLAGS)):
        Section.objects.create(
            topic=topic, kind=kind, sort_order=position, body=f"Words about {kind.label}."
        )
    Step.objects.create(topic=topic, sort_order=0, text="We find the bone with an X-ray.")
    Step.objects.create(topic=topic, sort_order=1, text="We lift it.")
    Risk.objects.create(
        topic=topic, sort_order=0, text="Cement may leak.", frequency="rare", per="1 in 100"
    )
    Alternative.objects.create(topic=topic, sort_order=0, text="Waiting, with pain medicine.")
    RedFlag.objects.create(
        topic=topic, sort_order=0, text="You cannot move your legs.", level="911"
    )
    Source.objects.create(
        topic=topic, sort_order=0, citation="A handbook", url="https://example.com/handbook"
    )
    return topic


def publish(topic: Topic) -> Topic:
    """Makes the newest version public, reviewed by nobody."""
    signing.release_imported(topic, now=clock.now())
    return type(topic).objects.get(pk=topic.pk)


def a_review(**fields: Any) -> Review:
    """Published, with authorization, unless told otherwise."""
    fields = {
        "author": "Rosa M.",
        "body": "They took their time.",
        "status": "published",
        "authorization": dt.date(2026, 10, 1),
        "received": dt.date(2026, 9, 1),
        **fields,
    }
    if fields["status"] == "refused":
        first, second = (
            User.objects.get_or_create(username=f"{who}@clinic.test")[0]
            for who in ("first", "second")
        )
        fields = {
            "refusal_reason": "abuse",
            "refusal_by": first,
            "decided_by": second,
            **fields,
        }
    return Review.objects.create(**fields)


def written(**fields: Any) -> Review:
    """Just sent with our own form: waiting, with nobody's leave yet."""
    fields = {
        "came_by": "form",
        "status": "waiting",
        "authorization": None,
        "email": "alice@example.com",
        **fields,
    }
    return a_review(**fields)
