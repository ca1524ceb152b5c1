"""The access log, to read; nothing in it can be changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from practice.models import AccessLog, Practice


@admin.register(AccessLog)
class AccessLogAdmin(admin.ModelAdmin[AccessLog]):
    list_display = ("when", "actor", "action", "which_patients", "outcome", "source")
    list_display_links = None
    list_filter = ("refused", "action")
    list_select_related = ("actor",)
    show_full_result_count = False  # counting them all a second time takes as long as the page
    fields = ("when", "actor", "action", "which_patients", "outcome", "source")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessLog]:
        self.zone = Practice.objects.current().zone  # once for the page, not once for each row
        return super().get_queryset(request)

    @admin.display(description=_("when"), ordering="at")
    def when(self, look: AccessLog) -> str:
        local = look.at.astimezone(self.zone)
        return f"{date_format(local, 'l, F j, Y, g:i:s A', use_l10n=False)} {local.tzname()}"

    @admin.display(description=_("patients"))
    def which_patients(self, look: AccessLog) -> str:
        return ", ".join(map(str, look.patients)) or gettext("nobody")

    @admin.display(description=_("outcome"), ordering="refused")
    def outcome(self, look: AccessLog) -> str:
        return gettext("refused") if look.refused else gettext("seen")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(
            request, {"title": self.opts.verbose_name_plural, **(extra_context or {})}
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AccessLog | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccessLog | None = None) -> bool:
        return False
