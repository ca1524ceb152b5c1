"""Two records of one person, side by side, and which value of each stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appointments import access, booking, patients, wording
from appointments.desk.pages import here_now, needs, page
from appointments.models import Appointment, Patient
from practice.roles import May


@dataclass(frozen=True)
class Pair:
    """One value that the two records say differently (or alike)."""

    name: str
    label: str
    left: str
    right: str
    picked: str

    @property
    def differs(self) -> bool:
        return self.left != self.right


@needs(May.SEE_EVERY_CALENDAR)
@needs(May.ANSWER_REQUESTS)
@require_http_methods(["GET", "POST"])
def merge_people(request: HttpRequest, patient: int, other: int) -> HttpResponse:
    """Side by side; for each value that differs, which one stays. `patient` is kept."""
    here = here_now()
    found = access.patients_for_staff(
        request,
        Patient.objects.filter(pk__in=(patient, other)),
        action="merge_people",
        now=here.now,
        permission=May.ANSWER_REQUESTS,
    )
    both = {one.pk: one for one in found}
    if len(both) < 2 or any(one.merged_into_id for one in found):
        messages.info(request, _("These records are one already, or one of them is not there."))
        kept = both.get(patient) or both.get(other)
        return (
            redirect("admin:person", patients.living(kept).pk) if kept else redirect("admin:people")
        )
    keep, drop = both[patient], both[other]
    said, missing = _chosen(keep, drop, request.POST)
    problem = ""
    doubts = patients.Doubts(keep, drop)
    if request.method == "POST":
        try:
            seen = (int(request.POST.get("seen", "0")), int(request.POST.get("seen_other", "0")))
        except ValueError:
            seen = (0, 0)
        if missing:
            problem = _("Choose one value in each line.")
        else:
            try:
                patients.merge(
                    keep,
                    drop,
                    said=said,
                    seen=seen,
                    by=cast(User, request.user),
                    now=here.now,
                    asked="asked" in request.POST,
                )
            except patients.AskFirst:
                problem = _("They may be two people. Ask, and tick that you have asked.")
            except patients.ChangedMeanwhile:
                problem = _("One of them has changed meanwhile. Nothing was merged: look again.")
            except patients.ChartNumberTaken as taken:
                problem = chart_taken(taken.patient, but=keep)
            except booking.Busy:
                problem = _("The records are busy. Nothing was merged; please try again.")
            else:
                messages.success(request, _("Merged. All visits are on this page now."))
                return redirect("admin:person", keep.pk)
    pairs = _pairs(keep, drop, request.POST)
    visits = {
        one.pk: [
            here.row(visit)
            for visit in Appointment.objects.filter(patient=one)
            .with_people()
            .order_by("-starts_at", "pk")[:10]
        ]
        for one in (keep, drop)
    }
    return page(
        request,
        "merge_people",
        here=here,
        keep=keep,
        drop=drop,
        differing=[pair for pair in pairs if pair.differs],
        alike=[pair for pair in pairs if not pair.differs and pair.left],
        keep_visits=visits[keep.pk],
        drop_visits=visits[drop.pk],
        crossing=[(here.row(one), here.row(two)) for one, two in doubts.crossing],
        doubts=doubts,
        asked="asked" in request.POST,
        seen=patients.version_of(keep),
        seen_other=patients.version_of(drop),
        problem=problem,
        status=400 if problem else 200,
    )


def _chosen(keep: Patient, drop: Patient, typed: Any) -> tuple[dict[str, Any], list[str]]:
    """The value of each field that differs, and which of them nobody chose."""
    said, missing = {}, []
    for name in patients.FIELDS:
        here, there = getattr(keep, name), getattr(drop, name)
        if here == there:
            continue
        match typed.get(name, ""):
            case "keep":
                said[name] = here
            case "drop":
                said[name] = there
            case _:
                missing.append(name)
    if said.get("contact_by", keep.contact_by) == "email" and not said.get("email", keep.email):
        said["email"] = keep.email or drop.email  # who is written to has an address
    return said, missing


def _pairs(keep: Patient, drop: Patient, typed: Any) -> list[Pair]:
    """What is picked before anybody chose: what the kept record says, where it says anything."""
    found = []
    for name in patients.FIELDS:
        left, right = shown(keep, name), shown(drop, name)
        picked = typed.get(name) or ("drop" if right and not getattr(keep, name) else "keep")
        label = str(Patient._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        found.append(Pair(name, label, left, right, picked))
    return found


def shown(patient: Patient, name: str) -> str:
    value = getattr(patient, name)
    if name == "birth_date":
        return f"{value:%B} {value.day}, {value.year}"
    if name == "phone":
        return wording.phone(str(value))
    if name == "preferred_language":
        return language_of(patient)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    display = getattr(patient, f"get_{name}_display", None)
    return str(display() if display else value)


def chart_taken(other: Patient, *, but: Patient) -> str:
    if other.pk == but.pk:
        return _("Somebody else was given this chart number at this moment. Check it.")
    return _("%(name)s, born %(day)s, has this chart number. Check it, or merge the two.") % {
        "name": other,
        "day": shown(other, "birth_date"),
    }


def language_of(patient: Patient) -> str:
    try:
        return str(get_language_info(patient.preferred_language)["name_translated"])
    except KeyError:
        return patient.preferred_language
