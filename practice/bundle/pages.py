"""The practice's pages: from facts to a revision of a page and back."""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import PurePosixPath
from typing import Any, cast

from django.core.files.images import ImageFile
from django.db.models import Q
from django.utils.text import slugify
from wagtail.models import Page

from practice.bundle.facts import BoardFacts, LicenseFacts, PageFacts, PersonFacts, PictureFacts
from practice.bundle.parts import Item, PlainPart, Standing, Writing
from practice.bundle.rows import delete
from practice.languages import ORIGINAL
from practice.models import (
    HomePage,
    Location,
    PersonPage,
    Picture,
    PlainPage,
    Practice,
    Practitioner,
    TeamIndexPage,
)

EXPORTED_AS = re.compile(r"-[0-9a-f]{8}$")  # what picture_path adds to a name


def newest(page: Page) -> Page:
    """The page as its newest revision has it, published or not."""
    return cast(Page, page.specific.get_latest_revision_as_object())


def originals(model: type[Page]) -> Any:
    return model.objects.filter(locale__language_code=ORIGINAL)


def save(page: Page, *, publish: bool) -> None:
    """A new revision of a page that exists; public at once if asked."""
    revision = page.save_revision(log_action=True)
    if publish:
        revision.publish(log_action=True)


def picture(facts: PictureFacts, writing: Writing) -> Picture:
    """The picture made from these bytes, made where there is none yet."""
    row: Picture | None = Picture.objects.filter(
        Q(source_sha1=facts.sha1) | Q(source_sha1="", file_hash=facts.sha1)
    ).first()
    if row is None:
        clean = writing.pictures[facts.sha1]
        stem = facts.file.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        row = Picture(
            title=EXPORTED_AS.sub("", stem),
            description=facts.alt,
            credit=facts.credit,
            file=ImageFile(io.BytesIO(clean.data), name=f"picture{clean.ending}"),
            # Wagtail keeps the SHA-1 of every picture; it names equal files, it guards nothing.
            file_hash=hashlib.sha1(clean.data, usedforsecurity=False).hexdigest(),
            file_size=len(clean.data),
            source_sha1=facts.sha1,
            is_sample=writing.sample,
        )
        row.save()
        writing.saved_files.append(row.file.name)
    return row


def picture_sha1(row: Picture) -> str:
    """Of the file that it was made from; of its own where it came through a form."""
    return row.source_sha1 or row.file_hash


def picture_path(row: Picture) -> str:
    """Where an export puts it: a name to read, and enough of its hash to be the only one."""
    name = slugify(row.title)[:60] or "picture"
    return f"images/{name}-{picture_sha1(row)[:8]}{PurePosixPath(row.file.name).suffix}"


class PersonPart(PlainPart):
    prefix = "people/"

    def paths(self) -> list[str]:
        return [self.path(row.slug) for row in Practitioner.objects.order_by("position", "slug")]

    def _row(self, path: str) -> Practitioner | None:
        return Practitioner.objects.filter(slug=self.slug(path)).first()

    def _page(self, row: Practitioner) -> PersonPage | None:
        pages = PersonPage.objects.filter(practitioner=row, locale__language_code=ORIGINAL)
        return cast("PersonPage | None", pages.order_by("path").first())

    def current(self, path: str) -> PersonFacts | None:
        row = self._row(path)
        if row is None:
            return None
        page = self._page(row)
        image = row.image
        return PersonFacts(
            slug=row.slug,
            name=row.name,
            credentials=row.credentials,
            role=row.role,
            job_title=row.job_title,
            honorific=row.honorific,
            bookable=row.bookable,
            locations=sorted(one.slug for one in row.locations.all()),
            name_variants=list(row.name_variants),
            languages=list(row.languages),
            specialty=row.specialty,
            licenses=[LicenseFacts(one.state, one.number) for one in row.licenses.all()],
            member_of=list(row.member_of),
            awards=list(row.awards),
            training=list(row.training),
            board_certifications=[
                BoardFacts(one.board, one.specialty, one.expires)
                for one in row.board_certifications.all()
            ],
            image=None
            if image is None
            else PictureFacts(
                file=picture_path(image),
                sha1=picture_sha1(image),
                alt=image.description,
                credit=image.credit,
            ),
            position=row.position,
            biography="" if page is None else cast(PersonPage, newest(page)).biography.strip(),
        )

    def write(self, item: Item, writing: Writing) -> None:
        facts: PersonFacts = item.facts
        row = self._row(item.path) or Practitioner(slug=facts.slug)
        for name in ("name", "credentials", "role", "job_title", "honorific", "bookable",
                     "name_variants", "languages", "specialty", "member_of", "awards",
                     "training", "position"):  # fmt: skip
            setattr(row, name, getattr(facts, name))
        row.is_sample = writing.sample
        row.image = self._image(facts, writing)
        row.full_clean()
        row.save()
        row.locations.set(Location.objects.filter(slug__in=facts.locations))
        row.licenses.all().delete()
        for license in facts.licenses:
            row.licenses.model.objects.create(
                practitioner=row, state=license.state, number=license.number
            )
        row.board_certifications.all().delete()
        for board in facts.board_certifications:
            row.board_certifications.model.objects.create(
                practitioner=row,
                board=board.board,
                specialty=board.specialty,
                expires=board.expires,
            )
        self._write_page(row, facts, writing)

    def _image(self, facts: PersonFacts, writing: Writing) -> Picture | None:
        if facts.image is None:
            return None
        image = picture(facts.image, writing)
        Picture.objects.filter(pk=image.pk).update(
            description=facts.image.alt, credit=facts.image.credit
        )
        return image

    def _write_page(self, row: Practitioner, facts: PersonFacts, writing: Writing) -> None:
        found = self._page(row)
        if found is None:
            team = TeamIndexPage.objects.get(locale__language_code=ORIGINAL)
            page = team.add_child(
                instance=PersonPage(title=facts.name, slug=facts.slug, practitioner=row, live=False)
            )
            was_live = True
        else:
            was_live = found.live
            page = cast(PersonPage, newest(found))
        page.title = facts.name
        page.practitioner = row
        page.biography = facts.biography
        page.is_sample = writing.sample
        save(page, publish=was_live)

    def remove(self, path: str) -> None:
        row = self._row(path)
        if row is None:
            return
        for page in PersonPage.objects.filter(practitioner=row).order_by("-path"):
            page.delete()
        delete(row, f"{row.name}")

    def retire(self, path: str) -> None:
        for row in Practitioner.objects.filter(slug=self.slug(path)):
            row.bookable = False
            row.save(update_fields=["bookable"])
            for page in PersonPage.objects.filter(practitioner=row):
                page.unpublish(log_action=True)

    def is_sample(self, path: str) -> bool:
        row = self._row(path)
        return row is not None and row.is_sample


