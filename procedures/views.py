from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from practice.public import public_page
from procedures.search import LONGEST
from procedures.search import search as find


@require_safe
@public_page("q")
def search(request: HttpRequest) -> HttpResponse:
    """procedures/search.html: `q` (what was asked, trimmed), `hits` (each .kind procedure,
    condition, person or page; .title .url .summary), `longest` (for maxlength)."""
    q = request.GET.get("q", "").strip()[:LONGEST]
    hits = find(q)
    return render(request, "procedures/search.html", {"q": q, "hits": hits, "longest": LONGEST})
