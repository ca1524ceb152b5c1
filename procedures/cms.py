"""What doctors see at /cms/ beside Wagtail's own screens: my pages, signing, versions, remarks."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin.ui.components import Component
from wagtail.models import Page

from practice import clock
from practice.models import PersonPage, PlainPage, Practice, Practitioner, PublishedVersion
from procedures import signing, versions, wording
from procedures.models import Condition, Procedure, Topic
from procedures.publication import missing_for_publication

MOST_REMARKS = 400  # fields that one form may ask about
LONGEST_FORM = 512 * 1024  # bytes

# --- my pages ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One page as its editor meets it. `tone`: good, wait, late or none."""

    page: Page
    title: str
    states: list[tuple[str, str]]  # tone and words
    change: str
    sign: str = ""
    sign_again: str = ""
    versions: str = ""
    is_mine: bool = False
    order: int = 9


class MyPages(Component):  # type: ignore[misc]
    order = 10
    template_name = "cms/my_pages.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None) -> dict[str, Any]:
        request = cast(Mapping[str, Any], parent_context)["request"]
        one = signing.physician(request.user)
        rows = topic_rows(one)
        return {
            "physician": one,
            "mine": [row for row in rows if row.is_mine],
            "others": [row for row in rows if not row.is_mine],
            "plain": plain_rows(),
        }


def topic_rows(one: Practitioner | None) -> list[Row]:
    topics: list[Topic] = [
        *Procedure.objects.select_related("latest_revision", "author", "reviewed_by"),
        *Condition.objects.select_related("latest_revision", "author", "reviewed_by"),
    ]
    standings = signing.standings(topics)
    rows = [topic_row(topic, standings[topic.pk], one) for topic in topics]
    return sorted(rows, key=lambda row: (row.order, row.title))


def topic_row(topic: Topic, standing: signing.Standing, one: Practitioner | None) -> Row:
    address = reverse("sign_topic", args=[topic.pk])
    has_draft = not topic.live or topic.has_unpublished_changes
    states: list[tuple[str, str]] = []
    order = 5
    if has_draft:
        newest = topic.get_latest_revision_as_object()
        if missing := missing_for_publication(cast(Topic, newest)):
            lacks = ", ".join(_(what) for what in missing)
            states.append(("wait", _("A draft that still lacks: %(what)s") % {"what": lacks}))
        else:
            states.append(("wait", _("A draft waits for a signature")))
        order = 2
    if standing.is_overdue and standing.next_review:
        states.append(
            ("late", _("Review overdue since %(day)s") % {"day": day(standing.next_review)})
        )
        order = 0
    if standing.live and not standing.is_signed:
        states.append(("late", _("Public, not yet reviewed")))
        order = min(order, 1)
    if standing.signature and not standing.is_overdue:
        signed = {
            "name": standing.signature.signer,
            "day": day(topic.reviewed),
            "next": day(standing.next_review),
        }
        states.append(("good", _("Signed by %(name)s on %(day)s. Next review: %(next)s.") % signed))
    if standing.corrections:
        count = len(standing.corrections)
        states.append(
            ("wait", _("%(count)s small corrections since it was signed") % {"count": count})
        )
        order = min(order, 3)
    if not topic.live:
        states.append(("none", _("Not public")))
    again = f"{address}?revision={topic.live_revision_id}" if standing.release else ""
    people = {topic.author_id, topic.reviewed_by_id} - {None}
    return Row(
        page=topic,
        title=topic.name or topic.title,
        states=states,
        change=reverse("wagtailadmin_pages:edit", args=[topic.pk]),
        sign=address if has_draft else ("" if standing.is_signed else again),
        sign_again=again if one and standing.is_signed else "",
        versions=reverse("page_versions", args=[topic.pk]),
        is_mine=one is not None and (not people or one.pk in people),
        order=order,
    )


def plain_rows() -> list[Row]:
    pages: list[Page] = [
        *PersonPage.objects.order_by("title"),
        *PlainPage.objects.order_by("title"),
    ]
    rows = []
    for page in pages:
        states = [("good", _("Public")) if page.live else ("none", _("Not public"))]
        if page.live and page.has_unpublished_changes:
            states.append(("wait", _("Somebody wrote a newer draft")))
        rows.append(
            Row(
                page=page,
                title=page.title,
                states=states,
                change=reverse("wagtailadmin_pages:edit", args=[page.pk]),
                versions=reverse("page_versions", args=[page.pk]),
            )
        )
    return rows


# --- signing -------------------------------------------------------------------------------------


