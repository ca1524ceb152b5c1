"""/cms/translations/: which translations are still right, and the place to say so by name."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods
from wagtail.models import Page

from practice import clock, translations
from practice.languages import ORIGINAL
from practice.models import Practice, Practitioner, TranslationCheck


@dataclass(frozen=True)
class Row:
    page: Page
    original: Page
    check: TranslationCheck | None
    is_checked: bool
    may_check: bool


@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """Everybody who edits pages reads it; whoever may edit a page may check it, by their name."""
    if request.method == "POST":
        page = get_object_or_404(Page, pk=request.POST.get("page"))
        if not page.permissions_for_user(request.user).can_edit():
            return HttpResponse(status=403)
        original = translations.original_of(page)
        seen = translations.digest(original, page) if original else ""
        if original is None or seen != request.POST.get("words"):
            return redirect(f"{request.path}?changed=yes")  # somebody has changed one meanwhile
        today = clock.today(Practice.objects.current().zone)
        translations.check(page, by=name_of(request), on=today)
        return redirect(request.path)
    return render(
        request,
        "practice/translations.html",
        {"rows": rows(request), "changed": "changed" in request.GET, "name": name_of(request)},
    )


def rows(request: HttpRequest) -> list[Row]:
    """Outdated ones first."""
    found = []
    pages = Page.objects.exclude(locale__language_code=ORIGINAL).filter(depth__gte=2)
    for page in pages.order_by("path").select_related("locale"):
        original = translations.original_of(page)
        if original is not None and not translations.is_bare(page):
            found.append(
                Row(
                    page,
                    original,
                    translations.check_of(page),
                    translations.is_checked(page),
                    page.permissions_for_user(request.user).can_edit(),
                )
            )
    return sorted(found, key=lambda row: row.is_checked)


def name_of(request: HttpRequest) -> str:
    """The name that stands behind a check."""
    person = Practitioner.objects.filter(user=request.user.pk).first()
    if person:
        return person.name_with_credentials
    return request.user.get_full_name() or request.user.get_username()  # type: ignore[union-attr]
