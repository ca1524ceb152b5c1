"""Pages a person edits at /cms/. Prose is Markdown text."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from .people import Practitioner


class HomePage(Page):
    headline = models.CharField(
        _("headline"),
        max_length=200,
        blank=True,
        help_text=_("One sentence: what you treat, and where."),
    )
    introduction = models.TextField(_("introduction"), blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    template = "practice/home.html"
    max_count = 1
    content_panels = [
        *Page.content_panels,
        FieldPanel("headline"),
        FieldPanel("introduction"),
        FieldPanel("is_sample"),
    ]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")


class TeamIndexPage(Page):
    introduction = models.TextField(_("introduction"), blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    template = "practice/team.html"
    parent_page_types = ["practice.HomePage"]
    subpage_types = ["practice.PersonPage"]
    max_count = 1
    content_panels = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("is_sample")]

    class Meta:
        verbose_name = _("list of people")
        verbose_name_plural = _("lists of people")


class PersonPage(Page):
    practitioner = models.ForeignKey(
        Practitioner, on_delete=models.PROTECT, related_name="pages", verbose_name=_("person")
    )
    biography = models.TextField(_("biography"), blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    template = "practice/person.html"
    parent_page_types = ["practice.TeamIndexPage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        FieldPanel("practitioner"),
        FieldPanel("biography"),
        FieldPanel("is_sample"),
    ]

    class Meta:
        verbose_name = _("person's page")
        verbose_name_plural = _("people's pages")


class PlainPage(Page):
    body = models.TextField(_("text"), blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    template = "practice/plain.html"
    parent_page_types = ["practice.HomePage", "practice.PlainPage"]
    subpage_types = ["practice.PlainPage"]
    content_panels = [*Page.content_panels, FieldPanel("body"), FieldPanel("is_sample")]

    class Meta:
        verbose_name = _("plain page")
        verbose_name_plural = _("plain pages")
