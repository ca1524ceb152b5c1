from __future__ import annotations

from django.contrib import admin

from reviews.models import Review


@admin.register(Review)
class ReviewAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What a patient wrote is shown as it came; what may be changed is whether it is shown."""

    list_display = ["author", "received", "rating", "status", "authorization", "is_sample"]
    list_filter = ["status", "is_sample"]
    search_fields = ["author", "body"]
    readonly_fields = ["author", "body", "received", "rating", "source", "language", "is_sample"]
    fields = [*readonly_fields, "authorization", "status", "position"]
