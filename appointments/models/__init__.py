from .appointment import Appointment, StatusChange, new_reference
from .draft import Draft
from .occupancy import CalendarVersion, Occupancy
from .patient import E164, Patient
from .schedule import VisitType, WorkingHours
from .statuses import HOLDS_TIME, Kind, State, Status

__all__ = [
    "E164",
    "HOLDS_TIME",
    "Appointment",
    "CalendarVersion",
    "Draft",
    "Kind",
    "Occupancy",
    "Patient",
    "State",
    "Status",
    "StatusChange",
    "VisitType",
    "WorkingHours",
    "new_reference",
]
