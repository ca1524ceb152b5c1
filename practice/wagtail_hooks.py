"""People, places and ways to a visit, as doctors edit them at /cms/."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.settings.registry import register_setting
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from practice import account_views, translation_views
from practice.models import Location, Offer, Practice, Practitioner
from practice.roles import May

Practice.panels = [
    MultiFieldPanel(
        [FieldPanel("name"), FieldPanel("short_name"), FieldPanel("specialty")],
        heading=_("Who we are"),
    ),
    MultiFieldPanel([FieldPanel("phone"), FieldPanel("email")], heading=_("How to reach us")),
    MultiFieldPanel(
        [
            FieldPanel("reply_promise_minutes"),
            FieldPanel("licensed_states"),
            FieldPanel("accepted_insurance"),
        ],
        heading=_("Visits"),
    ),
    InlinePanel("desk_hours", heading=_("When somebody answers requests"), label=_("Hours")),
    MultiFieldPanel(
        [FieldPanel("time_zone"), FieldPanel("locale"), FieldPanel("is_sample")],
        heading=_("Seldom changed"),
    ),
]
register_setting(Practice, icon="home")


class People(SnippetViewSet):
    model = Practitioner
    menu_label = _("People")
    icon = "group"
    list_display = ["name_with_credentials", "role", "bookable"]
    search_fields = ["name"]
    panels = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("name"), FieldPanel("credentials")]),
                FieldRowPanel([FieldPanel("role"), FieldPanel("honorific")]),
                FieldPanel("job_title"),
                FieldPanel("specialty"),
                FieldPanel("image"),
            ],
            heading=_("Who"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("bookable"),
                FieldPanel("locations", widget=forms.CheckboxSelectMultiple),
            ],
            heading=_("Visits"),
        ),
        InlinePanel("licenses", heading=_("Licenses"), label=_("License")),
        InlinePanel(
            "board_certifications", heading=_("Board certifications"), label=_("Certification")
        ),
        MultiFieldPanel(
            [
                FieldPanel("languages"),
                FieldPanel("training"),
                FieldPanel("member_of"),
                FieldPanel("awards"),
            ],
            heading=_("Background"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("slug"),
                FieldPanel("name_variants"),
                FieldPanel("position"),
                FieldPanel("is_sample"),
            ],
            heading=_("Address and search"),
        ),
    ]


class Locations(SnippetViewSet):
    model = Location
    menu_label = _("Locations")
    icon = "site"
    list_display = ["name", "city", "phone"]
    search_fields = ["name", "city"]
    panels = [
        FieldPanel("name"),
        MultiFieldPanel(
            [
                FieldPanel("street"),
                FieldRowPanel([FieldPanel("city"), FieldPanel("state"), FieldPanel("postal_code")]),
                FieldRowPanel([FieldPanel("phone"), FieldPanel("after_hours_phone")]),
            ],
            heading=_("Where"),
        ),
        InlinePanel("hours", heading=_("Opening hours"), label=_("Hours")),
        MultiFieldPanel([FieldPanel("parking"), FieldPanel("step_free")], heading=_("Getting in")),
        MultiFieldPanel(
            [FieldPanel("slug"), FieldPanel("position"), FieldPanel("is_sample")],
            heading=_("Address on the site"),
        ),
    ]


class Offers(SnippetViewSet):
    model = Offer
    menu_label = _("Ways to a visit")
    icon = "calendar-alt"
    list_display = ["heading", "kind"]
    panels = [
        FieldPanel("kind"),
        FieldPanel("heading"),
        FieldPanel("text"),
        FieldPanel("locations", widget=forms.CheckboxSelectMultiple),
        FieldPanel("seen_by", widget=forms.CheckboxSelectMultiple),
        FieldRowPanel([FieldPanel("position"), FieldPanel("is_sample")]),
    ]


class ThePractice(SnippetViewSetGroup):
    menu_label = _("The practice")
    menu_icon = "home"
    menu_order = 150
    items = (People, Locations, Offers)


register_snippet(ThePractice)


@hooks.register("construct_main_menu")
def only_what_a_doctor_needs(request: Any, items: list[Any]) -> None:
    """No documents: everything patients read is a page or a picture."""
    items[:] = [item for item in items if item.name not in {"documents", "help"}]


@hooks.register("construct_homepage_summary_items")
def count_no_documents(request: Any, items: list[Any]) -> None:
    items[:] = [item for item in items if type(item).__name__ != "DocumentsSummaryItem"]


@hooks.register("register_admin_urls")
def translations_address() -> list[URLPattern]:
    return [
        path("translations/", translation_views.overview, name="translations"),
        path("accounts/", account_views.accounts, name="people_accounts"),
    ]


@hooks.register("register_admin_menu_item")
def translations_in_the_menu() -> MenuItem:
    return MenuItem(_("Translations"), reverse_lazy("translations"), icon_name="globe", order=160)


class OnlyForManagers(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(May.LINK_ACCOUNTS)


@hooks.register("register_admin_menu_item")
def accounts_in_the_menu() -> MenuItem:
    return OnlyForManagers(
        _("Accounts"), reverse_lazy("people_accounts"), icon_name="user", order=170
    )
