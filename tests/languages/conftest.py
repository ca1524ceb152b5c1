from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from clinic_site.bundle import importing, reading
from tests.samples import SAMPLE_BUNDLE


@pytest.fixture(scope="module")
def imported(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The sample practice in both languages, once for a whole module."""
    with django_db_blocker.unblock(), transaction.atomic():
        report = importing.import_bundle(reading.read(SAMPLE_BUNDLE))
        assert report.faults == []
        yield
        transaction.set_rollback(True)


@pytest.fixture
def sample(imported: None, db: None) -> None:
    """A site with the sample practice; what a test changes is undone after it."""
