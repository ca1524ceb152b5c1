"""What every answer tells the browser: where things may come from, and what may be kept.

Imported by the settings, so nothing here reads them.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

SELF, NONE, INLINE = "'self'", "'none'", "'unsafe-inline'"

# Patients' pages and /admin/: no inline script, no inline style, no other host.
PUBLIC_POLICY: dict[str, list[str] | bool] = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],  # the compiled CSS carries its arrows and ticks as data
    "font-src": [SELF],
    "connect-src": [SELF],
    "manifest-src": [SELF],
    "form-action": [SELF],
    "frame-src": [NONE],
    "frame-ancestors": [NONE],
    "object-src": [NONE],
    "base-uri": [NONE],
}

# Wagtail's editor writes inline script and style, and shows pages in frames of its own. Only
# people who edit pages come here, and no patient's words are shown here.
EDITOR_POLICY: dict[str, list[str] | bool] = PUBLIC_POLICY | {
    "script-src": [SELF, INLINE],
    "style-src": [SELF, INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "media-src": [SELF],
    "frame-src": [SELF],
    "frame-ancestors": [SELF],
    "worker-src": [SELF, "blob:"],
}

_OFF = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
PERMISSIONS: dict[str, list[str] | str] = {
    **{name: [] for name in _OFF},
    "publickey-credentials-get": "self",  # passkeys of the staff
    "publickey-credentials-create": "self",
}

STAFF = ("/admin/", "/cms/", "/accounts/")
PERSONAL = (
    *(*STAFF, "/appointments/", "/a/", "/es/appointments/", "/es/a/"),
    *("/reviews/new/", "/r/", "/es/reviews/new/", "/es/r/"),
)
# The one address among them that says nothing of anybody.
FREE_TIMES = ("/appointments/slots.json", "/es/appointments/slots.json")
METHODS = ("GET", "HEAD", "POST", "OPTIONS")


def upgrade(*, https: bool) -> dict[str, list[str] | bool]:
    return {"upgrade-insecure-requests": True} if https else {}


class SecurityHeaders:
    """Refuses unused methods, keeps personal answers out of every cache, narrows the referrer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        personal = request.path.startswith(PERSONAL) and request.path not in FREE_TIMES
        if personal or response.cookies or response.status_code >= 400:
            response.headers["Cache-Control"] = "private, no-store"
        if personal:
            # Not "no-referrer": browsers then send "Origin: null" with forms, and Django refuses.
            response.headers["Referrer-Policy"] = "same-origin"
        return response


class EditorPolicy:
    """The wider policy, under /cms/ alone. Stands inside CSPMiddleware, which writes the header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.path.startswith("/cms/"):
            policy = EDITOR_POLICY
            if "Content-Security-Policy" in response.headers:
                # A preview: Wagtail sent a public address through all of this a second time.
                del response.headers["Content-Security-Policy"]
                policy = {"frame-ancestors": [SELF]}
            response._csp_replace = policy  # type: ignore[attr-defined]
        return response
