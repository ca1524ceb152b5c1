"""The launch check as a manager's screen; `manage.py launch_check` says the same."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from appointments.desk.pages import here_now, needs, page
from clinic_site import launch
from practice.roles import May


def urlpatterns_in(site: AdminSite) -> list[URLPattern]:
    return [path("launch/", site.admin_view(launch_check), name="launch_check")]


@needs(May.MANAGE_STAFF)
@require_GET
def launch_check(request: HttpRequest) -> HttpResponse:
    points = list(launch.points())
    return page(
        request,
        "launch_check",
        here=here_now(),
        red=[one for one in points if not one.is_green],
        green=[one for one in points if one.is_green],
        stage=launch.stage(),
    )
