"""What moderators see and do. The verbs are in reviews/moderation.py and its neighbours; nobody
sees the stars of a review before it is decided (reviews/desk/lists.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from practice import clock
from practice.models import Practice
from practice.roles import May
from reviews import access, authorizations, invitations, moderation, reading, replies
from reviews.desk import forms, lists
from reviews.desk.screens import needs, page
from reviews.models import Authorization, Reply, Review, ReviewRules
from reviews.moderation import NotAllowed

Screen = Callable[..., HttpResponse]
MOST = 50


# --- lists --------------------------------------------------------------------------------------


@needs(May.MODERATE_REVIEWS)
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """What waits, in the order it arrived: first looks, second looks, reports, replies."""
    waiting = moderation.queue().filter(refusal_reason="")
    first = _found(waiting[:MOST])
    seconds = _found(moderation.refusals_to_confirm()[:MOST])
    reports = list(moderation.open_reports().select_related("review")[:MOST])
    replied = list(moderation.replies_to_approve().select_related("review")[:MOST])
    spoken_of = [report.review for report in reports] + [reply.review for reply in replied]
    _seen(request, [*first, *seconds, *spoken_of], action="reviews")
    return page(
        request,
        "queue",
        rows=_rows(first),
        waiting=waiting.count(),
        seconds=_rows(seconds),
        reports=reports,
        replies=replied,
        unauthorized=authorizations.waiting().count(),
    )


@needs(May.MODERATE_REVIEWS)
@require_GET
def decided(request: HttpRequest) -> HttpResponse:
    """The latest decisions, with their stars."""
    found = _found(lists.decided()[:MOST])
    _seen(request, found, action="decided")
    return page(request, "decided", rows=_rows(found))


@needs(May.MODERATE_REVIEWS)
@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """How refusals fall on stars, how long decisions take, and the alarm."""
    rules = ReviewRules.objects.current()
    return page(
        request,
        "report",
        report=lists.weekly(now=clock.now(), rules=rules),
        rules=rules,
        stop_form=forms.StopForm(),
    )


@needs(May.MODERATE_REVIEWS)
@require_http_methods(["GET", "POST"])
def authorizations_screen(request: HttpRequest) -> HttpResponse:
    """Imported reviews, to be authorized many at once."""
    now = clock.now()
    waiting = authorizations.waiting()
    found = _found(waiting)
    _seen(request, found, action="review_authorizations")
    form = forms.AuthorizationsForm(
        request.POST if request.method == "POST" else None,
        waiting=[review.pk for review in found],
        today=clock.today(Practice.objects.current().zone),
    )
    if not form.is_valid():
        return page(
            request,
            "authorizations",
            form=form,
            rows=_rows(found),
            chosen=set(form["reviews"].value() or ()) if form.is_bound else set(),
            status=400 if form.is_bound else 200,
        )
    number = authorizations.record_many(
        form.cleaned_data["reviews"],
        signed_on=form.cleaned_data["signed_on"],
        kept_at=form.cleaned_data["kept_at"],
        by=_me(request),
        now=now,
    )
    said = ngettext("%(n)d review is public now.", "%(n)d reviews are public now.", number)
    messages.success(request, said % {"n": number})
    return redirect("admin:review_authorizations")


@needs(May.RUN_REVIEWS)
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """The site-wide switch, and the numbers."""
    form = forms.RulesForm(
        request.POST if request.method == "POST" else None, instance=ReviewRules.objects.current()
    )
    if not form.is_valid():
        return page(request, "rules", form=form, status=400 if form.is_bound else 200)
    form.save()
    messages.success(request, _("Saved. The site follows within a minute."))
    return redirect("admin:review_rules")


@needs(May.MODERATE_REVIEWS)
@require_POST
def stop_invitations(request: HttpRequest) -> HttpResponse:
    """Somebody told the desk that they want no invitations."""
    form = forms.StopForm(request.POST)
    if form.is_valid():
        invitations.stop(form.cleaned_data["email"], now=clock.now())
        messages.success(request, _("Noted: no invitation goes to this address."))
    else:
        messages.error(request, _("That is not an e-mail address. Nothing was changed."))
    return redirect("admin:review_report")


# --- one review ---------------------------------------------------------------------------------


@needs(May.MODERATE_REVIEWS)
@require_GET
def review(request: HttpRequest, review: int) -> HttpResponse:
    return _one(request, review)


@needs(May.MODERATE_REVIEWS)
@require_POST
def accept(request: HttpRequest, review: int) -> HttpResponse:
    def act(row: Review) -> str:
        done = moderation.accept(row, by=_me(request), now=clock.now())
        if done.status == Review.Status.PUBLISHED:
            return _("Published.")
        return _("Accepted. It becomes public when its writer has authorized it.")

    return _do(request, review, act)


@needs(May.MODERATE_REVIEWS)
@require_POST
def refuse(request: HttpRequest, review: int) -> HttpResponse:
    form = forms.RefusalForm(request.POST)
    if not form.is_valid():
        return _one(request, review, refusal_form=form, status=400)

    def act(row: Review) -> str:
        reason = form.cleaned_data["reason"]
        moderation.propose_refusal(row, reason=reason, by=_me(request), now=clock.now())
        return _("Proposed. A second person has to agree.")

    return _do(request, review, act)


@needs(May.MODERATE_REVIEWS)
@require_POST
def second(request: HttpRequest, review: int) -> HttpResponse:
    form = forms.SecondForm(request.POST)
    if not form.is_valid():
        return _one(request, review, status=400)

    def act(row: Review) -> str:
        if form.cleaned_data["agree"] == "yes":
            moderation.confirm_refusal(row, by=_me(request), now=clock.now())
            return _("Refused. Its writer is told, with the reason.")
        moderation.reject_refusal(row, by=_me(request), now=clock.now())
        return _("Not refused.")

    return _do(request, review, act)


@needs(May.MODERATE_REVIEWS)
@require_POST
def redact(request: HttpRequest, review: int) -> HttpResponse:
    form = forms.RedactionForm(request.POST)
    if not form.is_valid():
        return _one(request, review, redaction_form=form, status=400)

    def act(row: Review) -> str:
        data = form.cleaned_data
        hidden = moderation.redact(
            row, words=data["words"], reason=data["reason"], by=_me(request), now=clock.now()
        )
        said = ngettext("Hidden in %(n)d place.", "Hidden in %(n)d places.", hidden)
        return said % {"n": hidden}

    return _do(request, review, act, back=True)


@needs(May.MODERATE_REVIEWS)
@require_POST
def show_again(request: HttpRequest, review: int) -> HttpResponse:
    form = forms.NumberForm(request.POST)

    def act(row: Review) -> str:
        number = form.cleaned_data["number"] if form.is_valid() else 0
        redaction = get_object_or_404(row.redactions, pk=number)
        moderation.show_again(redaction, by=_me(request), now=clock.now())
        return _("These words are shown again.")

    return _do(request, review, act, back=True)


@needs(May.MODERATE_REVIEWS)
@require_POST
def reply(request: HttpRequest, review: int) -> HttpResponse:
    row = get_object_or_404(Review, pk=review, status=Review.Status.PUBLISHED)
    form = forms.ReplyForm(request.POST, author=row.author)
    if not form.is_valid():
        return _one(request, review, reply_form=form, status=400)

    def act(row: Review) -> str:
        if template := form.cleaned_data["template"]:
            replies.from_template(row, template=template, by=_me(request), now=clock.now())
            return _("The reply is public.")
        words = form.cleaned_data["words"]
        replies.in_free_words(row, words=words, by=_me(request), now=clock.now())
        return _("A second person has to agree to this reply.")

    return _do(request, review, act, back=True)


@needs(May.MODERATE_REVIEWS)
@require_POST
def reply_second(request: HttpRequest, review: int) -> HttpResponse:
    form = forms.SecondForm(request.POST)

    def act(row: Review) -> str:
        answer = get_object_or_404(Reply, review=row)
        if form.is_valid() and form.cleaned_data["agree"] == "yes":
            replies.approve(answer, by=_me(request), now=clock.now())
            return _("The reply is public.")
        replies.take_back(answer, by=_me(request), now=clock.now())
        return _("The reply is taken back.")

    return _do(request, review, act, back=True)


@needs(May.MODERATE_REVIEWS)
@require_POST
def close_report(request: HttpRequest, review: int) -> HttpResponse:
    form = forms.NumberForm(request.POST)

    def act(row: Review) -> str:
        number = form.cleaned_data["number"] if form.is_valid() else 0
        told = get_object_or_404(row.reports, pk=number)
        moderation.close_report(told, by=_me(request), now=clock.now())
        return _("The report is answered. The review stays as it is.")

    return _do(request, review, act, back=True)


@needs(May.MODERATE_REVIEWS)
@require_POST
def withdraw(request: HttpRequest, review: int) -> HttpResponse:
    """The writer asked us, by telephone or letter, to take it down."""
    form = forms.WithdrawForm(request.POST)
    if not form.is_valid():
        return _one(request, review, status=400)

    def act(row: Review) -> str:
        staff = Authorization.EndedBy.STAFF
        authorizations.end(row, ended_by=staff, by=_me(request), now=clock.now())
        return _("Taken down. It is gone from every page within a minute.")

    return _do(request, review, act)


# --- parts --------------------------------------------------------------------------------------


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)


def _found(reviews: QuerySet[Review]) -> list[Review]:
    return list(reviews.select_related("reply").prefetch_related("redactions"))


def _seen(request: HttpRequest, reviews: list[Review], *, action: str) -> None:
    """One row in the access log for each time that a screen is opened."""
    access.seen_by_staff(request, reviews, action=action, now=clock.now())


def _rows(found: list[Review]) -> list[lists.Row]:
    now, rules = clock.now(), ReviewRules.objects.current()
    return [
        lists.row(review, shown, rules=rules, now=now)
        for review, shown in zip(found, reading.shown(found), strict=True)
    ]


def _one(request: HttpRequest, pk: int, *, status: int = 200, **bound: Any) -> HttpResponse:
    reviews = _found(Review.objects.filter(pk=pk))
    if not reviews:
        raise Http404
    found = reviews[0]
    _seen(request, reviews, action="review")
    row = _rows(reviews)[0]
    blank: dict[str, django_forms.Form] = {
        "refusal_form": forms.RefusalForm(),
        "redaction_form": forms.RedactionForm(),
        "reply_form": forms.ReplyForm(author=found.author),
    }
    answer = getattr(found, "reply", None)
    return page(
        request,
        "review",
        row=row,
        is_second=row.proposed_by is not None and row.proposed_by != _me(request).pk,
        redactions=[
            (hidden, found.body[hidden.start : hidden.end]) for hidden in found.redactions.all()
        ],
        reports=list(found.reports.filter(closed_at=None)),
        reply=answer,
        reply_words=replies.words_of(answer) if answer else "",
        may_approve_reply=answer is not None and answer.by_id != _me(request).pk,
        authorization=found.authorizations.filter(ended_at=None).first(),
        decisions=list(found.decisions.select_related("by")),
        status=status,
        **(blank | bound),
    )


def _do(
    request: HttpRequest, pk: int, act: Callable[[Review], str], *, back: bool = False
) -> HttpResponse:
    """One step with one review; what cannot be done is said, and nothing is changed."""
    row = get_object_or_404(Review, pk=pk)
    match = request.resolver_match
    action = str(match.url_name) if match else "review"
    _seen(request, [row], action=action)
    try:
        messages.success(request, act(row))
    except NotAllowed as refused:
        messages.error(request, str(refused.words))
        return redirect("admin:review", pk)
    return redirect("admin:review", pk) if back else redirect("admin:reviews")
