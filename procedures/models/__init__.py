from .kinds import Kind
from .release import Ground, Release
from .sections import (
    ITEMS,
    Alternative,
    Benefit,
    Candidate,
    Cause,
    Contraindication,
    Preparation,
    Question,
    Recovery,
    RedFlag,
    Risk,
    Section,
    Source,
    Step,
    TopicPicture,
)
from .synonym import Synonym
from .topics import Condition, ConditionIndexPage, Procedure, ProcedureIndexPage, Topic

__all__ = [
    "ITEMS",
    "Alternative",
    "Benefit",
    "Candidate",
    "Cause",
    "Condition",
    "ConditionIndexPage",
    "Contraindication",
    "Ground",
    "Kind",
    "Preparation",
    "Procedure",
    "ProcedureIndexPage",
    "Question",
    "Recovery",
    "RedFlag",
    "Release",
    "Risk",
    "Section",
    "Source",
    "Step",
    "Synonym",
    "Topic",
    "TopicPicture",
]
