"""Conditions and procedures: from facts to a revision of a page and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.db.models import Model
from wagtail.models import Page

from practice.bundle.facts import PageFacts, PictureFacts
from practice.bundle.pages import (
    newest,
    originals,
    picture,
    picture_path,
    picture_sha1,
    save,
)
from practice.bundle.parts import Item, PlainPart, Standing, Writing
from practice.models import Practitioner
from procedures import signing
from procedures.bundle.facts import ItemFacts, SectionFacts, TopicFacts
from procedures.models import (
    ITEMS,
    Condition,
    ConditionIndexPage,
    Kind,
    Procedure,
    ProcedureIndexPage,
    Question,
    Section,
    Source,
    Topic,
    TopicPicture,
)
from procedures.publication import missing_for_publication

PLAIN = ("name", "title", "alternate_names", "summary", "body_location", "publisher", "published",
         "modified", "reviewed", "next_review", "lead")  # fmt: skip
OF_PROCEDURES = ("treats_unlinked", "similar_to_unlinked", "procedure_type", "setting",
                 "anesthesia", "duration", "treatment_window_weeks",
                 "treatment_window_from", "treatment_window_source")  # fmt: skip
# How an item's attributes are called in its row, where that differs.
FIELDS = {"from": "starts", "to": "ends"}


class TopicPart(PlainPart):
    model: type[Topic]
    index: type[Page]
    kind: str

    def paths(self) -> list[str]:
        rows = originals(self.model).order_by("path").values_list("slug", flat=True)
        return [self.path(slug) for slug in rows]

    def page(self, path: str) -> Topic | None:
        rows = originals(self.model).filter(slug=self.slug(path)).order_by("path")
        return cast("Topic | None", rows.first())

    def current(self, path: str) -> TopicFacts | None:
        found = self.page(path)
        if found is None or is_bare(found):
            return None
        page: Any = newest(found)
        return self.facts_of(page, found.slug)

    def facts_of(self, page: Any, slug: str) -> TopicFacts:
        facts = TopicFacts(kind=self.kind, slug=slug, name=page.name)
        for name in PLAIN:
            value = getattr(page, name)
            setattr(facts, name, list(value) if isinstance(value, list) else value)
        facts.author = page.author.slug if page.author else ""
        facts.reviewed_by = page.reviewed_by.slug if page.reviewed_by else ""
        facts.images = [
            picture_facts(one.image, one.alt, one.caption, one.credit) for one in page.images.all()
        ]
        facts.sections = sections_facts(page)
        if isinstance(page, Procedure):
            for name in OF_PROCEDURES:
                value = getattr(page, name)
                setattr(facts, name, list(value) if isinstance(value, list) else value)
            facts.treats = sorted(one.slug for one in page.treats.all())
            facts.similar_to = sorted(one.slug for one in page.similar_to.all())
        else:
            facts.treated_by = list(page.treated_by_unlinked)
        return facts

    def prepare(self, item: Item, writing: Writing) -> None:
        if self.page(item.path) is None:
            facts: TopicFacts = item.facts
            originals(self.index).get().add_child(
                instance=self.model(title=facts.title, slug=facts.slug, name=facts.name, live=False)
            )

    def write(self, item: Item, writing: Writing) -> None:
        self.prepare(item, writing)
        page = self.fill(newest(cast(Page, self.page(item.path))), item.facts, writing)
        save(page, publish=False)

    def fill(self, page: Any, facts: TopicFacts, writing: Writing) -> Page:
        """The page with all that the facts say."""
        for name in PLAIN:
            setattr(page, name, getattr(facts, name))
        page.author = Practitioner.objects.filter(slug=facts.author).first()
        page.reviewed_by = Practitioner.objects.filter(slug=facts.reviewed_by).first()
        page.search_description = facts.summary
        page.is_sample = writing.sample
        page.images.set(
            TopicPicture(
                image=picture(one, writing),
                alt=one.alt,
                caption=one.caption,
                credit=one.credit,
                sort_order=number,
            )
            for number, one in enumerate(facts.images)
        )
        write_sections(page, facts.sections, writing)
        if isinstance(page, Procedure):
            for name in OF_PROCEDURES:
                setattr(page, name, getattr(facts, name))
            page.treats.set(originals(Condition).filter(slug__in=facts.treats))
            page.similar_to.set(originals(Procedure).filter(slug__in=facts.similar_to))
        else:
            page.treated_by_unlinked = facts.treated_by
        return cast(Page, page)

    def remove(self, path: str) -> None:
        page = self.page(path)
        if page is not None:
            page.delete()

    def is_sample(self, path: str) -> bool:
        page = self.page(path)
        return page is not None and page.is_sample

    def standing(self, path: str) -> Standing | None:
        page = self.page(path)
        if page is None:
            return None
        return Standing(
            missing_for_publication(cast(Topic, newest(page))),
            page.live,
            signed=signing.standing(page).is_signed,
        )

    def publish(self, path: str, writing: Writing) -> None:
        page = cast(Topic, self.page(path))
        if page.latest_revision_id is not None:
            signing.release_imported(page, now=writing.now)


class ConditionPart(TopicPart):
    prefix = "conditions/"
    model = Condition
    index = ConditionIndexPage
    kind = "condition"

    def treated_by(self, path: str) -> list[str]:
        """The slugs of procedures that treat this condition, as an export writes them."""
        page = self.page(path)
        found = []
        for row in originals(Procedure).order_by("slug"):
            facts: Any = newest(row)
            if page is not None and page.pk in {one.pk for one in facts.treats.all()}:
                found.append(row.slug)
        return found


class ProcedurePart(TopicPart):
    prefix = "procedures/"
    model = Procedure
    index = ProcedureIndexPage
    kind = "procedure"


class IndexPart(PlainPart):
    """The opening words of the two lists: pages/conditions.md and pages/procedures.md."""

    prefix = "pages/"
    models: dict[str, type[Page]] = {
        "conditions": ConditionIndexPage,
        "procedures": ProcedureIndexPage,
    }
    titles = {"conditions": "Conditions", "procedures": "Procedures"}

    def paths(self) -> list[str]:
        paths = [self.path(slug) for slug in self.models]
        return [path for path in paths if self.current(path) is not None]

    def _page(self, path: str) -> Page | None:
        return cast("Page | None", originals(self.models[self.slug(path)]).first())

    def current(self, path: str) -> PageFacts | None:
        found = self._page(path)
        if found is None:
            return None
        page: Any = newest(found)
        slug = self.slug(path)
        introduction = page.introduction.strip()
        facts = PageFacts(slug, page.title, page.search_description, introduction)
        return facts if facts != PageFacts(slug, self.titles[slug]) else None

    def write(self, item: Item, writing: Writing) -> None:
        self._write(item.path, item.facts, sample=writing.sample)

    def remove(self, path: str) -> None:
        slug = self.slug(path)
        self._write(path, PageFacts(slug, self.titles[slug]), sample=False)

    def _write(self, path: str, facts: PageFacts, *, sample: bool) -> None:
        found = self._page(path)
        if found is None:
            return
        page: Any = newest(found)
        page.title = facts.title
        page.search_description = facts.summary
        page.introduction = facts.body
        page.is_sample = sample
        save(page, publish=found.live)

    def is_sample(self, path: str) -> bool:
        page: Any = self._page(path)
        return page is not None and bool(page.is_sample)


def is_bare(page: Topic) -> bool:
    """Made by `prepare` and not yet written."""
    return page.latest_revision_id is None and not page.live


def picture_facts(row: Any, alt: str = "", caption: str = "", credit: str = "") -> PictureFacts:
    return PictureFacts(picture_path(row), picture_sha1(row), alt, caption, credit)


def sections_facts(page: Any) -> list[SectionFacts]:
    found = []
    shown = set()
    for row in page.sections.all():
        facts = SectionFacts(row.kind, row.title, row.body.strip("\n"), [], row.after.strip("\n"))
        if row.kind in ITEMS and row.kind not in shown:
            shown.add(row.kind)
            facts.items = items_facts(page, row.kind)
        found.append(facts)
    for kind in ITEMS:
        if kind not in shown and (items := items_facts(page, kind)):
            found.append(SectionFacts(str(kind), str(kind.label), "", items))
    return found


def items_facts(page: Any, kind: str) -> list[ItemFacts]:
    return [item_facts(row) for row in getattr(page, ITEMS[Kind(kind)]).all()]


def item_facts(row: Any) -> ItemFacts:
    if isinstance(row, Question):
        return ItemFacts(row.answer.strip(), {"question": row.question})
    if isinstance(row, Source):
        return ItemFacts(row.citation, {"url": row.url} if row.url else {})
    attributes = {}
    for name in ("suits", "frequency", "per", "action", "by", "when", "from", "to", "type",
                 "level", "alt", "drawing"):  # fmt: skip
        value = getattr(row, FIELDS.get(name, name), "")
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if value:
            attributes[name] = str(value)
    image = getattr(row, "image", None)
    return ItemFacts(row.text.strip(), attributes, None if image is None else picture_facts(image))


def write_sections(page: Any, sections: Iterable[SectionFacts], writing: Writing) -> None:
    rows = []
    items: dict[str, list[Model]] = {name: [] for name in ITEMS.values()}
    for number, section in enumerate(sections):
        rows.append(
            Section(
                kind=section.kind,
                heading=section.heading,
                body=section.body,
                after=section.after,
                sort_order=number,
            )
        )
        for position, item in enumerate(section.items):
            name = ITEMS[Kind(section.kind)]
            items[name].append(item_row(page, name, item, position, writing))
    page.sections.set(rows)
    for name, some in items.items():
        getattr(page, name).set(some)


def item_row(page: Any, name: str, item: ItemFacts, position: int, writing: Writing) -> Model:
    model: Any = getattr(type(page), name).rel.related_model
    if model is Question:
        return Question(question=item.attributes["question"], answer=item.text, sort_order=position)
    if model is Source:
        return Source(citation=item.text, url=item.attributes.get("url", ""), sort_order=position)
    values: dict[str, Any] = {FIELDS.get(key, key): value for key, value in item.attributes.items()}
    if "suits" in values:
        values["suits"] = values["suits"] == "yes"
    if item.image is not None:
        values["image"] = picture(item.image, writing)
    row: Model = model(text=item.text, sort_order=position, **values)
    return row
