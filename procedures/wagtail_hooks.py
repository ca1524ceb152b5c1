"""Signing in Wagtail's screens: the first page, the button that leads to a signature, remarks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.action_menu import ActionMenuItem, PublishMenuItem
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from procedures import cms
from procedures.models import Synonym, Topic


class Synonyms(SnippetViewSet):  # type: ignore[misc]
    model = Synonym
    menu_label = _("Words for the search")
    menu_order = 170
    icon = "search"
    add_to_admin_menu = True
    list_display = ["means", "language", "typed"]
    list_filter = ["language"]
    search_fields = ["means"]
    panels = [FieldPanel("language"), FieldPanel("means"), FieldPanel("typed")]


register_snippet(Synonyms)


@hooks.register("register_admin_urls")  # type: ignore[untyped-decorator]
def addresses() -> list[URLPattern]:
    return [
        path("print.css", cms.print_css, name="print_css"),
        path("topics/remarks/", cms.remarks, name="topic_remarks"),
        path("topics/<int:pk>/sign/", cms.sign_topic, name="sign_topic"),
        path("topics/<int:pk>/read/<int:revision>/", cms.read_revision, name="read_revision"),
        path("versions/<int:pk>/", cms.page_versions, name="page_versions"),
        path("versions/<int:pk>/<int:version>/", cms.page_version, name="page_version"),
        path("versions/<int:pk>/<int:version>/read/", cms.read_version, name="read_version"),
    ]


@hooks.register("construct_homepage_panels")  # type: ignore[untyped-decorator]
def first_screen(request: HttpRequest, panels: list[Any]) -> None:
    panels[:] = [cms.MyPages()]


@hooks.register("construct_homepage_summary_items", order=1000)  # type: ignore[untyped-decorator]
def no_counts(request: HttpRequest, items: list[Any]) -> None:
    items.clear()


@hooks.register("register_admin_menu_item")  # type: ignore[untyped-decorator]
def menu_item() -> MenuItem:
    return MenuItem(
        _("My pages"), reverse("wagtailadmin_home"), name="my-pages", icon_name="tasks", order=1
    )


class ToSign(ActionMenuItem):  # type: ignore[misc]
    """Saves the draft, then leads to the page on which it is signed."""

    label = _("Save and go on to sign")
    name = "action-sign"
    icon_name = "check"
    order = 30

    def is_shown(self, context: dict[str, Any]) -> bool:
        page = context.get("page")
        return isinstance(page, Topic) and bool(super().is_shown(context))


@hooks.register("register_page_action_menu_item")  # type: ignore[untyped-decorator]
def to_sign() -> ToSign:
    return ToSign()


@hooks.register("construct_page_action_menu")  # type: ignore[untyped-decorator]
def no_publishing(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    if isinstance(context.get("page"), Topic):
        items[:] = [item for item in items if not isinstance(item, PublishMenuItem)]


@hooks.register("after_edit_page")  # type: ignore[untyped-decorator]
@hooks.register("after_create_page")  # type: ignore[untyped-decorator]
def go_on_to_sign(request: HttpRequest, page: Page) -> HttpResponse | None:
    if request.POST.get("action-sign") and isinstance(page, Topic):
        return redirect("sign_topic", page.pk)
    return None


@hooks.register("insert_global_admin_css")  # type: ignore[untyped-decorator]
def our_screens() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("css/cms.css"))


@hooks.register("insert_editor_js")  # type: ignore[untyped-decorator]
def remarks_beside_fields() -> SafeString:
    return format_html(
        '<script src="{}" data-remarks="{}" defer></script>',
        static("js/remarks.js"),
        reverse("topic_remarks"),
    )
