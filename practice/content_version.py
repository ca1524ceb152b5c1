"""One number that every change to public content raises, in the transaction of the change.

A rendered copy of a page is right as long as the number it was made under is the current one.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

from practice.models import ContentVersion

FUNCTION = """
CREATE OR REPLACE FUNCTION raise_content_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO practice_contentversion AS v (id, version) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET version = v.version + 1;
    RETURN NULL;
END $$
"""


def current() -> int:
    """The number now; 0 on a site where nothing was ever written."""
    return ContentVersion.objects.values_list("version", flat=True).first() or 0


def watch(*tables: str) -> migrations.RunSQL:
    """For a migration: from here on a change to one of `tables` raises the number."""
    forwards: list[Any] = [
        f'CREATE TRIGGER raise_content_version AFTER INSERT OR UPDATE OR DELETE ON "{table}" '
        "FOR EACH STATEMENT EXECUTE FUNCTION raise_content_version()"
        for table in tables
    ]
    backwards: list[Any] = [
        f'DROP TRIGGER IF EXISTS raise_content_version ON "{table}"' for table in tables
    ]
    return migrations.RunSQL(forwards, backwards)
