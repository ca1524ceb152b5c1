from __future__ import annotations

import datetime as dt
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from practice import clock
from practice.models import Location
from procedures.models import Topic


class Refusal(models.TextChoices):
    """The only reasons for which a review may be refused. None of them is about what it thinks."""

    PRIVATE = "private", _("It holds private facts about another person")
    ABUSE = "abuse", _("It is abusive, obscene or discriminating")
    ADVERTISING = "advertising", _("It advertises something")
    NOT_ABOUT_US = "not-about-us", _("It is not about this practice")
    NOT_A_PERSON = "not-a-person", _("It was not written by a person who was here")


# An undated review comes after every dated one: as though it were older than any.
NO_DAY = dt.date(1, 1, 1)
DAY = Coalesce(F("received"), models.Value(NO_DAY))


class ReviewQuerySet(models.QuerySet["Review"]):
    def counted(self) -> Self:
        """Invented reviews count, and are shown, only while there is nothing else."""
        real = self.filter(is_sample=False)
        return real if real.exists() else self

    def published(self) -> Self:
        """What everybody may read: the newest first, undated ones after the dated."""
        return self.filter(status=Review.Status.PUBLISHED).order_by(DAY.desc(), "-pk")


class Review(models.Model):
    """What somebody said. Its words are never changed; `Redaction` hides parts of them visibly.

    `status` is written by reviews/moderation.py and reviews/authorizations.py; an import writes
    waiting or published.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        PUBLISHED = "published", _("Published")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class CameBy(models.TextChoices):
        IMPORT = "import", _("Imported")
        FORM = "form", _("Written here")

    class Relation(models.TextChoices):
        NONE = "none", _("No")
        FAMILY = "family", _("Yes, family or a friend of somebody who works here")
        STAFF = "staff", _("Yes, I work here or did")

    author = models.CharField(_("display name"), max_length=120)
    body = models.TextField(_("words"))
    received = models.DateField(_("received"), null=True, blank=True)
    rating = models.PositiveSmallIntegerField(_("rating, 1 to 5"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=60, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    is_sample = models.BooleanField(_("sample"), default=False)

    came_by = models.CharField(max_length=6, choices=CameBy.choices, default=CameBy.IMPORT)
    arrived_at = models.DateTimeField(_("arrived"), default=clock.now, editable=False)
    key = models.UUIDField(null=True, unique=True, editable=False)
    email = models.EmailField(_("e-mail, never shown"), blank=True)
    verified = models.BooleanField(_("verified visit"), default=False)
    relation = models.CharField(max_length=6, choices=Relation.choices, default=Relation.NONE)
    rewarded = models.BooleanField(_("was given something for it"), default=False)
    topic = models.ForeignKey(Topic, models.SET_NULL, null=True, blank=True, related_name="reviews")
    location = models.ForeignKey(
        Location, models.SET_NULL, null=True, blank=True, related_name="reviews"
    )
    link_generation = models.PositiveIntegerField(default=1, editable=False)

    status = models.CharField(
        _("status"), max_length=12, choices=Status.choices, default=Status.WAITING
    )
    authorization = models.DateField(
        _("authorization to publish, signed on"), null=True, blank=True
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    refusal_reason = models.CharField(max_length=14, choices=Refusal.choices, blank=True)
    refusal_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["pk"]
        permissions = [
            ("moderate_reviews", "Publish, refuse and answer reviews"),
            ("run_reviews", "Set the rules of reviews and hide them all"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="words_are_never_changed", fields=["author", "body"]),
        ]
        indexes = [
            # One page is one range of one of these, whatever a reader filters by.
            *(
                models.Index(
                    *filtered,
                    DAY.desc(),
                    F("id").desc(),
                    name=f"review_in_order{name}",
                    condition=Q(status="published"),
                )
                for name, filtered in (
                    ("", ()),
                    ("_by_topic", (F("topic"),)),
                    ("_by_place", (F("location"),)),
                    ("_by_stars", (F("rating"),)),
                )
            ),
            models.Index(fields=["arrived_at", "id"], name="review_by_arrival"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "published", "refused", "withdrawn"]),
                name="review_status_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(authorization__isnull=False),
                name="review_published_only_with_authorization",
                violation_error_message=_(
                    "A review can be published only with the patient's signed authorization."
                ),
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__range=(1, 5)),
                name="review_rating_is_one_to_five",
                violation_error_message=_("A rating is a number from 1 to 5."),
            ),
            models.CheckConstraint(
                condition=Q(refusal_reason__in=["", *Refusal.values]),
                name="review_refusal_reason_is_listed",
            ),
            models.CheckConstraint(
                condition=Q(refusal_reason="", refusal_by__isnull=True)
                | (~Q(refusal_reason="") & Q(refusal_by__isnull=False)),
                name="review_refusal_has_its_person",
            ),
            models.CheckConstraint(
                condition=~Q(status="refused")
                | (
                    ~Q(refusal_reason="")
                    & Q(decided_by__isnull=False)
                    & ~Q(decided_by=F("refusal_by"))
                ),
                name="review_refused_by_two_people_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(relation__in=["none", "family", "staff"])
                & Q(came_by__in=["import", "form"]),
                name="review_origin_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.author
