from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField


class OnCalls(models.QuerySet["OnCall"]):
    def at(self, instant: dt.datetime) -> OnCalls:
        """Whoever has it at this moment; a closed account answers nobody."""
        return self.filter(during__contains=instant, user__is_active=True).select_related("user")

    def not_over(self, now: dt.datetime) -> OnCalls:
        return self.filter(during__endswith__gt=now).select_related("user")


class OnCall(models.Model):
    """Who of the staff answers when the desk does not; one person at a time."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who")
    )
    during = DateTimeRangeField(_("from, until"))
    phone = PhoneNumberField(_("telephone"), blank=True)
    email = models.EmailField(_("e-mail"))

    objects = OnCalls.as_manager()

    class Meta:
        verbose_name = _("on call")
        verbose_name_plural = _("on call")
        ordering = ("during", "pk")
        constraints = (
            ExclusionConstraint(
                name="one_person_is_on_call",
                expressions=(("during", RangeOperators.OVERLAPS),),
            ),
            models.CheckConstraint(
                condition=Q(
                    during__isempty=False, during__lower_inf=False, during__upper_inf=False
                ),
                name="on_call_begins_and_ends",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.user.get_full_name() or self.user.get_username()
