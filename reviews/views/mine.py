from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from correspondence import links
from practice import clock
from practice.models import Practice
from reviews import access, authorizations, limited, messages, moderation
from reviews.forms import SignForm
from reviews.models import Authorization, Review
from reviews.reading import shown
from reviews.views.tab import problems_of


@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """From the writer's own link to an address without the token."""
    now = clock.now()
    review = access.by_token(token, now=now)
    if review is None:
        if not limited.may_look(request, now=now):
            return limited.page(request)
        raise Http404
    response = redirect("review_mine")
    access.let_in(response, review, now=now)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """The writer's own page: how it stands, what to sign, and how to take it back."""
    now = clock.now()
    review = access.mine(request, now=now)
    form = SignForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        today = clock.today(Practice.objects.current().zone)
        authorizations.sign(review, signature=form.cleaned_data["signature"], today=today, now=now)
        return redirect("review_mine")
    return _page(request, review, form)


@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Ends the authorization: from here on nobody sees the review. Doing it twice is fine."""
    now = clock.now()
    review = access.mine(request, now=now)
    authorizations.end(review, ended_by=Authorization.EndedBy.WRITER, by=None, now=now)
    return redirect("review_mine")


@require_POST
def appeal(request: HttpRequest) -> HttpResponse:
    """Asks us to look again at a refusal. A second click changes nothing."""
    now = clock.now()
    review = access.mine(request, now=now)
    if review.status == Review.Status.REFUSED and review.appealed_at is None:
        moderation.appeal(review, now=now)
    return redirect("review_mine")


def _page(request: HttpRequest, review: Review, form: SignForm) -> HttpResponse:
    now = clock.now()
    today = clock.today(Practice.objects.current().zone)
    own = messages.own_link(review)
    address = links.issue(
        own.purpose, own.row_id, own.generation, expires_at=own.expires_at, now=now
    )
    standing = review.authorizations.filter(ended_at=None).first()
    text = authorizations.text_for(review, last_day=authorizations.last_day_from(today))
    return render(
        request,
        "reviews/mine.html",
        {
            "review": review,
            "one": shown([review])[0],
            "form": form,
            "problems": problems_of(form) if form.is_bound else [],
            "standing": standing,
            "text": text,
            "today": today,
            "private_address": address,
        },
        status=400 if form.is_bound else 200,
    )
