"""A kept page says only what is so on the practice's day."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clinic_site import freshness
from clinic_site.rendered import Rendered
from practice.models import BoardCertification
from tests.clinic_site.conftest import Visitor
from tests.content import a_page_about, a_physician, the_practice

pytestmark = pytest.mark.django_db


def test_board_certified_is_gone_from_a_kept_page_when_its_day_has_passed(
    rendered: Rendered, visitor: Visitor, clock: Any
) -> None:
    zone = ZoneInfo(the_practice(time_zone="America/Chicago").time_zone)
    ana = a_physician()
    BoardCertification.objects.create(
        practitioner=ana, board="The Board", specialty="Spine", expires=dt.date(2026, 12, 31)
    )
    a_page_about(ana)
    last = dt.datetime(2026, 12, 31, 23, 59, tzinfo=zone)
    clock.at(last)
    freshness.look(rendered)
    assert "Board certified" in visitor.get("/team/ana-ortega/").text
    clock.at(last + dt.timedelta(minutes=2))
    freshness.look(rendered)
    assert "Board certified" not in visitor.get("/team/ana-ortega/").text
