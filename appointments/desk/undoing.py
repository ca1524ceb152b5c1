"""Taking back what one did a moment ago. The form stands in templates/admin/desk/base.html."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appointments import access, booking
from appointments.desk.forms import SeenForm
from appointments.desk.pages import already_changed, busy, here_now, needs
from practice.roles import May


@needs(May.ANSWER_REQUESTS)
@require_POST
def undo(request: HttpRequest, reference: str) -> HttpResponse:
    here = here_now()
    wanted = access.one_for_staff(
        request, reference, action="undo", now=here.now, permission=May.ANSWER_REQUESTS
    )
    form = SeenForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        restored = booking.undo(
            wanted,
            seen_version=form.cleaned_data["seen_version"],
            by=cast(User, request.user),
            now=here.now,
        )
    except booking.AlreadyChanged as changed:
        return already_changed(request, changed.appointment, here=here)
    except booking.Busy:
        return busy(request, wanted, here=here)
    except booking.TooLate:
        messages.error(
            request,
            _("Too late to undo: ten seconds are over. Nothing was changed."),
        )
    except booking.SlotGone:
        messages.error(
            request,
            _("The time of %(name)s was given to somebody else meanwhile. Nothing was changed.")
            % {"name": wanted.patient},
        )
    else:
        messages.success(
            request,
            _("Undone: %(name)s, “%(status)s” as before. No message is sent.")
            % {"name": restored.patient, "status": restored.get_status_display()},
        )
    return redirect("admin:appointment", reference)
