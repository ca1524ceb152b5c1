"""What the provider of text messages tells us."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from correspondence import texts
from practice import clock


@csrf_exempt  # signed by the provider instead
@require_POST
def heard(request: HttpRequest) -> HttpResponse:
    """Somebody answered a text message. STOP and START are kept; no other word is."""
    said = {name: str(value) for name, value in request.POST.items()}
    signature = request.headers.get("X-Twilio-Signature", "")
    if not texts.is_signed(f"{settings.CLINIC_URL}{request.path}", said, signature):
        return HttpResponse(status=403)
    number = said.get("From", "")[:16]
    if texts.E164.fullmatch(number):
        texts.heard(number, said.get("Body", "")[:200], now=clock.now())
    # Nothing to say: the provider answers STOP itself.
    return HttpResponse("<Response></Response>", content_type="text/xml")
