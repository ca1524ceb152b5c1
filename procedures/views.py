from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from practice import languages
from practice.public import public_page
from procedures.search import LONGEST
from procedures.search import search as find


@require_safe
@public_page("q")
def search(request: HttpRequest) -> HttpResponse:
    """procedures/search.html: `q` (what was asked, trimmed), `hits` (each .kind procedure,
    condition, person or page; .title .url .summary .answers (.question .url)), `longest` (for
    maxlength), `english` (the same question to the English pages; empty where we speak it)."""
    q = request.GET.get("q", "").strip()[:LONGEST]
    is_original = languages.current() == languages.ORIGINAL
    english = "" if is_original else f"{languages.split(request.path)[1]}?{urlencode({'q': q})}"
    return render(
        request,
        "procedures/search.html",
        {"q": q, "hits": find(q), "longest": LONGEST, "english": english},
    )