class SignForm(forms.Form):
    next_review = forms.DateField(
        label=gettext_lazy("Look at it again by"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("After that day the page says it is overdue. Three years at most."),
    )
    go_live_on = forms.DateField(
        label=gettext_lazy("Publish on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Empty: at once. Else early that day."),
    )
    read = forms.BooleanField(
        label=gettext_lazy("I have read this version. What it says is right."),
        error_messages={"required": gettext_lazy("Please read the page, then tick this box.")},
    )

    def clean_next_review(self) -> dt.date:
        day: dt.date = self.cleaned_data["next_review"]
        if not signing.today() < day <= signing.today() + signing.LATEST_REVIEW:
            raise forms.ValidationError(_("Choose a day in the next three years."))
        return day

    def clean_go_live_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["go_live_on"]
        if day is not None and day <= signing.today():
            raise forms.ValidationError(_("Choose a day to come, or leave it empty."))
        return day


def editable(request: HttpRequest, pk: int) -> Topic:
    topic = get_object_or_404(Page, pk=pk).specific
    if not isinstance(topic, Topic):
        raise Http404
    if not topic.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    return topic


@require_http_methods(["GET", "HEAD", "POST"])
def sign_topic(request: HttpRequest, pk: int) -> HttpResponse:
    """cms/sign.html. POST `revision` (the one that was read) and `action`: sign or correct."""
    topic = editable(request, pk)
    if topic.latest_revision_id is None:
        topic.save_revision(user=request.user, clean=False)
        topic.refresh_from_db()
    one = signing.physician(request.user)
    seen = whole(request.POST.get("revision") or request.GET.get("revision"))
    seen = seen or topic.latest_revision_id
    again = topic.live and seen == topic.live_revision_id
    if not again and seen != topic.latest_revision_id:
        user = cast(User, request.user)
        if request.method == "POST" and signing.is_done(topic, seen_revision=seen, user=user):
            messages.success(request, _("It is done already. Thank you."))
            return redirect("wagtailadmin_home")
        messages.warning(request, _("Somebody has changed this page. Please read the new version."))
        return redirect("sign_topic", pk)
    initial = {"next_review": signing.today() + signing.REVIEW_AFTER}
    form = SignForm(request.POST or None, initial=initial)
    if request.method == "POST" and (done := act(request, topic, seen, one, form)):
        return done
    return render(request, "cms/sign.html", sign_context(request, topic, seen, one, form))


def act(
    request: HttpRequest, topic: Topic, seen: int, one: Practitioner | None, form: SignForm
) -> HttpResponse | None:
    """Sign or correct; None when the person has to look at the page again."""
    try:
        if request.POST.get("action") == "correct":
            signing.correct(
                topic, seen_revision=seen, user=cast(User, request.user), now=clock.now()
            )
            messages.success(request, _("The correction is public. The physician will see it."))
            return redirect("wagtailadmin_home")
        if one is None:
            raise PermissionDenied
        if not form.is_valid():
            return None
        later = form.cleaned_data["go_live_on"]
        signing.sign(
            topic,
            seen_revision=seen,
            by=one,
            next_review=form.cleaned_data["next_review"],
            now=clock.now(),
            go_live_at=morning_of(later) if later else None,
        )
    except signing.SomebodyChangedIt:
        messages.warning(request, _("Somebody has changed this page. Please read the new version."))
        return redirect("sign_topic", topic.pk)
    except signing.OwnText as refusal:
        names = ", ".join(refusal.reasons)
        messages.error(
            request, _("You wrote this yourself. Ask %(names)s to sign.") % {"names": names}
        )
        return None
    except signing.Incomplete:
        messages.error(request, _("This page cannot be published yet."))
        return None
    except signing.NotACorrection:
        messages.error(request, _("This is more than a correction. A physician has to sign."))
        return None
    if later:
        messages.success(request, _("Signed. It goes public on %(day)s.") % {"day": day(later)})
    else:
        messages.success(request, _("Signed and published. Thank you."))
    return redirect("wagtailadmin_home")


def sign_context(
    request: HttpRequest, topic: Topic, seen: int, one: Practitioner | None, form: SignForm
) -> dict[str, Any]:
    revision = topic.revisions.get(pk=seen)
    newest = cast(Topic, revision.as_object())
    standing = signing.standing(topic)
    again = topic.live and seen == topic.live_revision_id
    rests_on, reasons = (None, []) if again else signing.compared(topic)
    others = signing.others_who_sign(one) if one and signing.is_own_text(topic, one) else []
    compare_to = topic.live_revision_id
    return {
        "topic": topic,
        "revision": revision,
        "again": again,
        "form": form,
        "physician": one,
        "standing": standing,
        "must_sign": others,
        "is_own": bool(one and signing.is_own_text(topic, one)),
        "missing": [_(what) for what in missing_for_publication(newest)],
        "remarks": list(remarks_on(newest).items()),
        "is_correction": rests_on is not None and not reasons,
        "not_a_correction": reasons,
        "read": reverse("read_revision", args=[topic.pk, seen]),
        "compare": (
            reverse("wagtailadmin_pages:revisions_compare", args=[topic.pk, compare_to, seen])
            if compare_to and not again
            else ""
        ),
    }


@require_GET
def read_revision(request: HttpRequest, pk: int, revision: int) -> HttpResponseBase:
    """One version as patients will see it; with `?print` as it comes out of a printer."""
    topic = editable(request, pk)
    page = get_object_or_404(topic.revisions, pk=revision).as_object()
    mode = "print" if "print" in request.GET else ""
    return cast(HttpResponseBase, page.make_preview_request(request, mode))


@require_GET
def print_css(request: HttpRequest) -> HttpResponse:
    """The site's style sheet as a printer takes it, for a screen."""
    css = (Path(settings.BASE_DIR) / "static" / "css" / "site.css").read_text("utf-8")
    css = css.replace("@media print", "@media all")
    css = css.replace("(prefers-color-scheme:dark)", "(max-width:0)")
    return HttpResponse(css, content_type="text/css; charset=utf-8")


# --- versions ------------------------------------------------------------------------------------


@require_GET
def page_versions(request: HttpRequest, pk: int) -> HttpResponse:
    page = readable(request, pk)
    found = versions.of(pk)
    return render(request, "cms/versions.html", {"page": page, "versions": found})


@require_GET
def page_version(request: HttpRequest, pk: int, version: int) -> HttpResponse:
    page = readable(request, pk)
    row = get_object_or_404(PublishedVersion, pk=version, page_id=pk)
    later = PublishedVersion.objects.filter(page_id=pk, at__gt=row.at).order_by("at").first()
    return render(request, "cms/version.html", {"page": page, "version": row, "later": later})


@require_GET
def read_version(request: HttpRequest, pk: int, version: int) -> HttpResponseBase:
    readable(request, pk)
    row = get_object_or_404(PublishedVersion, pk=version, page_id=pk)
    shown: Any = versions.as_page(row)
    return cast(
        HttpResponseBase,
        shown.make_preview_request(request, "", extra_request_attrs={"is_version": True}),
    )


def readable(request: HttpRequest, pk: int) -> Page:
    page = get_object_or_404(Page, pk=pk).specific
    if not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    return cast(Page, page)


# --- remarks while writing -----------------------------------------------------------------------


@require_POST
def remarks(request: HttpRequest) -> HttpResponse:
    """JSON in: {"fields": {name: text}}; JSON out: {"remarks": {name: [sentences]}}."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_FORM:
        return JsonResponse({"remarks": {}}, status=413)
    try:
        fields = json.loads(request.body)["fields"]
        texts = {str(name): str(text) for name, text in list(fields.items())[:MOST_REMARKS]}
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"remarks": {}}, status=400)
    return JsonResponse({"remarks": wording.remarks(texts, wording.people())})


def remarks_on(topic: Topic) -> dict[str, list[str]]:
    """By what the field is called for people."""
    texts = {"title": topic.title, "summary": topic.summary, "lead": topic.lead}
    names = {"title": _("Title"), "summary": _("Summary"), "lead": _("Opening paragraph")}
    for number, section in enumerate(topic.sections.all()):
        for part in ("body", "after"):
            texts[f"sections-{number}-{part}"] = getattr(section, part)
            names[f"sections-{number}-{part}"] = section.title
    for number, question in enumerate(topic.questions.all()):
        texts[f"questions-{number}-answer"] = question.answer
        names[f"questions-{number}-answer"] = question.question
    texts["duration"] = getattr(topic, "duration", "")
    texts["treatment_window_weeks"] = str(getattr(topic, "treatment_window_weeks", None) or "")
    texts["treatment_window_source"] = getattr(topic, "treatment_window_source", "")
    names["treatment_window_source"] = _("Works best within: by which source")
    found: dict[str, list[str]] = {}
    for name, said in wording.remarks(texts, wording.people()).items():
        found.setdefault(str(names.get(name, name)), []).extend(said)
    return found


def whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def day(date: dt.date | None) -> str:
    return date_format(date, "F j, Y") if date else ""


def morning_of(day: dt.date) -> dt.datetime:
    """Half past midnight at the practice: no clock change moves it to another day."""
    return dt.datetime.combine(day, dt.time(0, 30), Practice.objects.current().zone)
