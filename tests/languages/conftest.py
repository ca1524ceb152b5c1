from __future__ import annotations

import pytest

from clinic_site.bundle import importing, reading
from tests.samples import SAMPLE_BUNDLE


@pytest.fixture
def sample(db: None) -> None:
    """A site with the sample practice, in both languages."""
    report = importing.import_bundle(reading.read(SAMPLE_BUNDLE))
    assert report.faults == []
