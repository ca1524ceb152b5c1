from .appointment import Appointment, StatusChange, new_reference
from .draft import Draft
from .occupancy import CalendarVersion, Occupancy
from .patient import E164, Patient
from .record import Consent, Joining, Mark
from .schedule import BusyTime, ExtraSession, VisitType, WorkingHours
from .signs import WarningSigns
from .statuses import HOLDS_TIME, Kind, State, Status
from .video import VideoRoom
from .waiting import Call, OfferedTime

__all__ = [
    "E164",
    "HOLDS_TIME",
    "Appointment",
    "BusyTime",
    "CalendarVersion",
    "Call",
    "Consent",
    "Draft",
    "ExtraSession",
    "Joining",
    "Kind",
    "Mark",
    "Occupancy",
    "OfferedTime",
    "Patient",
    "State",
    "Status",
    "StatusChange",
    "VideoRoom",
    "VisitType",
    "WarningSigns",
    "WorkingHours",
    "new_reference",
]
