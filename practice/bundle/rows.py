"""The practice's plain rows: from facts to the database and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db.models import Model, ProtectedError
from wagtail.contrib.redirects.models import Redirect

from practice.bundle.facts import (
    ClosureFacts,
    Hours,
    LocationFacts,
    OfferFacts,
    PracticeFacts,
    RedirectFacts,
)
from practice.bundle.parts import Held, Item, PlainPart, Writing
from practice.bundle.reading import hours_order
from practice.models import Closure, Location, Offer, Practice, Practitioner
from practice.models.places import Span


def hours_facts(spans: Iterable[Span]) -> list[Hours]:
    found = [Hours(list(span.days), span.opens, span.closes) for span in spans]
    return sorted(found, key=hours_order)


def delete(row: Model, what: str) -> None:
    """Deletes a row, or says what of the site hangs on it. Raises Held."""
    try:
        row.delete()
    except ProtectedError as error:
        held = sorted({str(one._meta.verbose_name) for one in error.protected_objects})
        raise Held(f"{what} is still used ({', '.join(held)}).") from error


class PracticePart(PlainPart):
    prefix = "practice.toml#practice"

    def paths(self) -> list[str]:
        return [self.prefix] if Practice.objects.exists() else []

    def current(self, path: str) -> PracticeFacts | None:
        row = Practice.objects.first()
        if row is None:
            return None
        return PracticeFacts(
            name=row.name,
            short_name=row.short_name,
            specialty=row.specialty,
            locale=row.locale,
            time_zone=row.time_zone,
            phone=e164(row.phone),
            email=row.email,
            reply_promise_minutes=row.reply_promise_minutes,
            licensed_states=list(row.licensed_states),
            accepted_insurance=list(row.accepted_insurance),
            sample=row.is_sample,
            desk_hours=hours_facts(row.desk_hours.all()),
            translations=row.translations,
        )

    def write(self, item: Item, writing: Writing) -> None:
        facts: PracticeFacts = item.facts
        row = Practice.objects.current()
        row.name = facts.name
        row.short_name = facts.short_name
        row.specialty = facts.specialty
        row.locale = facts.locale
        before = row.zone
        row.time_zone = facts.time_zone
        row.phone = facts.phone
        row.email = facts.email
        row.reply_promise_minutes = facts.reply_promise_minutes
        row.licensed_states = facts.licensed_states
        row.accepted_insurance = facts.accepted_insurance
        row.is_sample = facts.sample
        row.translations = facts.translations
        row.full_clean()
        row.save()
        if row.zone != before:
            keep_closures_on_the_wall_clock(before, row.zone)
        row.desk_hours.all().delete()
        for one in facts.desk_hours:
            row.desk_hours.model.objects.create(
                practice=row, days=one.days, opens=one.opens, closes=one.closes
            )

    def remove(self, path: str) -> None:
        """There is always a practice; the next one is written over it."""

    def is_sample(self, path: str) -> bool:
        return Practice.objects.current().is_sample


def keep_closures_on_the_wall_clock(before: ZoneInfo, after: ZoneInfo) -> None:
    """A practice that corrects its time zone is still closed from midnight to midnight."""
    for row in Closure.objects.all():
        row.during = tuple(
            bound.astimezone(before).replace(tzinfo=after).astimezone(dt.UTC)
            for bound in (row.during.lower, row.during.upper)
        )
        row.save(update_fields=["during"])


class LocationPart(PlainPart):
    prefix = "practice.toml#locations/"

    def paths(self) -> list[str]:
        return [self.path(row.slug) for row in Location.objects.order_by("position", "slug")]

    def current(self, path: str) -> LocationFacts | None:
        row = Location.objects.filter(slug=self.slug(path)).first()
        if row is None:
            return None
        return LocationFacts(
            slug=row.slug,
            name=row.name,
            street=row.street,
            city=row.city,
            state=row.state,
            postal_code=row.postal_code,
            phone=e164(row.phone),
            after_hours_phone=e164(row.after_hours_phone),
            parking=row.parking,
            step_free=row.step_free,
            position=row.position,
            hours=hours_facts(row.hours.all()),
            translations=row.translations,
        )

    def write(self, item: Item, writing: Writing) -> None:
        facts: LocationFacts = item.facts
        row = Location.objects.filter(slug=facts.slug).first() or Location(slug=facts.slug)
        row.name = facts.name
        row.street = facts.street
        row.city = facts.city
        row.state = facts.state
        row.postal_code = facts.postal_code
        row.phone = facts.phone
        row.after_hours_phone = facts.after_hours_phone
        row.parking = facts.parking
        row.step_free = facts.step_free
        row.position = facts.position
        row.translations = facts.translations
        row.is_sample = writing.sample
        row.full_clean()
        row.save()
        row.hours.all().delete()
        for one in facts.hours:
            row.hours.model.objects.create(
                location=row, days=one.days, opens=one.opens, closes=one.closes
            )

    def remove(self, path: str) -> None:
        for row in Location.objects.filter(slug=self.slug(path)):
            delete(row, f"The location '{row.slug}'")

    def is_sample(self, path: str) -> bool:
        return Location.objects.filter(slug=self.slug(path), is_sample=True).exists()


class ClosurePart(PlainPart):
    """Closures that a bundle names. What the desk closes is exported too, and is no conflict."""

    prefix = "practice.toml#closures/"

    def _rows(self) -> dict[str, tuple[Closure, ClosureFacts]]:
        zone = Practice.objects.current().zone
        found: dict[str, tuple[Closure, ClosureFacts]] = {}
        rows = Closure.objects.select_related("location", "practitioner").order_by("during", "pk")
        for row in rows:
            facts = ClosureFacts(
                starts=row.during.lower.astimezone(zone).replace(tzinfo=None),
                ends=row.during.upper.astimezone(zone).replace(tzinfo=None),
                reason=row.reason,
                location=row.location.slug if row.location else "",
                practitioner=row.practitioner.slug if row.practitioner else "",
            )
            found.setdefault(self.path(facts.key), (row, facts))
        return found

    def paths(self) -> list[str]:
        return list(self._rows())

    def current(self, path: str) -> ClosureFacts | None:
        found = self._rows().get(path)
        return found[1] if found else None

    def write(self, item: Item, writing: Writing) -> None:
        facts: ClosureFacts = item.facts
        self.remove(item.path)
        zone = Practice.objects.current().zone
        row = Closure(reason=facts.reason)
        row.during = (
            facts.starts.replace(tzinfo=zone).astimezone(dt.UTC),
            facts.ends.replace(tzinfo=zone).astimezone(dt.UTC),
        )
        if facts.location:
            row.location = Location.objects.get(slug=facts.location)
        if facts.practitioner:
            row.practitioner = Practitioner.objects.get(slug=facts.practitioner)
        row.full_clean()
        row.save()

    def remove(self, path: str) -> None:
        if found := self._rows().get(path):
            found[0].delete()

    def is_sample(self, path: str) -> bool:
        return Practice.objects.current().is_sample


class OffersPart(PlainPart):
    prefix = "practice.toml#offers"

    def paths(self) -> list[str]:
        return [self.prefix] if Offer.objects.exists() else []

    def current(self, path: str) -> list[OfferFacts] | None:
        rows = Offer.objects.prefetch_related("locations", "seen_by").order_by("position", "pk")
        found = [
            OfferFacts(
                kind=row.kind,
                heading=row.heading,
                text=row.text,
                locations=sorted(one.slug for one in row.locations.all()),
                seen_by=sorted(one.slug for one in row.seen_by.all()),
                translations=row.translations,
            )
            for row in rows
        ]
        return found or None

    def write(self, item: Item, writing: Writing) -> None:
        Offer.objects.all().delete()
        for position, facts in enumerate(item.facts):
            row = Offer(
                kind=facts.kind,
                heading=facts.heading,
                text=facts.text,
                position=position,
                is_sample=writing.sample,
                translations=facts.translations,
            )
            row.full_clean()
            row.save()
            row.locations.set(Location.objects.filter(slug__in=facts.locations))
            row.seen_by.set(Practitioner.objects.filter(slug__in=facts.seen_by))

    def remove(self, path: str) -> None:
        Offer.objects.all().delete()

    def is_sample(self, path: str) -> bool:
        return Offer.objects.filter(is_sample=True).exists()


class RedirectPart(PlainPart):
    prefix = "redirects.csv#"

    def paths(self) -> list[str]:
        rows = Redirect.objects.filter(site=None, automatically_created=False)
        return [self.path(row.old_path) for row in rows.order_by("old_path")]

    def _row(self, path: str) -> Redirect | None:
        rows = Redirect.objects.filter(site=None, automatically_created=False)
        return rows.filter(old_path=self.slug(path)).first()

    def current(self, path: str) -> RedirectFacts | None:
        row = self._row(path)
        return None if row is None else RedirectFacts(row.old_path, row.link)

    def write(self, item: Item, writing: Writing) -> None:
        facts: RedirectFacts = item.facts
        row = self._row(item.path) or Redirect(old_path=facts.old, site=None)
        row.redirect_link = facts.new
        row.redirect_page = None
        row.is_permanent = True
        # Its field takes whole addresses only; the address was checked when it was read.
        row.full_clean(exclude=["redirect_link"])
        row.save()

    def remove(self, path: str) -> None:
        row = self._row(path)
        if row is not None:
            row.delete()

    def is_sample(self, path: str) -> bool:
        return Practice.objects.current().is_sample


def e164(number: object) -> str:
    return str(getattr(number, "as_e164", number) or "")
