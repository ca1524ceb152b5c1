from .access_log import AccessLog
from .append_only import append_only_triggers
from .fields import DaysField, LinesField, Weekday
from .offers import Offer
from .pages import HomePage, PersonPage, PlainPage, TeamIndexPage
from .people import BoardCertification, License, Practitioner, Role
from .pictures import Picture, Rendition
from .places import Closure, DeskHours, Location, OpeningHours, Practice
from .published_version import PublishedVersion
from .rate_count import RateCount
from .records import ContentVersion, ImportedItem
from .translation_check import TranslationCheck

__all__ = [
    "AccessLog",
    "BoardCertification",
    "Closure",
    "ContentVersion",
    "DaysField",
    "DeskHours",
    "HomePage",
    "ImportedItem",
    "License",
    "LinesField",
    "Location",
    "Offer",
    "OpeningHours",
    "PersonPage",
    "Picture",
    "PlainPage",
    "Practice",
    "Practitioner",
    "PublishedVersion",
    "RateCount",
    "Rendition",
    "Role",
    "TeamIndexPage",
    "TranslationCheck",
    "Weekday",
    "append_only_triggers",
]
