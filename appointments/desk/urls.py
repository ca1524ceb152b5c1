"""The desk's addresses, all under /admin/. /admin/ itself is the inbox."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path, re_path

from appointments.desk import (
    busy,
    by_phone,
    calendar,
    came_in,
    day_sheet,
    desk_hours,
    ehr,
    inbox,
    inquiries,
    merging,
    moving,
    my_visits,
    on_call,
    people,
    reaching,
    schedules,
    sent,
    signing,
    today,
    undoing,
    views,
    wordings,
)

REFERENCE = r"(?P<reference>[2-9A-Z]{4}-[2-9A-Z]{4})"


def urlpatterns_in(site: AdminSite) -> list[URLPattern]:
    return [
        path("", site.admin_view(inbox.front), name="index"),
        path("inbox/news/", site.admin_view(inbox.news), name="news"),
        path("inbox/looked/", site.admin_view(inbox.looked), name="looked"),
        path("today/", site.admin_view(today.today), name="today"),
        path("today/late/", site.admin_view(today.running_late), name="running_late"),
        path("came-in/", site.admin_view(came_in.came_in), name="came_in"),
        path("calendar/", site.admin_view(calendar.calendar), name="calendar"),
        path("day-sheet/", site.admin_view(day_sheet.day_sheet), name="day_sheet"),
        path("my-visits/", site.admin_view(my_visits.my_visits), name="my_visits"),
        # appointments/
        path("appointments/", site.admin_view(views.appointments), name="appointments"),
        path("appointments/find/", site.admin_view(views.find), name="find"),
        path("messages/", site.admin_view(sent.sent), name="sent"),
        path("messages/texts/", site.admin_view(sent.text_word), name="text_word"),
        path("messages/<int:message>/again/", site.admin_view(sent.send_again), name="send_again"),
        path("warning-signs/", site.admin_view(signing.warning_signs), name="warning_signs"),
        path(
            "warning-signs/consents/",
            site.admin_view(signing.check_consents),
            name="check_consents",
        ),
        path("book/", site.admin_view(by_phone.book), name="book"),
        # people/
        *(
            path(f"people/{address}", site.admin_view(view), name=name)
            for address, name, view in (
                ("", "people", people.people),
                ("find/", "find_people", people.find_people),
                ("<int:patient>/", "person", people.person),
                ("<int:patient>/correct/", "correct_person", people.correct_person),
                ("<int:patient>/merge/<int:other>/", "merge_people", merging.merge_people),
            )
        ),
        path("ehr/", site.admin_view(ehr.not_in_ehr), name="not_in_ehr"),
        path("ehr/busy/", site.admin_view(busy.busy_elsewhere), name="busy_elsewhere"),
        # inquiries/
        path("inquiries/", site.admin_view(inquiries.inquiries_list), name="inquiries"),
        path("inquiries/find/", site.admin_view(inquiries.find_inquiry), name="find_inquiry"),
        *(
            re_path(rf"^inquiries/{REFERENCE}/{address}$", site.admin_view(view), name=name)
            for address, name, view in (
                ("", "inquiry", inquiries.inquiry),
                ("claim/", "claim_inquiry", inquiries.claim_inquiry),
                ("call/", "call_inquiry", inquiries.call_inquiry),
                ("write/", "write_inquiry", inquiries.write_inquiry),
                ("close/", "close_inquiry", inquiries.close_inquiry),
                ("reopen/", "reopen_inquiry", inquiries.reopen_inquiry),
            )
        ),
        # messages/words/
        path("messages/words/", site.admin_view(wordings.wordings_list), name="wordings"),
        *(
            path(
                f"messages/words/<slug:kind>/<slug:locale>/{step}",
                site.admin_view(view),
                name=name,
            )
            for step, name, view in (
                ("", "wording", wordings.wording),
                ("preview/", "preview_wording", wordings.preview_wording),
                ("restore/", "restore_wording", wordings.restore_wording),
            )
        ),
        # schedules/
        *(
            path(f"schedules/{address}", site.admin_view(view), name=name)
            for address, name, view in (
                ("", "schedules", schedules.schedules),
                ("close/", "close", schedules.close),
                ("open/<int:closure>/", "open", schedules.open_again),
                ("pause/", "pause", schedules.pause),
                ("resume/<int:running>/", "resume", schedules.resume),
                ("desk-hours/", "desk_hours", desk_hours.desk_hours),
                ("on-call/", "on_call", on_call.on_call_roster),
                ("on-call/<int:one>/end/", "end_on_call", on_call.end_on_call),
            )
        ),
        # appointments/<reference>/
        re_path(
            rf"^appointments/{REFERENCE}/$", site.admin_view(views.appointment), name="appointment"
        ),
        re_path(
            rf"^appointments/{REFERENCE}/confirm/$", site.admin_view(views.confirm), name="confirm"
        ),
        re_path(
            rf"^appointments/{REFERENCE}/refuse/$", site.admin_view(views.refuse), name="refuse"
        ),
        *(
            re_path(
                rf"^appointments/{REFERENCE}/{name.replace('_', '-')}/$",
                site.admin_view(view),
                name=name,
            )
            for name, view in (
                ("claim", inbox.claim),
                ("seen", reaching.seen),
                ("call", reaching.call),
                ("offer", reaching.offer),
                ("move", moving.move),
                ("new_link", reaching.new_link),
                ("step", today.step),
                ("cancel", today.cancel),
                ("undo", undoing.undo),
            )
        ),
    ]
