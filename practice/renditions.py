"""Smaller copies of pictures. The worker makes them; a page names those that there are."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.core.files.base import ContentFile
from django.db import transaction
from PIL import Image, features

from practice.models import Picture, Rendition

logger = logging.getLogger(__name__)

WIDTHS = (320, 640, 960, 1280, 1920)
IN_LISTS = ("max-165x165", "max-800x600")  # what /cms/ shows
FALLBACKS = ("jpeg", "png")  # PNG where something is clear
ENDINGS = {"avif": ".avif", "webp": ".webp", "jpeg": ".jpg", "png": ".png"}
SAVED: dict[str, dict[str, int | bool]] = {
    "avif": {"quality": 60, "speed": 7},
    "webp": {"quality": 80, "method": 4},
    "jpeg": {"quality": 80, "optimize": True, "progressive": True},
    "png": {"optimize": True},
}


@cache
def modern() -> tuple[str, ...]:
    """The formats before the fallback, the best first."""
    return tuple(name for name in ("avif", "webp") if features.check(name))


def widths(picture: Picture) -> list[int]:
    """Up to the first that is no smaller than the picture, which then is the picture's own."""
    smaller = [width for width in WIDTHS if width < picture.width]
    return [*smaller, *WIDTHS[len(smaller) : len(smaller) + 1]]


def spec(width: int, format: str) -> str:
    return f"width-{width}|format-{format}"


def is_complete(picture: Picture) -> bool:
    there = {one.filter_spec for one in picture.renditions.all()}
    return there.issuperset(IN_LISTS) and all(
        all(spec(width, format) in there for format in modern())
        and any(spec(width, format) in there for format in FALLBACKS)
        for width in widths(picture)
    )


def incomplete() -> list[int]:
    rows = Picture.objects.prefetch_related("renditions").order_by("pk")
    return [picture.pk for picture in rows if not is_complete(picture)]


def make(pk: int) -> int:
    """Make what a picture lacks; how many that were. Not in a request: it takes seconds."""
    picture = Picture.objects.filter(pk=pk).first()
    if picture is None:
        return 0  # deleted since
    there = set(picture.renditions.values_list("filter_spec", flat=True))
    try:
        made = list(copies(picture, there))
    except FileNotFoundError:
        logger.warning("the file of picture %s is missing", pk)
        return 0
    with transaction.atomic():
        still = Picture.objects.select_for_update().filter(pk=pk, file=picture.file.name)
        if not still.exists():
            return 0  # replaced since: another job makes the copies of the new one
        Rendition.objects.bulk_create(made)
    return len(made)


def copies(picture: Picture, there: set[str]) -> Iterator[Rendition]:
    """Unsaved ones, those of `there` left out, largest first: each is made from the one before."""
    with picture.file.storage.open(picture.file.name) as file, Image.open(file) as original:
        source = original.convert("RGBA" if original.has_transparency_data else "RGB")
        fallback = "png" if source.mode == "RGBA" else "jpeg"
        source = largest = scaled(source, min(WIDTHS[-1], picture.width), picture)
        for width in reversed(widths(picture)):
            source = scaled(source, min(width, picture.width), picture)
            for format in (*modern(), fallback):
                if spec(width, format) not in there:
                    yield a_copy(picture, spec(width, format), source, format)
        for name in IN_LISTS:
            if name not in there:
                small = largest.copy()
                width_and_height = name.removeprefix("max-").split("x")
                small.thumbnail((int(width_and_height[0]), int(width_and_height[1])))
                yield a_copy(picture, name, small, fallback)


def scaled(source: Image.Image, width: int, picture: Picture) -> Image.Image:
    height = max(1, round(picture.height * width / picture.width))
    if source.size == (width, height):
        return source
    return source.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def a_copy(picture: Picture, name: str, source: Image.Image, format: str) -> Rendition:
    out = io.BytesIO()
    source.save(out, format.upper(), **SAVED[format])
    stem = picture.file.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    size = name.split("|")[0]
    file = ContentFile(out.getvalue(), name=f"{stem}.{size}{ENDINGS[format]}")
    return Rendition(
        image=picture, filter_spec=name, file=file, width=source.width, height=source.height
    )


@dataclass(frozen=True)
class Source:
    """One format of a picture: what a browser may choose from."""

    type: str
    srcset: str


@dataclass(frozen=True)
class Shown:
    """A picture as a page names it."""

    sources: list[Source]
    url: str
    srcset: str
    width: int
    height: int


def shown(picture: Picture) -> Shown:
    """By the copies that there are; by the stored picture itself where there is no fallback yet."""
    there = {one.filter_spec: one for one in picture.renditions.all()}

    def of(format: str) -> list[Rendition]:
        return [there[name] for width in WIDTHS if (name := spec(width, format)) in there]

    def srcset(some: list[Rendition]) -> str:
        return ", ".join(f"{one.url} {one.width}w" for one in some)

    sources = [Source(f"image/{name}", srcset(of(name))) for name in ("avif", "webp") if of(name)]
    fallback = next((of(format) for format in FALLBACKS if of(format)), [])
    if not fallback:
        return Shown(sources, picture.file.url, "", picture.width, picture.height)
    middle = next((one for one in fallback if one.width >= WIDTHS[2]), fallback[-1])
    return Shown(sources, middle.url, srcset(fallback), middle.width, middle.height)
