from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from practice import clock
from reviews import limited
from reviews.forms import ReportForm
from reviews.models import Report, Review, ReviewRules
from reviews.reading import shown
from reviews.views.tab import problems_of


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, review: int) -> HttpResponse:
    """A reader says that something is wrong. The review stays up until people have decided."""
    now = clock.now()
    rows = Review.objects.filter(status=Review.Status.PUBLISHED)
    if not ReviewRules.objects.current().shown:
        rows = rows.none()
    reported = get_object_or_404(rows, pk=review)
    form = ReportForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_a_trap:
        return render(request, "reviews/reported.html")
    if not form.is_valid():
        return render(
            request,
            "reviews/report.html",
            {
                "form": form,
                "one": shown([reported])[0],
                "review": reported,
                "problems": problems_of(form) if form.is_bound else [],
            },
            status=400 if form.is_bound else 200,
        )
    if not limited.may_report(request, now=now):
        return limited.page(request)
    Report.objects.create(
        review=reported,
        reason=form.cleaned_data["reason"],
        words=form.cleaned_data["words"],
        at=now,
    )
    return render(request, "reviews/reported.html")
