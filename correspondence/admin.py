"""Agreements, and how the practice writes to people: for managers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from correspondence import texts
from correspondence.models import Agreement, MessageRules


@admin.register(Agreement)
class AgreementAdmin(admin.ModelAdmin[Agreement]):
    list_display = ("provider", "way", "signed_on", "ended_on")

    def has_delete_permission(self, request: HttpRequest, obj: Agreement | None = None) -> bool:
        return False  # it ends on a day; that it was there stays written


class RulesForm(forms.ModelForm[MessageRules]):
    def clean_texts(self) -> Agreement | None:
        chosen: Agreement | None = self.cleaned_data["texts"]
        if chosen is not None and chosen.ended_on is not None:
            raise ValidationError(_("This agreement has ended. Choose one that is in force"))
        if chosen is not None and texts.provider() is None:
            raise ValidationError(_("The server knows no provider yet: set TEXT_URL first"))
        return chosen


@admin.register(MessageRules)
class MessageRulesAdmin(admin.ModelAdmin[MessageRules]):
    form = RulesForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not MessageRules.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
