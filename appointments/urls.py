"""What a patient does. The desk's screens are under /admin/."""

from django.urls import URLPattern, URLResolver, path

from .slots import slots
from .views.ask import ask
from .views.cancel import cancel
from .views.check import check
from .views.correct import correct
from .views.details import details
from .views.earlier import earlier
from .views.find import find
from .views.free import free
from .views.here import here
from .views.invitation import invitation
from .views.join import join
from .views.message import message, message_received
from .views.move import move
from .views.received import received, received_calendar
from .views.times import times
from .views.visit import choose, link, visit, visit_calendar

app_name = "appointments"

urlpatterns: list[URLPattern | URLResolver] = [
    # /appointments/: asking for a visit
    path("appointments/", free, name="free"),
    path("appointments/find/", find, name="find"),
    path("appointments/received/", received, name="received"),
    path("appointments/received/visit.ics", received_calendar, name="received_calendar"),
    path("appointments/slots.json", slots, name="slots"),
    path("appointments/<slug:visit_type>/", times, name="times"),
    path("appointments/<slug:visit_type>/details/", details, name="details"),
    path("appointments/<slug:visit_type>/check/", check, name="check"),
    path("appointments/<slug:visit_type>/ask/", ask, name="ask"),
    # /contact/: a message about paper, money or medicine
    path("contact/message/", message, name="message"),
    path("contact/message/received/", message_received, name="message_received"),
    # /a/: one visit, behind its private address
    path("a/<str:token>/", link, name="link"),
    path("a/visit/<str:reference>/", visit, name="visit"),
    path("a/visit/<str:reference>/visit.ics", visit_calendar, name="visit_calendar"),
    path("a/visit/<str:reference>/cancel/", cancel, name="cancel"),
    path("a/visit/<str:reference>/choose/", choose, name="choose"),
    path("a/visit/<str:reference>/earlier/", earlier, name="earlier"),
    path("a/visit/<str:reference>/move/", move, name="move"),
    path("a/visit/<str:reference>/details/", correct, name="correct"),
    path("a/visit/<str:reference>/here/", here, name="here"),
    path("a/visit/<str:reference>/invitation/", invitation, name="invitation"),
    path("a/visit/<str:reference>/join/", join, name="join"),
]
