from .act import Act
from .appointment import Appointment, StatusChange, new_reference
from .busy_reading import BusyReading
from .delay import LATE_AT_MOST, Delay
from .desk import Claim, LastLook
from .draft import Draft
from .ehr import EhrEntry
from .inquiry import Inquiry, InquiryStep
from .occupancy import CalendarVersion, Occupancy
from .on_call import OnCall
from .patient import E164, Patient
from .patient_change import PatientChange
from .pause import Pause
from .record import Consent, Joining, Mark
from .schedule import BusyTime, ExtraSession, VisitType, WorkingHours
from .signs import WarningSigns
from .statuses import HOLDS_TIME, Kind, Refusal, State, Status
from .video import VideoRoom
from .waiting import Call, OfferedTime

__all__ = [
    "E164",
    "HOLDS_TIME",
    "LATE_AT_MOST",
    "Act",
    "Appointment",
    "BusyReading",
    "BusyTime",
    "CalendarVersion",
    "Call",
    "Claim",
    "Consent",
    "Delay",
    "Draft",
    "EhrEntry",
    "ExtraSession",
    "Inquiry",
    "InquiryStep",
    "Joining",
    "Kind",
    "LastLook",
    "Mark",
    "Occupancy",
    "OfferedTime",
    "OnCall",
    "Patient",
    "PatientChange",
    "Pause",
    "Refusal",
    "State",
    "Status",
    "StatusChange",
    "VideoRoom",
    "VisitType",
    "WarningSigns",
    "WorkingHours",
    "new_reference",
]
