"""What staff may do, named once, and who may do it.

A view asks `request.user.has_perm(May.SEE_DESK)`; nothing else decides by role or group.
`clinic_site/roles.py` writes groups and permissions into the database after each migration.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:  # exists in the types only
    from django.utils.functional import _StrPromise


class May(StrEnum):
    SEE_DESK = "appointments.see_desk"
    SEE_EVERY_CALENDAR = "appointments.see_every_calendar"
    ANSWER_REQUESTS = "appointments.answer_requests"
    READ_REASONS = "appointments.read_reasons"
    READ_NOTES = "appointments.read_notes"
    SEE_REPORTS = "appointments.see_reports"
    SET_SCHEDULES = "appointments.set_schedules"
    CHANGE_ANYTHING = "practice.change_anything"  # without it every form is refused at the door
    MANAGE_STAFF = "practice.manage_staff"
    READ_ACCESS_LOG = "practice.view_accesslog"
    LINK_ACCOUNTS = "practice.link_accounts"
    EDIT_PAGES = "wagtailadmin.access_admin"
    PUBLISH_PAGES = "practice.publish_pages"  # never a condition or procedure: see SIGN_TOPICS
    SIGN_TOPICS = "procedures.sign_topics"
    MODERATE_REVIEWS = "reviews.moderate_reviews"
    RUN_REVIEWS = "reviews.run_reviews"


class Role(StrEnum):
    MANAGER = "Manager"
    FRONT_DESK = "Front desk"
    DOCTOR = "Doctor"
    ASSISTANT = "Assistant"
    EDITOR = "Editor"
    AUDITOR = "Auditor"


WORDS: dict[May, _StrPromise] = {
    May.SEE_DESK: _("See the desk's screens"),
    May.SEE_EVERY_CALENDAR: _("See everybody's appointments, not only one's own"),
    May.ANSWER_REQUESTS: _("Confirm or refuse a request"),
    May.READ_REASONS: _("Read what a patient wrote about the complaint"),
    May.READ_NOTES: _("Read what is written beside a visit: needs, notes, why it was cancelled"),
    May.SEE_REPORTS: _("See the reports"),
    May.CHANGE_ANYTHING: _("Change anything at all; without it, only read"),
    May.SET_SCHEDULES: _("Change visit types and working hours"),
    May.MANAGE_STAFF: _("Invite staff, give roles, close accounts"),
    May.LINK_ACCOUNTS: _("Say whose account is whose"),
    May.PUBLISH_PAGES: _("Publish pages, except conditions and procedures"),
    May.SIGN_TOPICS: _("Sign conditions and procedures, as a physician"),
    May.MODERATE_REVIEWS: _("Publish, refuse and answer reviews"),
    May.RUN_REVIEWS: _("Set the rules of reviews and hide them all"),
}

# Managers run the house and do not treat anybody; the desk needs to know when and whom to call,
# not what hurts. Doctors and assistants see their own calendar.
ROLES: dict[Role, frozenset[May]] = {
    Role.MANAGER: frozenset(
        {
            May.SEE_DESK,
            May.SEE_EVERY_CALENDAR,
            May.ANSWER_REQUESTS,
            May.READ_NOTES,
            May.SEE_REPORTS,
            May.CHANGE_ANYTHING,
            May.SET_SCHEDULES,
            May.MANAGE_STAFF,
            May.READ_ACCESS_LOG,
            May.LINK_ACCOUNTS,
            May.EDIT_PAGES,
            May.PUBLISH_PAGES,
            May.MODERATE_REVIEWS,
            May.RUN_REVIEWS,
        }
    ),
    # Doctors and assistants are whom reviews are about, so they decide none.
    Role.FRONT_DESK: frozenset(
        {
            May.SEE_DESK,
            May.SEE_EVERY_CALENDAR,
            May.ANSWER_REQUESTS,
            May.READ_NOTES,
            May.CHANGE_ANYTHING,
            May.MODERATE_REVIEWS,
        }
    ),
    Role.DOCTOR: frozenset(
        {
            May.SEE_DESK,
            May.ANSWER_REQUESTS,
            May.READ_REASONS,
            May.READ_NOTES,
            May.CHANGE_ANYTHING,
            May.EDIT_PAGES,
            May.PUBLISH_PAGES,
            May.SIGN_TOPICS,
        }
    ),
    Role.ASSISTANT: frozenset(
        {
            May.SEE_DESK,
            May.ANSWER_REQUESTS,
            May.READ_REASONS,
            May.READ_NOTES,
            May.CHANGE_ANYTHING,
        }
    ),
    Role.EDITOR: frozenset({May.EDIT_PAGES, May.CHANGE_ANYTHING}),
    # Who checks that the house keeps its rules sees who came when and who looked at it, changes
    # nothing, and needs no word that anybody wrote.
    Role.AUDITOR: frozenset(
        {May.SEE_DESK, May.SEE_EVERY_CALENDAR, May.SEE_REPORTS, May.READ_ACCESS_LOG}
    ),
}
