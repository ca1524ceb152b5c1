from __future__ import annotations

import base64
import hashlib
import hmac

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from practice.models import Practitioner

from .appointment import Appointment

EACH_VISIT = "{visit}"


class VideoRoom(models.Model):
    """Where somebody's video visits take place.

    Two patients must never meet: either the address differs for each visit (`{visit}` stands for
    a part of its own), or the practice vouches that the waiting room admits one at a time.
    """

    practitioner = models.OneToOneField(
        Practitioner,
        models.CASCADE,
        related_name="video_room",
        verbose_name=_("practitioner"),
    )
    address = models.CharField(
        _("address"),
        max_length=300,
        validators=[RegexValidator(r"^https://[^\s/]+/\S*$", _("Write an https:// address."))],
        help_text=_(
            "For example https://video.example.com/spine-{visit}. {visit} becomes a secret of "
            "each visit."
        ),
    )
    one_at_a_time = models.BooleanField(
        _("its waiting room admits one patient at a time"),
        default=False,
        help_text=_("Needed when the address has no {visit}. Try it with two phones first."),
    )

    class Meta:
        verbose_name = _("video room")
        verbose_name_plural = _("video rooms")
        constraints = (
            models.CheckConstraint(
                condition=Q(address__contains=EACH_VISIT) | Q(one_at_a_time=True),
                name="video_room_keeps_patients_apart",
                violation_error_message=_(
                    "Two patients could meet there. Put {visit} into the address, or say that the "
                    "waiting room admits one at a time."
                ),
            ),
            models.CheckConstraint(
                condition=Q(address__startswith="https://"), name="video_room_is_private"
            ),
        )

    def __str__(self) -> str:
        return str(self.practitioner)

    def address_for(self, appointment: Appointment) -> str:
        """Only for the page behind the second check, and for staff."""
        said = f"video:{appointment.pk}:{appointment.link_generation}"
        digest = hmac.digest(settings.LINK_KEY.encode(), said.encode(), hashlib.sha256)
        secret = base64.b32encode(digest[:15]).decode().lower()
        return self.address.replace(EACH_VISIT, secret)
