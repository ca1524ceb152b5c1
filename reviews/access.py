"""The only way from a request to a review's private side: the writer's own link, or a sign-in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponseBase

from correspondence import links
from correspondence.models import Link
from practice import access_log, limits
from reviews.models import Invitation, Review

PASS_LASTS = dt.timedelta(hours=1)
WRITER, INVITED = "review", "invited"
_signer = signing.Signer(salt="reviews.access")


def by_token(token: str, *, now: dt.datetime) -> Review | None:
    """The review behind a writer's own link. Looks and changes nothing."""
    link = links.find(token, now=now)
    if link is None or link.purpose != Link.Purpose.REVIEW:
        return None
    return Review.objects.filter(pk=link.row_id, link_generation=link.generation).first()


def mine(request: HttpRequest, *, now: dt.datetime) -> Review:
    """The review that this browser may act on. Raises Http404."""
    said = _said(request, WRITER, now=now)
    review = Review.objects.filter(
        pk=said.get("row") or 0, link_generation=said.get("generation") or 0
    ).first()
    if review is None:
        raise Http404
    return review


def invitation(request: HttpRequest, *, now: dt.datetime) -> Invitation | None:
    """The unspent invitation that this browser came with, or None."""
    said = _said(request, INVITED, now=now)
    return (
        Invitation.objects.filter(pk=said.get("row") or 0, spent_at=None, expires_at__gt=now)
        .select_related("appointment__patient")
        .first()
    )


def let_in(response: HttpResponseBase, review: Review, *, now: dt.datetime) -> None:
    _give(response, WRITER, {"row": review.pk, "generation": review.link_generation}, now=now)


def let_write(response: HttpResponseBase, invited: Invitation, *, now: dt.datetime) -> None:
    _give(response, INVITED, {"row": invited.pk}, now=now)


def forget(response: HttpResponseBase, name: str) -> None:
    response.delete_cookie(_cookie(name), path=_path(), samesite="Lax")


def seen_by_staff(
    request: HttpRequest, reviews: list[Review], *, action: str, now: dt.datetime
) -> None:
    """One row in the access log: who looked at which patients' words. A review without a visit
    behind it names no patient of ours."""
    patients = Invitation.objects.filter(review__in=reviews).values_list(
        "appointment__patient", flat=True
    )
    access_log.record(
        actor=request.user,
        action=action,
        patients=patients,
        source=limits.address_of(request),
        now=now,
    )


def _said(request: HttpRequest, name: str, *, now: dt.datetime) -> dict[str, Any]:
    try:
        said = _signer.unsign_object(request.COOKIES.get(_cookie(name), ""))
    except (signing.BadSignature, ValueError):
        return {}
    is_ours = said.get("what") == name and said.get("until", 0) > now.timestamp()
    return said if is_ours else {}


def _give(response: HttpResponseBase, name: str, said: dict[str, Any], *, now: dt.datetime) -> None:
    response.set_cookie(
        _cookie(name),
        _signer.sign_object(said | {"what": name, "until": (now + PASS_LASTS).timestamp()}),
        max_age=PASS_LASTS,
        path=_path(),
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def _cookie(name: str) -> str:
    return f"{'__Host-' if settings.SESSION_COOKIE_SECURE else ''}{name}"


def _path() -> str:
    return "/"
