"""How a topic is edited at /cms/: the panels, in the order of the page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import (
    CommentPanel,
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    Panel,
    TabbedInterface,
)
from wagtail.models import Page

from .kinds import Kind

WITH_A_LIST = {
    Kind.CAUSES,
    Kind.CANDIDATES,
    Kind.CONTRAINDICATIONS,
    Kind.BENEFITS,
    Kind.PREPARATION,
    Kind.STEPS,
    Kind.RECOVERY,
    Kind.RISKS,
    Kind.ALTERNATIVES,
    Kind.RED_FLAGS,
    Kind.QUESTIONS,
    Kind.EVIDENCE,
}


class ListPanel(InlinePanel):
    """A list that stays folded, one click away, as long as nothing is in it."""

    class BoundPanel(InlinePanel.BoundPanel):
        def classes(self) -> list[str]:
            found: list[str] = super().classes()
            empty = self.form is not None and not self.formset.forms
            return [*found, "collapsed"] if empty else found


class TopicForm(WagtailAdminPageForm):
    """Refuses a second section of a kind that has a list: the list can stand in one place only."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if "sections" not in self.formsets:
            return cleaned
        sections = self.formsets["sections"]
        sections.is_valid()  # or its forms have not been cleaned yet
        seen: set[str] = set()
        for form in sections.forms:
            fields = getattr(form, "cleaned_data", {})
            kind = fields.get("kind")
            if not kind or fields.get("DELETE"):
                continue
            if kind in seen and kind in WITH_A_LIST:
                form.add_error("kind", _("There is already a section of this kind."))
                self.add_error(None, _("Two sections have the same kind; join them into one."))
            seen.add(kind)
        return cleaned


def panels_for_topic(own: list[Panel]) -> TabbedInterface:
    page = [
        *Page.content_panels,
        FieldPanel("name"),
        FieldPanel("summary"),
        FieldPanel("lead"),
        InlinePanel("sections", heading=_("Sections"), label=_("Section")),
    ]
    lists = [
        ListPanel("steps", heading=_("Steps"), label=_("Step")),
        ListPanel("candidates", heading=_("Who it is for"), label=_("People")),
        ListPanel("contraindications", heading=_("Reasons against it"), label=_("Reason")),
        ListPanel("causes", heading=_("Causes"), label=_("Cause")),
        ListPanel("benefits", heading=_("Benefits"), label=_("Benefit")),
        ListPanel("risks", heading=_("Risks"), label=_("Risk")),
        ListPanel("alternatives", heading=_("Other choices"), label=_("Choice")),
        ListPanel("preparations", heading=_("How to prepare"), label=_("Preparation")),
        ListPanel("recoveries", heading=_("Recovery"), label=_("Point in time")),
        ListPanel("red_flags", heading=_("When to get help"), label=_("Sign")),
        ListPanel("questions", heading=_("Questions"), label=_("Question")),
        ListPanel("sources", heading=_("Sources"), label=_("Source")),
    ]
    facts = [
        *own,
        FieldPanel("alternate_names"),
        FieldPanel("body_location"),
        ListPanel("images", heading=_("Pictures"), label=_("Picture")),
    ]
    signed = [
        FieldPanel("author"),
        FieldPanel("publisher"),
        # When it was reviewed, by whom and until when is what a signature says: not typed here.
        FieldRowPanel([FieldPanel("published"), FieldPanel("modified")]),
        FieldPanel("is_sample"),
        CommentPanel(),
    ]
    return TabbedInterface(
        [
            ObjectList(page, heading=_("Page")),
            ObjectList(lists, heading=_("Lists")),
            ObjectList(facts, heading=_("Facts")),
            ObjectList(signed, heading=_("Who and when")),
            ObjectList(Page.promote_panels, heading=_("Address")),
        ]
    )


def panels_for_conditions() -> TabbedInterface:
    return panels_for_topic([FieldPanel("treated_by_unlinked")])


def panels_for_procedures() -> TabbedInterface:
    return panels_for_topic(
        [
            FieldPanel("treats", widget=forms.CheckboxSelectMultiple),
            FieldPanel("treats_unlinked"),
            FieldPanel("similar_to", widget=forms.CheckboxSelectMultiple),
            FieldPanel("similar_to_unlinked"),
            FieldPanel("procedure_type"),
            FieldPanel("setting"),
            FieldPanel("anesthesia"),
            FieldPanel("duration"),
            MultiFieldPanel(
                [
                    FieldPanel("treatment_window_weeks"),
                    FieldPanel("treatment_window_from"),
                    FieldPanel("treatment_window_source"),
                ],
                heading=_("Works best within"),
            ),
        ]
    )
