"""What comes in as a picture: judged by what it decodes to, kept only as we write it anew.

Nothing of the file that was chosen is kept but its pixels, turned upright and in the colors of
screens: no name, no place where it was taken, no words, nothing that hides behind the picture.
"""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

MAX_PIXELS = 40_000_000
# Also for whatever else of the site ever opens a picture: Pillow warns above and stops at twice.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
ENDINGS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
SAVED = {
    "JPEG": {"quality": 92, "optimize": True},
    "PNG": {"compress_level": 3},
    "WEBP": {"quality": 92, "method": 2},
}
PNG_START = b"\x89PNG\r\n\x1a\n"


class Refused(Exception):
    """Says what is wrong with the file and what to do."""


@dataclass(frozen=True)
class Accepted:
    """A picture as it may be stored. `came_as`: JPEG, PNG or WEBP."""

    data: bytes
    came_as: str
    width: int
    height: int

    @property
    def ending(self) -> str:
        return ENDINGS[self.came_as]


def accepted(data: bytes) -> Accepted:
    """The picture in these bytes, written anew; Refused if there is none that we can show."""
    refuse_too_many_pixels(*size_of_webp(data))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=list(ENDINGS)) as picture:
                refuse_too_many_pixels(*picture.size)
                # A JPEG with a second one behind it, as phones write, is opened as an MPO.
                came_as = "JPEG" if picture.format == "MPO" else str(picture.format)
                if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
                    raise Refused(
                        _("This picture moves. Choose a JPEG, PNG or WebP file that stands still.")
                    )
                refuse_what_hides_behind(data, came_as)
                picture.load()
                clean = for_screens(picture)
    except UnidentifiedImageError:
        raise Refused(
            _("This is not a picture that we can show. Choose a JPEG, PNG or WebP file.")
        ) from None
    except Image.DecompressionBombError:
        raise Refused(
            _("This picture is far too large. Make it smaller, to at most 40 megapixels.")
        ) from None
    except (OSError, ValueError, SyntaxError, EOFError, struct.error):
        raise Refused(
            _("This picture is damaged. Choose a JPEG, PNG or WebP file that opens on a screen.")
        ) from None
    out = io.BytesIO()
    clean.save(out, came_as, **SAVED[came_as])
    return Accepted(out.getvalue(), came_as, *clean.size)


def refuse_too_many_pixels(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise Refused(
            _(
                "This picture is too large (%(width)s x %(height)s). "
                "Make it smaller, to at most 40 megapixels."
            )
            % {"width": width, "height": height}
        )


def size_of_webp(data: bytes) -> tuple[int, int]:
    """What a WebP file says of itself, since Pillow makes room for its pixels on opening it; 0 x 0
    for any other file."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return 0, 0
    kind = data[12:16]
    if kind == b"VP8X":
        return (
            1 + int.from_bytes(data[24:27], "little"),
            1 + int.from_bytes(data[27:30], "little"),
        )
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", data[26:30])
    return width & 0x3FFF, height & 0x3FFF


def refuse_what_hides_behind(data: bytes, came_as: str) -> None:
    """Phones put a preview or a second picture behind a JPEG: it is let off, and loses it."""
    end = len(data)
    if came_as == "PNG":
        end = end_of_png(data)
    elif came_as == "WEBP":
        length = int.from_bytes(data[4:8], "little")
        end = 8 + length + length % 2
    if data[end:].strip(b"\0"):
        raise Refused(
            _(
                "Something else hides behind the picture in this file. "
                "Open it in a picture program, save it under a new name, and choose that file."
            )
        )


def end_of_png(data: bytes) -> int:
    at = len(PNG_START)
    while at + 8 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        at += 12 + length
        if kind == b"IEND":
            return at
    return len(data)


def for_screens(picture: Image.Image) -> Image.Image:
    """Upright, in sRGB, eight bits a color, with an alpha channel only where something is clear."""
    profile = picture.info.get("icc_profile")
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I"):  # sixteen bits of gray
        upright = upright.convert("I").point(lambda gray: gray / 256).convert("L")
    alpha = None
    if upright.has_transparency_data:
        upright = upright if upright.mode == "LA" else upright.convert("RGBA")
        alpha = upright.getchannel("A")
        upright = upright.convert("L" if upright.mode == "LA" else "RGB")
        if alpha.getextrema() == (255, 255):
            alpha = None
    if upright.mode in {"1", "P"}:
        upright = upright.convert("RGB")
    upright = in_srgb(upright, profile)
    if alpha is not None:
        upright.putalpha(alpha)
    upright.info = {}
    return upright


def in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            screens = ImageCms.createProfile("sRGB")
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, own, screens, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that is broken, or for another kind of picture: as if there were none
        else:
            if converted is not None:
                return converted
    return picture.convert("RGB")
