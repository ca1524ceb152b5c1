"""The parts of a topic: sections of prose, and ordered items, one model for each kind."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.images import get_image_model_string
from wagtail.models import Orderable

from practice.languages import ORIGINAL

from .kinds import Kind
from .topics import Topic


class TopicPicture(Orderable):
    topic = ParentalKey(Topic, on_delete=models.CASCADE, related_name="images")
    image = models.ForeignKey(
        get_image_model_string(),
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("picture"),
    )
    alt = models.CharField(_("what the picture shows"), max_length=300, blank=True)
    caption = models.CharField(_("caption"), max_length=300, blank=True)
    credit = models.CharField(_("credit"), max_length=200, blank=True)

    class Meta(Orderable.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def __str__(self) -> str:
        return self.alt or self.caption


class Section(Orderable):
    """Prose under a heading. The section of a kind that has items shows them between
    `body` and `after`."""

    topic = ParentalKey(Topic, on_delete=models.CASCADE, related_name="sections")
    kind = models.CharField(_("kind"), max_length=30, choices=Kind.choices, default=Kind.OVERVIEW)
    heading = models.CharField(
        _("heading"), max_length=200, blank=True, help_text=_("Empty: the usual one for its kind.")
    )
    body = models.TextField(_("text"), blank=True)
    after = models.TextField(_("text after the list"), blank=True)

    class Meta(Orderable.Meta):
        verbose_name = _("section")
        verbose_name_plural = _("sections")

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return self.heading or str(Kind(self.kind).label)

    @property
    def anchor(self) -> str:
        """The part of an address after `#`; the kind, so that links outlive a new heading."""
        return self.kind.replace("_", "-")


class Item(Orderable):
    """One entry of a list. `text` is Markdown."""

    text = models.TextField(_("text"))

    class Meta(Orderable.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.text[:80]


class Step(Item):
    topic = ParentalKey(Topic, on_delete=models.CASCADE, related_name="steps")
    image = models.ForeignKey(
        get_image_model_string(),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )
    alt = models.CharField(_("what the picture shows"), max_length=300, blank=True)
    drawing = models.SlugField(
        _("drawing"), max_length=80, blank=True, help_text=_("The name of one of our drawings.")
    )

    class Meta(Item.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")

    @property
    def what_it_shows(self) -> str:
        """Alternative text, in the language of the topic: a picture's own is in the original's."""
        if self.alt.strip() or self.image is None or self.topic.locale.language_code != ORIGINAL:
            return self.alt.strip()
        return str(self.image.description).strip()


class Candidate(Item):
    topic = ParentalKey(Topic, on_delete=models.CASCADE, related_name="candidates")
    suits = models.BooleanField(
        _("it suits them"), default=True, help_text=_("Off: it does not suit these people.")
    )

    class Meta(Item.Meta):
        verbose_name = _("who it is for")
        verbose_name_plural = _("who it is for")


class Contraindication(Item):
    topic = ParentalKey(Topic, on_delete=models.CASCADE, related_name="contraindications")

    class Meta(Item.Meta):
        verbose_name = _("reason against it")
        verbose_name_plural = _("reasons against it")


class Benefit(Item):
    topic = ParentalKey(Topic, on_delete=models.CASCADE, related_name="benefits")

    class Meta(Item.Meta):
        verbose_name = _("benefit")
        verbose_name_plural = _("benefits")


class Risk(Item):
    topic = ParentalKey(Topic, on_delete=models.CASCADE, related_name="risks")
    frequency = models.CharField(
        _("how often, in words"), max_length=100, blank=True, help_text=_("Such as: rare.")
    )
    per = models.CharField(
        _("how often, as a number"),
        max_length=100,
        blank=True,
        help_text=_("Such as: 1 in 1,000."),
    )
    action = models.CharField(_("what to do"), max_length=300, blank=True)

    class Meta(Item.Meta):
        verbose_name = _("risk")
        verbose_name_plural = _("risks")


class Alternative(Item):
    topic = ParentalKey(Topic, on_delete=models.CASCADE, related_name="alternatives")

    class Meta(Item.Meta):
        verbose_name = _("other choice")
        verbose_name_plural = _("other choices")


class Preparation(Item):
    class By(models.TextChoices):
        CLINIC = "clinic", _("We do this")
        PATIENT = "patient", _("You do this")

    topic = ParentalKey(Topic, on_delete=models.CASCADE, related_name="preparations")
    by = models.CharField(_("who"), max_length=10, choices=By.choices, blank=True)
    when = models.CharField(_("when"), max_length=100, blank=True)

    class Meta(Item.Meta):
        verbose_name = _("preparation")
        verbose_name_plural = _("preparations")
        constraints = [
            models.CheckConstraint(
                condition=Q(by__in=["", "clinic", "patient"]), name="preparation_by_is_known"
            )
        ]


class Recovery(Item):
    class Type(models.TextChoices):
        MILESTONE = "milestone", _("What to expect")
        DO = "do", _("Do")
        DONT = "dont", _("Do not")

    topic = ParentalKey(Topic, on_delete=models.CASCADE, related_name="recoveries")
    starts = models.CharField(
        _("from"), max_length=60, blank=True, help_text=_("Such as: 1 hour, day 2.")
    )
    ends = models.CharField(_("to"), max_length=60, blank=True)
    type = models.CharField(_("type"), max_length=12, choices=Type.choices, default=Type.MILESTONE)

    class Meta(Item.Meta):
        verbose_name = _("recovery")
        verbose_name_plural = _("recovery")
        constraints = [
            models.CheckConstraint(
                condition=Q(type__in=["milestone", "do", "dont"]), name="recovery_type_is_known"
            )
        ]


class RedFlag(Item):
    class Level(models.TextChoices):
        EMERGENCY = "911", _("Call 911")
        TODAY = "today", _("Call us today")
        BOOK = "book", _("Book a visit")

    topic = ParentalKey(Topic, on_delete=models.CASCADE, related_name="red_flags")
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)

    class Meta(Item.Meta):
        verbose_name = _("red flag")
        verbose_name_plural = _("red flags")
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=["911", "today", "book"]), name="red_flag_level_is_known"
            )
        ]


class Cause(Item):
    topic = ParentalKey(Topic, on_delete=models.CASCADE, related_name="causes")

    class Meta(Item.Meta):
        verbose_name = _("cause")
        verbose_name_plural = _("causes")


class Question(Orderable):
    topic = ParentalKey(Topic, on_delete=models.CASCADE, related_name="questions")
    question = models.CharField(_("question"), max_length=300)
    answer = models.TextField(_("answer"))

    class Meta(Orderable.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self) -> str:
        return self.question

    @property
    def anchor(self) -> str:
        """Of the answer, so that a browser opens what it is folded into. Empty in a new draft."""
        return f"question-{self.pk}" if self.pk else ""


class Source(Orderable):
    topic = ParentalKey(Topic, on_delete=models.CASCADE, related_name="sources")
    citation = models.TextField(_("citation"))
    url = models.URLField(_("link"), max_length=500, blank=True)

    class Meta(Orderable.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return self.citation[:80]


# The kinds whose sections show a list, and where a topic keeps it.
ITEMS: dict[Kind, str] = {
    Kind.CAUSES: "causes",
    Kind.CANDIDATES: "candidates",
    Kind.CONTRAINDICATIONS: "contraindications",
    Kind.BENEFITS: "benefits",
    Kind.PREPARATION: "preparations",
    Kind.STEPS: "steps",
    Kind.RECOVERY: "recoveries",
    Kind.RISKS: "risks",
    Kind.ALTERNATIVES: "alternatives",
    Kind.RED_FLAGS: "red_flags",
    Kind.QUESTIONS: "questions",
    Kind.EVIDENCE: "sources",
}
