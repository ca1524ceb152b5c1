from __future__ import annotations

import contextlib
import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from practice import clock

from .. import booking, calendars, consents, shown, status
from ..models import Appointment
from ..visit_forms import CorrectionForm
from .behind import the_visit
from .tab import problems_of

CORRECTED = (
    "given_name",
    "family_name",
    "phone",
    "voicemail_ok",
    "email",
    "contact_by",
    "reminders",
    "needs",
    "preferred_language",
)


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, reference: str) -> HttpResponse:
    """A new number, a name spelt right. The date of birth stays: it is how we know who asks."""
    now = clock.now()
    appointment = the_visit(request, reference, now=now)
    rules = calendars.at(now).rules
    told = status.of(appointment, now=now, zone=rules.zone)
    if not told.may_correct:
        return redirect("appointments:visit", reference)
    patient = appointment.patient
    form = CorrectionForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(patient, name) for name in CORRECTED}
        | {
            "phone": patient.phone.as_national,
            "consent_texts": consents.holds(appointment, consents.Subject.TEXTS),
        },
    )
    if form.is_valid():
        said = form.cleaned_data
        _consent(appointment, said["consent_texts"], now=now)
        # If somebody was quicker, the visit's page says how it stands now.
        with contextlib.suppress(booking.AlreadyChanged, booking.NotAllowed):
            booking.correct_details(
                appointment,
                corrections=booking.Corrections(**{name: said[name] for name in CORRECTED}),
                by=None,
                now=now,
            )
        return redirect("appointments:visit", reference)
    return render(
        request,
        "appointments/correct.html",
        {
            "appointment": appointment,
            "form": form,
            "problems": problems_of(form) if form.is_bound else [],
            "number": shown.number(rules, now=now),
        },
        status=400 if form.is_bound else 200,
    )


def _consent(appointment: Appointment, texts: bool, *, now: dt.datetime) -> None:
    if texts != consents.holds(appointment, consents.Subject.TEXTS):
        consents.record(appointment, (consents.Given(consents.Subject.TEXTS, texts),), now=now)
