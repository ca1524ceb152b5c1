"""What we treat and how: conditions, procedures, and the two pages that list them."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.models import Page

from practice.models import LinesField, Practitioner

from . import editing
from .permissions import TopicListPermissions, TopicPermissions


class Topic(Page):
    """A condition or a procedure. Never made as itself; see its two kinds below."""

    name = models.CharField(
        _("name"), max_length=200, help_text=_("The plain name, such as Kyphoplasty.")
    )
    summary = models.TextField(
        _("summary"),
        blank=True,
        max_length=400,
        help_text=_("One or two sentences that answer the question. Search engines show these."),
    )
    lead = models.TextField(_("opening paragraph"), blank=True)
    alternate_names = LinesField(verbose_name=_("other names"))
    body_location = models.CharField(_("part of the body"), max_length=100, blank=True)
    author = models.ForeignKey(
        Practitioner,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="topics_written",
        verbose_name=_("author"),
    )
    publisher = models.CharField(
        _("publisher"), max_length=200, blank=True, help_text=_("Empty: the practice.")
    )
    published = models.DateField(_("published"), null=True, blank=True)
    modified = models.DateField(_("last changed in substance"), null=True, blank=True)
    reviewed = models.DateField(_("medically reviewed"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        Practitioner,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="topics_reviewed",
        verbose_name=_("reviewed by"),
    )
    next_review = models.DateField(_("next review due"), null=True, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    is_creatable = False
    base_form_class = editing.TopicForm
    preview_modes = [("", _("Page")), ("print", _("Print-out"))]

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def permissions_for_user(self, user: User | AnonymousUser) -> TopicPermissions:
        return TopicPermissions(user, self)


class Condition(Topic):
    """What hurts. `treated_by` lists the procedures whose `treats` names this condition."""

    treated_by_unlinked = LinesField(
        verbose_name=_("treated by (no page of ours)"),
        help_text=_("Shown as plain text. One on each line."),
    )

    treated_by: models.Manager[Procedure]

    template = "procedures/condition.html"
    parent_page_types = ["procedures.ConditionIndexPage"]
    subpage_types: list[str] = []
    edit_handler = editing.panels_for_conditions()

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")


class Procedure(Topic):
    """What we do about it."""

    class CountsFrom(models.TextChoices):
        INJURY = "injury", _("the injury")
        ONSET = "onset", _("when the pain began")
        DIAGNOSIS = "diagnosis", _("the diagnosis")

    treats = ParentalManyToManyField(
        Condition, blank=True, related_name="treated_by", verbose_name=_("treats")
    )
    treats_unlinked = LinesField(
        verbose_name=_("treats (no page of ours)"),
        help_text=_("Shown as plain text. One on each line."),
    )
    similar_to = ParentalManyToManyField(
        "self", blank=True, symmetrical=False, related_name="+", verbose_name=_("similar to")
    )
    similar_to_unlinked = LinesField(
        verbose_name=_("similar to (no page of ours)"),
        help_text=_("Shown as plain text. One on each line."),
    )
    procedure_type = models.CharField(_("type"), max_length=60, blank=True)
    setting = models.CharField(_("setting"), max_length=60, blank=True)
    anesthesia = LinesField(verbose_name=_("anesthesia"))
    duration = models.CharField(_("how long it takes"), max_length=300, blank=True)
    treatment_window_weeks = models.PositiveSmallIntegerField(
        _("works best within (weeks)"), null=True, blank=True
    )
    treatment_window_from = models.CharField(
        _("counted from"), max_length=20, choices=CountsFrom.choices, blank=True
    )
    treatment_window_source = models.CharField(
        _("by which source"),
        max_length=300,
        blank=True,
        help_text=_("The study or guideline that the weeks come from."),
    )

    template = "procedures/procedure.html"
    parent_page_types = ["procedures.ProcedureIndexPage"]
    subpage_types: list[str] = []
    edit_handler = editing.panels_for_procedures()

    class Meta:
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        constraints = [
            models.CheckConstraint(
                condition=Q(treatment_window_weeks__isnull=True, treatment_window_from="")
                | Q(
                    treatment_window_weeks__isnull=False,  # or NULL makes the CHECK true
                    treatment_window_weeks__gt=0,
                    treatment_window_from__in=["injury", "onset", "diagnosis"],
                ),
                name="treatment_window_says_from_when",
                violation_error_message=_(
                    "Say both: how many weeks, and from what they are counted."
                ),
            ),
        ]


class ConditionIndexPage(Page):
    introduction = models.TextField(_("introduction"), blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    template = "procedures/conditions.html"
    parent_page_types = ["practice.HomePage"]
    subpage_types = ["procedures.Condition"]
    max_count = 1
    content_panels = [*Page.content_panels, "introduction", "is_sample"]

    class Meta:
        verbose_name = _("list of conditions")
        verbose_name_plural = _("lists of conditions")

    def permissions_for_user(self, user: User | AnonymousUser) -> TopicListPermissions:
        return TopicListPermissions(user, self)


class ProcedureIndexPage(Page):
    introduction = models.TextField(_("introduction"), blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    template = "procedures/procedures.html"
    parent_page_types = ["practice.HomePage"]
    subpage_types = ["procedures.Procedure"]
    max_count = 1
    content_panels = [*Page.content_panels, "introduction", "is_sample"]

    class Meta:
        verbose_name = _("list of procedures")
        verbose_name_plural = _("lists of procedures")

    def permissions_for_user(self, user: User | AnonymousUser) -> TopicListPermissions:
        return TopicListPermissions(user, self)
