"""Triggers that refuse to change or empty a table, also for the role that owns it."""

from __future__ import annotations

import pgtrigger
from django.db import models


class RefuseTruncate(pgtrigger.Trigger):
    """No TRUNCATE, unless the session says `clinic.may_truncate = on`: on purpose, by the owner."""

    when = pgtrigger.Before
    level = pgtrigger.Statement
    operation = pgtrigger.Truncate
    declare = None

    def get_func(self, model: models.Model) -> str:
        return (
            "IF current_setting('clinic.may_truncate', true) = 'on' THEN RETURN NULL; END IF; "
            "RAISE EXCEPTION 'rows are only ever added to %', TG_TABLE_NAME;"
        )


def append_only_triggers() -> tuple[pgtrigger.Trigger, ...]:
    """For a model's `Meta.triggers`. The application's role lacks these rights as well
    (clinic_site/roles.py); the triggers keep the owner from doing it by accident."""
    return (
        pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        RefuseTruncate(name="no_truncate"),
    )
