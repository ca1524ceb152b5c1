from reviews.models.authorization import Authorization
from reviews.models.decision import Decision, Redaction
from reviews.models.invitation import Invitation, NoInvitation
from reviews.models.reply import Reply, Report
from reviews.models.review import Refusal, Review
from reviews.models.rules import ReviewRules

__all__ = [
    "Authorization",
    "Decision",
    "Invitation",
    "NoInvitation",
    "Redaction",
    "Refusal",
    "Reply",
    "Report",
    "Review",
    "ReviewRules",
]
