from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from practice import clock

from .. import booking
from .behind import the_visit


@require_POST
def invitation(request: HttpRequest, reference: str) -> HttpResponse:
    """Whether we may ask for a review afterwards. Anything but a plain answer changes nothing."""
    appointment = the_visit(request, reference, now=clock.now())
    answer = request.POST.get("wanted")
    if answer in ("yes", "no"):
        booking.wish_invitation(appointment, wanted=answer == "yes")
    return redirect("appointments:visit", reference)