INDEXES: dict[str, type[Page]] = {"home": HomePage, "team": TeamIndexPage}
UNTOUCHED = {"home": "", "team": "Our team"}


class PagePart(PlainPart):
    """Plain pages; `home` and `team` are the front page's and the team page's opening words."""

    prefix = "pages/"

    def paths(self) -> list[str]:
        found = [slug for slug in INDEXES if self.current(self.path(slug)) is not None]
        found += list(originals(PlainPage).order_by("path").values_list("slug", flat=True))
        return [self.path(slug) for slug in found]

    def _page(self, path: str) -> Page | None:
        slug = self.slug(path)
        if slug in INDEXES:
            return cast("Page | None", originals(INDEXES[slug]).first())
        rows = originals(PlainPage).filter(slug=slug)
        return cast("Page | None", rows.order_by("path").first())

    def current(self, path: str) -> PageFacts | None:
        found = self._page(path)
        if found is None:
            return None
        page = newest(found)
        slug = self.slug(path)
        if isinstance(page, PlainPage):
            return PageFacts(slug, page.title, page.search_description, page.body.strip())
        if isinstance(page, HomePage):
            words = page.introduction.strip()
            facts = PageFacts(slug, page.headline, page.search_description, words)
            return facts if facts != PageFacts(slug, UNTOUCHED[slug]) else None
        introduction = cast(TeamIndexPage, page).introduction.strip()
        facts = PageFacts(slug, page.title, page.search_description, introduction)
        return facts if facts != PageFacts(slug, UNTOUCHED[slug]) else None

    def write(self, item: Item, writing: Writing) -> None:
        facts: PageFacts = item.facts
        found = self._page(item.path)
        was_live = found.live if found is not None else True
        if found is None:
            home = originals(HomePage).get()
            page: Page = home.add_child(
                instance=PlainPage(title=facts.title, slug=facts.slug, live=False)
            )
        else:
            page = newest(found)
        page.search_description = facts.summary
        page.is_sample = writing.sample
        if isinstance(page, PlainPage):
            page.title, page.body = facts.title, facts.body
        elif isinstance(page, HomePage):
            page.headline, page.introduction = facts.title, facts.body
        else:
            page.title = facts.title
            cast(TeamIndexPage, page).introduction = facts.body
        save(page, publish=was_live)

    def remove(self, path: str) -> None:
        page = self._page(path)
        if page is None:
            return
        if self.slug(path) not in INDEXES:
            page.delete()
            return
        plain = newest(page)
        plain.search_description = ""
        plain.introduction = ""
        plain.is_sample = False
        if isinstance(plain, HomePage):
            plain.headline = ""
        else:
            plain.title = UNTOUCHED[self.slug(path)]
        save(plain, publish=page.live)

    def is_sample(self, path: str) -> bool:
        page = self._page(path)
        return page is not None and bool(page.specific.is_sample)

    def standing(self, path: str) -> Standing | None:
        return None


def name_the_front_page(before: str) -> None:
    """The front page is titled like the practice, unless an editor has given it another title."""
    home = originals(HomePage).first()
    name = Practice.objects.current().name
    if home is None:
        return
    page = cast(HomePage, newest(home))
    if page.title in {"Home", before} and page.title != name:
        page.title = name
        save(page, publish=home.live)
