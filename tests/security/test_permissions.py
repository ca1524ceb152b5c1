"""Which role opens which screen of /admin/: one line for each. A new screen needs a line here."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client

from appointments import booking
from appointments.models import Inquiry, VideoRoom
from correspondence.models import Agreement, MessageRules
from practice.models import AccessLog
from practice.roles import ROLES, May, Role
from tests import people
from tests.content import a_review
from tests.security.test_door import ADDRESSES
from tests.staff import a_member, signed_in

NOBODY: frozenset[Role] = frozenset()
DESK = frozenset({Role.MANAGER, Role.FRONT_DESK, Role.DOCTOR, Role.ASSISTANT})
READERS = DESK | {Role.AUDITOR}  # sees the desk; the auditor sees it and can do nothing there
MANAGER = frozenset({Role.MANAGER})
LOG_READERS = MANAGER | {Role.AUDITOR}
MODERATORS = frozenset({Role.MANAGER, Role.FRONT_DESK})
EVERYBODY = frozenset(Role)

# Seen with GET. The screens of one patient are tried with a visit on the person's own calendar.
SCREENS: dict[str, frozenset[Role]] = {
    "admin:index": READERS,
    "admin:news": READERS,
    "admin:appointments": READERS,
    "admin:appointment": READERS,
    "admin:refuse": DESK,
    "admin:call": DESK,
    "admin:offer": DESK,
    "admin:new_link": DESK,
    "admin:cancel": DESK,
    "admin:today": READERS,
    "admin:calendar": READERS,
    "admin:move": MODERATORS,
    "admin:day_sheet": DESK,
    "admin:my_visits": frozenset({Role.DOCTOR, Role.ASSISTANT}),
    "admin:warning_signs": READERS,
    "admin:sent": MODERATORS | {Role.AUDITOR},
    "admin:wordings": MANAGER,
    "admin:wording": MANAGER,
    "admin:inquiries": MODERATORS | {Role.AUDITOR},
    "admin:inquiry": MODERATORS | {Role.AUDITOR},
    **{
        f"admin:correspondence_{model}_{view}": MANAGER
        for model in ("agreement", "messagerules")
        for view in ("changelist", "history", "change")
    },
    "admin:correspondence_agreement_add": MANAGER,
    "admin:correspondence_messagerules_add": NOBODY,  # there is one row; before it, a manager's
    "admin:correspondence_agreement_delete": NOBODY,
    "admin:correspondence_messagerules_delete": NOBODY,
    "admin:book": DESK,
    "admin:came_in": DESK,
    **{f"admin:{name}": READERS for name in ("people", "person")},
    "admin:correct_person": DESK,
    "admin:merge_people": MODERATORS,
    "admin:not_in_ehr": MODERATORS | {Role.AUDITOR},
    "admin:busy_elsewhere": MANAGER,
    "admin:schedules": MANAGER,
    "admin:hours": MANAGER,
    "admin:change_hours": MANAGER,
    "admin:desk_hours": MANAGER,
    "admin:on_call": MANAGER,
    "admin:reports": LOG_READERS,
    "admin:report_file": LOG_READERS,
    "admin:staff": MANAGER,
    "admin:launch_check": MANAGER,
    "admin:lists": EVERYBODY,
    "admin:login": EVERYBODY,
    "admin:logout": EVERYBODY,
    "admin:jsi18n": EVERYBODY,
    "admin:autocomplete": NOBODY,
    "admin:view_on_site": NOBODY,
    "admin:app_list": LOG_READERS,
    **{
        f"admin:appointments_{model}_{view}": MANAGER
        for model in ("visittype", "workinghours", "videoroom")
        for view in ("changelist", "add", "history", "delete", "change")
    },
    **{
        f"admin:{name}": MODERATORS
        for name in ("reviews", "reviews_decided", "review_report", "review_authorizations")
    },
    "admin:review": MODERATORS,
    "admin:review_rules": MANAGER,
    "admin:practice_accesslog_changelist": LOG_READERS,
    "admin:practice_accesslog_change": LOG_READERS,
    "admin:practice_accesslog_history": LOG_READERS,
    "admin:practice_accesslog_add": NOBODY,
    "admin:practice_accesslog_delete": NOBODY,
    **{
        f"admin:auth_{model}_{view}": NOBODY  # a superuser's alone
        for model in ("user", "group")
        for view in ("changelist", "add", "history", "delete", "change")
    },
    "admin:auth_user_password_change": NOBODY,
}
# Done with POST; GET answers 405 and does nothing.
ACTIONS: dict[str, frozenset[Role]] = {
    "admin:find": DESK,
    "admin:find_people": DESK,
    "admin:check_consents": DESK,
    "admin:send_again": MODERATORS,
    "admin:text_word": MODERATORS,
    **{f"admin:staff_{name}": MANAGER for name in ("invite", "role", "close", "open", "link")},
    **{f"admin:{name}": MANAGER for name in ("close", "open", "pause", "resume", "end_on_call")},
    **{f"admin:{name}": MANAGER for name in ("add_session", "drop_session", "keep_holidays")},
    "admin:confirm": DESK,
    **{
        f"admin:review_{name}": MODERATORS
        for name in (
            *("accept", "refuse", "second", "redact", "show_again", "reply", "reply_second"),
            *("close_report", "withdraw", "stop_invitations"),
        )
    },
    "admin:seen": DESK,
    "admin:claim": DESK,
    "admin:looked": DESK,
    "admin:step": DESK,
    "admin:undo": DESK,
    "admin:preview_wording": MANAGER,
    "admin:restore_wording": MANAGER,
    "admin:find_inquiry": MODERATORS,
    **{
        f"admin:{verb}_inquiry": MODERATORS
        for verb in ("claim", "call", "write", "close", "reopen")
    },
    "admin:running_late": DESK,
}
UNNAMED = "admin:None"  # old addresses of Django's admin, and its catch-all


def screens() -> list[tuple[str, str]]:
    return [
        (address, name)
        for address, name in ADDRESSES
        if address.startswith("/admin/") and name not in ("", UNNAMED)
    ]


def test_each_screen_has_its_line_and_each_line_its_screen() -> None:
    assert {name for _, name in screens()} == SCREENS.keys() | ACTIONS.keys()


def a_room(clinic: people.Clinic) -> VideoRoom:
    address = "https://video.example.com/{visit}"
    return VideoRoom.objects.create(practitioner=clinic.assistant, address=address)


def an_inquiry(reference: str, now: dt.datetime) -> Inquiry:
    said = {"topic": "billing", "name": "Bob Baker", "contact_by": "phone", "words": "A bill"}
    return Inquiry.objects.create(
        key=uuid.uuid4(), reference=reference, phone="+12145550102", received_at=now, **said
    )


def an_agreement() -> Agreement:
    MessageRules.objects.create()
    return Agreement.objects.create(
        way="text", provider="A provider", signed_on=dt.date(2026, 1, 5), kept_at="the safe"
    )


@pytest.fixture
def browsers(db: None, now: dt.datetime) -> dict[Role, tuple[User, Client]]:
    found = {}
    for role in Role:
        user = a_member(role, f"{role.name.lower()}@clinic.test")
        found[role] = (user, signed_in(user))
    return found


def test_each_role_opens_its_own_screens_and_no_other(
    browsers: dict[Role, tuple[User, Client]], now: dt.datetime
) -> None:
    clinic = people.a_clinic()
    visit = people.a_visit(clinic.same_day, now)
    an_inquiry(visit.reference, now)
    AccessLog.objects.create(at=now, action="inbox", actor=browsers[Role.MANAGER][0])
    real = {
        "7KM4-X2PD": visit.reference,
        "/people/1/": f"/people/{visit.patient_id}/",
        "/user/1/": f"/user/{browsers[Role.DOCTOR][0].pk}/",
        "/group/1/": f"/group/{Group.objects.get(name=Role.DOCTOR).pk}/",
        "/visittype/1/": f"/visittype/{clinic.same_day.pk}/",
        "/workinghours/1/": f"/workinghours/{clinic.same_day.working_hours.get().pk}/",
        "/admin/reviews/1/": f"/admin/reviews/{a_review().pk}/",
        "/videoroom/1/": f"/videoroom/{a_room(clinic).pk}/",
        "/agreement/1/": f"/agreement/{an_agreement().pk}/",
        "/hours/a-slug/": f"/hours/{clinic.doctor.slug}/",
        "/reports/1.csv": "/reports/sources.csv",
        "/words/1/1/": "/words/booked/en/",
        "/accesslog/1/": f"/accesslog/{AccessLog.objects.get().pk}/",
    }
    opened: dict[str, set[Role]] = {name: set() for name in SCREENS}
    for role, (user, browser) in browsers.items():
        clinic.assistant.user = user
        clinic.assistant.save()
        for address, name in screens():
            for stand_in, there in real.items():
                address = address.replace(stand_in, there)
            if name not in SCREENS:
                assert browser.get(address).status_code in (403, 405), (role, address)
                continue
            answer = browser.get(address)
            assert answer.status_code in (200, 302, 403, 404), (role, address, answer.status_code)
            home = answer.status_code == 302 and answer.headers["Location"] == "/cms/"
            if answer.status_code in (200, 302) and not home:
                opened[name].add(role)
    assert opened == {name: set(roles) for name, roles in SCREENS.items()}
    visit.refresh_from_db()
    assert visit.status == "pending"


def test_each_role_does_what_it_may_and_nothing_else(
    browsers: dict[Role, tuple[User, Client]], now: dt.datetime
) -> None:
    clinic = people.a_clinic()
    for role, (user, browser) in browsers.items():
        clinic.assistant.user = user
        clinic.assistant.save()
        visit = people.a_visit(clinic.same_day, now)
        answer = browser.post(
            f"/admin/appointments/{visit.reference}/confirm/", {"seen_version": visit.version}
        )
        visit.refresh_from_db()
        assert (visit.status == "booked") is (role in ACTIONS["admin:confirm"])
        assert (answer.status_code == 403) is (role not in ACTIONS["admin:confirm"])
        found = browser.post("/admin/appointments/find/", {"words": "alice"})
        assert (found.status_code == 403) is (role not in ACTIONS["admin:find"])


def test_each_action_is_refused_to_every_role_that_its_line_does_not_name(
    browsers: dict[Role, tuple[User, Client]], now: dt.datetime
) -> None:
    clinic = people.a_clinic()
    visit = people.a_visit(clinic.same_day, now)
    before = (visit.status, visit.version)
    refused: dict[str, set[Role]] = {name: set() for name in ACTIONS}
    for address, name in screens():
        if name in ACTIONS:
            address = address.replace("7KM4-X2PD", visit.reference)
            for role, (_, browser) in browsers.items():
                if role not in ACTIONS[name] and browser.post(address).status_code == 403:
                    refused[name].add(role)
    assert refused == {name: set(Role) - roles for name, roles in ACTIONS.items()}
    visit.refresh_from_db()
    assert (visit.status, visit.version) == before
    assert AccessLog.objects.filter(refused=True).count() >= sum(map(len, refused.values()))


def test_an_auditor_sees_the_desk_and_changes_nothing_on_any_screen(
    browsers: dict[Role, tuple[User, Client]], now: dt.datetime
) -> None:
    clinic = people.a_clinic()
    visit = people.a_visit(clinic.same_day, now, details=people.alice(needs="a wheelchair"))
    member, auditor = browsers[Role.AUDITOR]
    for address, name in screens():
        if name in SCREENS.keys() | ACTIONS.keys():
            answer = auditor.post(
                address.replace("7KM4-X2PD", visit.reference), {"seen_version": 1}
            )
            assert answer.status_code == 403, address
    visit.refresh_from_db()
    assert (visit.status, visit.version, visit.status_changes.count()) == ("pending", 1, 1)
    assert not LogEntry.objects.filter(user=member).exists()
    # Their own account stays theirs.
    assert auditor.post("/accounts/logout/").status_code == 302


def test_an_auditor_reads_no_word_that_anybody_wrote(
    browsers: dict[Role, tuple[User, Client]], now: dt.datetime
) -> None:
    clinic = people.a_clinic()
    visit = people.a_visit(clinic.same_day, now, details=people.alice(needs="a wheelchair"))
    booking.cancel(visit, by=None, reason="my dog is ill", now=now)
    written = ("my back hurts", "a wheelchair", "my dog is ill")
    address = f"/admin/appointments/{visit.reference}/"

    def reads(role: Role) -> list[bool]:
        page = browsers[role][1].get(address).content.decode()
        assert "Alice Adams" in page
        return [words in page for words in written]

    assert reads(Role.FRONT_DESK) == [False, True, True]
    assert reads(Role.AUDITOR) == [False, False, False]
    today = browsers[Role.AUDITOR][1].get("/admin/").content.decode()
    assert not any(words in today for words in written)


def test_no_role_can_give_itself_more(browsers: dict[Role, tuple[User, Client]]) -> None:
    for user, browser in browsers.values():
        for address in (f"/admin/auth/user/{user.pk}/change/", f"/cms/users/edit/{user.pk}/"):
            browser.post(address, {"is_superuser": "on", "groups": ["1", "2", "3", "4", "5"]})
        user.refresh_from_db()
        assert not user.is_superuser
        assert user.groups.count() == 1


def test_the_database_holds_exactly_what_the_table_of_roles_says(
    browsers: dict[Role, tuple[User, Client]],
) -> None:
    for role, (user, _) in browsers.items():
        fresh = User.objects.get(pk=user.pk)
        assert {may for may in May if fresh.has_perm(may)} == ROLES[role]
