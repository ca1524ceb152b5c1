"""All parts of a site that a bundle can hold, in the order in which they are written."""

from __future__ import annotations

from appointments.bundle import VisitTypePart, WorkingHoursPart
from practice.bundle.pages import PagePart, PersonPart
from practice.bundle.parts import Part
from practice.bundle.rows import (
    ClosurePart,
    LocationPart,
    OffersPart,
    PracticePart,
    RedirectPart,
)
from practice.bundle.translated import (
    PageTranslationPart,
    PersonTranslationPart,
    is_translated,
)
from procedures.bundle.rows import ConditionPart, IndexPart, ProcedurePart
from procedures.bundle.translated import ConditionTranslationPart, ProcedureTranslationPart
from reviews.bundle import ReviewPart


class Parts:
    def __init__(self) -> None:
        self.all: list[Part] = [
            PracticePart(),
            LocationPart(),
            PersonPart(),
            ClosurePart(),
            OffersPart(),
            VisitTypePart(),
            WorkingHoursPart(),
            PagePart(),
            ConditionPart(),
            ProcedurePart(),
            RedirectPart(),
            ReviewPart(),
        ]
        self.index = IndexPart()
        self.translations: list[Part] = [
            PersonTranslationPart(),
            PageTranslationPart(IndexPart.models),
            ConditionTranslationPart(),
            ProcedureTranslationPart(),
        ]
        self.every: list[Part] = [*self.all, self.index, *self.translations]

    def of(self, path: str) -> Part:
        """The part that a path belongs to."""
        if is_translated(path):
            return next(part for part in self.translations if path.startswith(part.prefix))
        if path.startswith("pages/") and self.index.slug(path) in self.index.models:
            return self.index
        return next(part for part in self.all if path.startswith(part.prefix))
