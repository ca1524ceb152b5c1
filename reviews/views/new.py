from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from practice import clock
from practice.models import Practice
from reviews import access, forms, invitations, limited, submission
from reviews.forms import ReviewForm
from reviews.models import Invitation, ReviewRules
from reviews.views.tab import problems_of


@require_safe
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """From the link in a message to the form. Scanners open it too; nothing changes."""
    now = clock.now()
    invitation = invitations.by_token(token, now=now)
    if invitation is None:
        if not limited.may_look(request, now=now):
            return limited.page(request)
        raise Http404
    if invitation.spent_at is not None:
        return render(request, "reviews/spent.html")
    response = redirect("review_new")
    access.let_write(response, invitation, now=now)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form, the same for everybody; with an invitation it is a verified visit."""
    if not ReviewRules.objects.current().shown:
        raise Http404
    invitation = access.invitation(request, now=clock.now())
    return _send(request, invitation) if request.method == "POST" else _ask(request, invitation)


@require_POST
def no_invitations(request: HttpRequest) -> HttpResponse:
    """Whoever came with an invitation asks not to be asked again."""
    now = clock.now()
    invitation = access.invitation(request, now=now)
    if invitation is None:
        raise Http404
    invitations.stop(invitation.appointment.patient.email, now=now)
    response = render(request, "reviews/no_invitations.html")
    access.forget(response, access.INVITED)
    return response


def _ask(request: HttpRequest, invitation: Invitation | None) -> HttpResponse:
    now = clock.now()
    initial = {"opened": forms.begin(now=now), "language": translation.get_language()}
    if invitation is not None:
        initial["author"] = submission.initials(str(invitation.appointment.patient))
    form = ReviewForm(initial=initial, is_invited=invitation is not None, now=now)
    return _page(request, form)


def _send(request: HttpRequest, invitation: Invitation | None) -> HttpResponse:
    now = clock.now()
    form = ReviewForm(request.POST, is_invited=invitation is not None, now=now)
    if form.is_a_trap:
        return render(request, "reviews/received.html")  # a program learns nothing from it
    if not form.is_valid() or form.key is None:
        return _page(request, form, status=400)
    email = "" if invitation else form.cleaned_data["email"]
    if not limited.may_send(request, email=email, now=now):
        return limited.page(request)
    try:
        review = submission.send(
            key=form.key,
            said=form.said(),
            invitation=invitation,
            today=clock.today(Practice.objects.current().zone),
            now=now,
        )
    except submission.Spent:
        return render(request, "reviews/spent.html", status=409)
    response = redirect("review_mine")
    access.let_in(response, review, now=now)
    access.forget(response, access.INVITED)
    return response


def _page(request: HttpRequest, form: ReviewForm, *, status: int = 200) -> HttpResponse:
    problems = problems_of(form) if form.is_bound else []
    if form.is_bound and "opened" in form.errors:
        form.open_again()
    return render(
        request,
        "reviews/new.html",
        {"form": form, "problems": problems, "is_invited": form.is_invited},
        status=status,
    )
