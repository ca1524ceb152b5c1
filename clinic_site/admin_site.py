"""Our own admin at /admin/: the front desk's screens first, a few of Django's lists behind them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext_lazy as _


class ClinicAdminSite(AdminSite):
    site_header = site_title = _("Front desk")
    index_title = _("Lists")
    index_template = "admin/lists.html"
    enable_nav_sidebar = False

    # Everything that patients told us has screens of its own, which write the access log. Other
    # packages bring lists of their own rows (second factors, jobs); they stay out.
    apps_shown = frozenset({"appointments", "auth", "correspondence", "practice", "reviews"})

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        models = (
            [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        )
        shown = [model for model in models if model._meta.app_label in self.apps_shown]
        super().register(shown, admin_class, **options)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from appointments.desk import hours, reports
        from appointments.desk import urls as desk
        from clinic_site import launch_screen, staff_accounts
        from reviews.desk import urls as reviews

        return [
            *desk.urlpatterns_in(self),
            *hours.urlpatterns_in(self),
            *reports.urlpatterns_in(self),
            *reviews.urlpatterns_in(self),
            *staff_accounts.urlpatterns_in(self),
            *launch_screen.urlpatterns_in(self),
            path("lists/", self.admin_view(self.lists), name="lists"),
            *(url for url in super().get_urls() if getattr(url, "name", "") not in self.elsewhere),
        ]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page of Django's lists knows, without the list of them all: only the page
        that shows it asks what each of them allows."""
        return {
            "site_title": self.site_title,
            "site_header": self.site_header,
            "site_url": self.site_url,
            "has_permission": self.has_permission(request),
            "is_popup": False,
            "is_nav_sidebar_enabled": self.enable_nav_sidebar,
            "log_entries": self.get_log_entries(request),
        }

    # The front page is the desk's; passwords are changed at /accounts/.
    elsewhere = frozenset({"index", "password_change", "password_change_done"})

    def lists(self, request: HttpRequest) -> HttpResponseBase:
        return self.index(request)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one door: allauth's."""
        return redirect_to_login(request.GET.get("next") or "/admin/", reverse("account_login"))

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_logout")
