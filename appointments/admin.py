"""Lists for whoever sets schedules. Patients and appointments are not here on purpose: the desk's
screens show them, write the access log, and change a status through booking's verbs alone."""

from __future__ import annotations

from django.contrib import admin

from appointments.models import VideoRoom, VisitType, WorkingHours


@admin.register(VisitType)
class VisitTypeAdmin(admin.ModelAdmin[VisitType]):
    list_display = ("name", "modality", "minutes", "confirmation", "active")
    list_filter = ("modality", "active")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(WorkingHours)
class WorkingHoursAdmin(admin.ModelAdmin[WorkingHours]):
    list_display = ("practitioner", "location", "opens", "closes", "from_date", "until_date")
    list_filter = ("practitioner", "location")
    list_select_related = ("practitioner", "location")


@admin.register(VideoRoom)
class VideoRoomAdmin(admin.ModelAdmin[VideoRoom]):
    list_display = ("practitioner", "address", "one_at_a_time")
    list_select_related = ("practitioner",)
