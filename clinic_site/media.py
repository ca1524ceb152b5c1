"""Pictures as files, where no nginx serves them; deploy/nginx.conf says the same."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from django.views.static import serve

# Said by us, whatever the file holds. Every change of a picture gives it another name.
TYPES = {
    ".avif": "image/avif",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}
HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Disposition": "inline",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def made_on_request(request: HttpRequest, pk: int, spec: str) -> HttpResponseBase:
    """Wagtail would scale a picture here; ours are scaled by the worker alone."""
    raise Http404


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponseBase:
    content_type = TYPES.get(PurePosixPath(name).suffix)
    if content_type is None:
        raise Http404
    response = serve(request, name, document_root=str(settings.MEDIA_ROOT / "images"))
    response["Content-Type"] = content_type
    for header, value in HEADERS.items():
        response[header] = value
    return response
