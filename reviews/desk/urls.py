"""The moderators' addresses, all under /admin/reviews/."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path

from reviews.desk import views


def urlpatterns_in(site: AdminSite) -> list[URLPattern]:
    def at(address: str, view: views.Screen, name: str) -> URLPattern:
        return path(f"reviews/{address}", site.admin_view(view), name=name)

    return [
        at("", views.queue, "reviews"),
        at("authorizations/", views.authorizations_screen, "review_authorizations"),
        at("decided/", views.decided, "reviews_decided"),
        at("report/", views.report, "review_report"),
        at("rules/", views.rules, "review_rules"),
        at("invitations/", views.stop_invitations, "review_stop_invitations"),
        # one review
        at("<int:review>/", views.review, "review"),
        at("<int:review>/accept/", views.accept, "review_accept"),
        at("<int:review>/refuse/", views.refuse, "review_refuse"),
        at("<int:review>/second/", views.second, "review_second"),
        at("<int:review>/redact/", views.redact, "review_redact"),
        at("<int:review>/show-again/", views.show_again, "review_show_again"),
        at("<int:review>/reply/", views.reply, "review_reply"),
        at("<int:review>/reply/second/", views.reply_second, "review_reply_second"),
        at("<int:review>/close-report/", views.close_report, "review_close_report"),
        at("<int:review>/withdraw/", views.withdraw, "review_withdraw"),
    ]
