"""What would be dangerous in front of real patients stops a live site from starting."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import ERROR, CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connections

from correspondence.checks import mail_leaves_safely

LEAST_KEY = 50  # characters
# One host and nothing after it. Django would read `*` and a leading dot as "any host".
LIVE_ADDRESS = re.compile(r"https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]+)?", re.IGNORECASE)


@register(Tags.security)
def live_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if settings.DEMO:
        return []
    faults: list[CheckMessage] = []

    def fault(number: int, sentence: str, hint: str) -> None:
        faults.append(Error(sentence, hint=hint, id=f"clinic_site.E{number:03}"))

    for number, name in enumerate(("SECRET_KEY", "LINK_KEY"), start=1):
        value = str(getattr(settings, name, "") or "")
        if len(value) < LEAST_KEY or len(set(value)) < 10 or _looks_like_a_sample(value):
            fault(
                number,
                f"{name} is missing, too short or a sample.",
                f"Set {name} (or {name}_FILE) to what this prints: "
                "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'",
            )
    if settings.SECRET_KEY == settings.LINK_KEY:
        fault(3, "SECRET_KEY and LINK_KEY are the same.", "Make a key of its own for each.")
    if not LIVE_ADDRESS.fullmatch(settings.CLINIC_URL):
        fault(
            4,
            f"CLINIC_URL is {settings.CLINIC_URL}.",
            "Set CLINIC_URL to the https:// address that patients use.",
        )
    if settings.DEBUG:
        fault(5, "DEBUG is on.", "Take DEBUG out of the environment.")
    if settings.CLINIC_NOW:
        fault(6, "CLINIC_NOW is set: the clock is not the real one.", "Unset CLINIC_NOW.")
    if "DEMO_PASSWORD" in _environment():
        fault(7, "DEMO_PASSWORD is set.", "Unset DEMO_PASSWORD: a live site has no demo accounts.")
    return faults


@register(Tags.security)
def editors_address(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    if settings.DEMO or not settings.CMS_HOST:
        return []
    if LIVE_ADDRESS.fullmatch(settings.CLINIC_CMS_URL):
        return []
    return [
        Error(
            f"CLINIC_CMS_URL is {settings.CLINIC_CMS_URL}.",
            hint="Set CLINIC_CMS_URL to the https:// address of the editor, or unset it.",
            id="clinic_site.E009",
        )
    ]


@register(Tags.database)
def demo_accounts(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    if settings.DEMO or not databases:
        return []
    from django.contrib.auth import get_user_model

    from clinic_site.sign_in import DEMO_DOMAIN

    try:
        names = list(
            get_user_model()
            .objects.filter(email__iendswith=DEMO_DOMAIN, is_active=True)
            .values_list("email", flat=True)
        )
    except DatabaseError:
        connections["default"].close()
        return [Warning("The accounts could not be read.", id="clinic_site.W001")]
    if not names:
        return []
    return [
        Error(
            f"Demo accounts are on this site: {', '.join(sorted(names))}.",
            hint="Delete them: `python3 run.py manage make_demo --remove`.",
            id="clinic_site.E008",
        )
    ]


def refuse_to_start() -> None:
    """Called when the site's processes start; raises ImproperlyConfigured with every fault."""
    from django.core.exceptions import ImproperlyConfigured

    faults = live_settings(None) + editors_address() + mail_leaves_safely()
    if not settings.DEMO:
        faults += [fault for fault in demo_accounts(None, ["default"]) if fault.level >= ERROR]
    if faults:
        raise ImproperlyConfigured(
            "This site does not start in live mode: "
            + " ".join(f"{fault.msg} {fault.hint}" for fault in faults)
        )


def _looks_like_a_sample(value: str) -> bool:
    lowered = value.lower()
    return any(word in lowered for word in ("insecure", "change", "example", "secret", "sample"))


def _environment() -> dict[str, str]:
    import os

    return dict(os.environ)
