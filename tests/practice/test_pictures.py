"""What comes in as a picture is judged by decoding it and kept only as we write it."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any, cast

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageCms

from clinic_site import media
from practice import pictures
from practice.models import Picture
from tests.bundle.pictures import a_bomb

pytestmark = [
    pytest.mark.django_db,
    # Wagtail and Django's test client leave their open files to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

HTML = b"<html><script>alert(1)</script></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def written(
    format: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **how: object
) -> bytes:
    data = io.BytesIO()
    Image.new(mode, size, "navy" if mode == "RGB" else None).save(data, format, **how)
    return data.getvalue()


def moving(format: str) -> bytes:
    frames = [Image.new("RGB", (40, 30), color) for color in ("navy", "white")]
    data = io.BytesIO()
    frames[0].save(data, format, save_all=True, append_images=frames[1:])
    return data.getvalue()


def bomb(tmp_path: Path) -> bytes:
    return a_bomb(tmp_path / "bomb.png", 13_000, 13_000).read_bytes()


def webp_of_268_megapixels() -> bytes:
    """A header that claims as much as a WebP file can."""
    side = (16_382).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<II", 10, 0) + side + side


def with_words(words: bytes) -> bytes:
    """A PNG with a text chunk in its middle."""
    data = written("PNG")
    chunk = b"Comment\0" + words
    block = struct.pack(">I", len(chunk)) + b"tEXt" + chunk
    block += struct.pack(">I", zlib.crc32(b"tEXt" + chunk))
    return data[:33] + block + data[33:]


def upload(client: Client, name: str, content: bytes) -> str:
    """What the form says against it; '' where the picture was taken."""
    file = SimpleUploadedFile(name, content)
    answer = client.post(reverse("wagtailimages:add"), {"title": "A spine", "file": file})
    return "" if answer.status_code == 302 else " ".join(answer.context["form"].errors["file"])


def stored_files() -> list[Path]:
    return sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


REFUSED = {
    "a TIFF named .png": ("x.png", written("TIFF"), "not a picture that we can show"),
    "a GIF": ("x.gif", written("GIF"), "not a picture that we can show"),
    "a GIF named .jpg": ("x.jpg", written("GIF"), "not a picture that we can show"),
    "an SVG": ("x.svg", SVG, "not a picture that we can show"),
    "an SVG named .png": ("x.png", SVG, "not a picture that we can show"),
    "a web page named .jpg": ("x.jpg", HTML, "not a picture that we can show"),
    "HTML behind a PNG": ("x.png", written("PNG") + HTML, "Something else hides behind"),
    "HTML behind a WebP": ("x.webp", written("WEBP") + HTML, "Something else hides behind"),
    "a moving WebP": ("x.webp", moving("WEBP"), "This picture moves"),
    "a moving PNG": ("x.png", moving("PNG"), "This picture moves"),
    "half a JPEG": ("x.jpg", written("JPEG", (400, 300))[:900], "This picture is damaged"),
    "half a PNG": ("x.png", written("PNG", (400, 300))[:200], "This picture is damaged"),
    "nothing": ("x.png", b"", "empty"),
    "a WebP of 268 megapixels": ("x.webp", webp_of_268_megapixels(), "16383 x 16383"),
}


@pytest.mark.parametrize(("name", "content", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_plain_picture_is_refused_in_words_and_nothing_is_kept(
    admin_client: Client, name: str, content: bytes, said: str
) -> None:
    before = stored_files()
    assert said in upload(admin_client, name, content)
    assert not Picture.objects.exists()
    assert stored_files() == before


def test_169_megapixels_in_20_kilobytes_are_refused_before_a_pixel_is_decoded(
    admin_client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bomb(tmp_path)
    assert len(content) < 20_000

    def never(*args: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", never)

    said = upload(admin_client, "x.png", content)

    assert said == "This picture is far too large. Make it smaller, to at most 40 megapixels."
    assert not Picture.objects.exists()


def test_one_pixel_row_above_40_megapixels_is_too_many(
    admin_client: Client, tmp_path: Path
) -> None:
    content = a_bomb(tmp_path / "bomb.png", 10_000, 4_001).read_bytes()
    assert "too large (10000 x 4001)" in upload(admin_client, "x.png", content)
    assert not Picture.objects.exists()


def test_many_at_once_and_the_chooser_refuse_as_the_form_does(admin_client: Client) -> None:
    before = stored_files()
    bad = written("PNG") + HTML
    many = admin_client.post(
        reverse("wagtailimages:add_multiple"), {"files[]": SimpleUploadedFile("x.png", bad)}
    )
    assert many.json()["success"] is False
    assert "Something else hides" in many.json()["error_message"]
    chosen = admin_client.post(
        reverse("wagtailimages_chooser:create"),
        {
            "image-chooser-upload-title": "x",
            "image-chooser-upload-file": SimpleUploadedFile("x.png", bad),
        },
    )
    assert "Something else hides" in chosen.content.decode()
    assert not Picture.objects.exists()
    assert stored_files() == before


def test_a_file_that_came_beside_a_fault_elsewhere_is_not_kept_as_it_came(
    admin_client: Client,
) -> None:
    before = stored_files()
    answer = admin_client.post(
        reverse("wagtailimages:add_multiple"),
        {"title": "x" * 300, "files[]": SimpleUploadedFile("x.png", with_words(HTML))},
    )
    assert answer.json()["success"] is False
    assert "at most 255 characters" in answer.json()["error_message"]
    assert stored_files() == before


def test_many_at_once_takes_a_good_picture_whatever_it_is_called(admin_client: Client) -> None:
    file = SimpleUploadedFile("é" * 200 + "<b>../../etc/passwd.tiff", written("WEBP"))
    answer = admin_client.post(reverse("wagtailimages:add_multiple"), {"files[]": file})
    assert answer.json()["success"] is True
    assert Picture.objects.get().file.name.endswith(".webp")


@pytest.mark.parametrize(
    ("format", "ending"), [("JPEG", ".jpg"), ("PNG", ".png"), ("WEBP", ".webp")]
)
def test_a_good_picture_is_kept_under_a_name_of_ours_and_by_its_true_kind(
    admin_client: Client, format: str, ending: str
) -> None:
    assert upload(admin_client, "of a patient.tiff", written(format)) == ""
    picture = Picture.objects.get()
    folder, _, name = picture.file.name.partition("/")
    assert folder == "images"
    assert len(name) == 32 + len(ending)
    assert name.endswith(ending)
    assert "patient" not in name
    with Image.open(picture.file.path) as stored:
        assert (stored.format, stored.size) == (format, (40, 30))


def test_where_a_photograph_was_taken_is_gone_and_it_stands_upright(admin_client: Client) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # on its side
    exif[0x010F] = "Somebody's phone"
    exif.get_ifd(0x8825)[2] = (40.0, 35.0, 6.0)  # GPS latitude
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>secret</x:xmpmeta>"
    content = written("JPEG", exif=exif, xmp=xmp, comment=b"told nobody")
    assert b"phone" in content and b"secret" in content  # noqa: PT018
    assert upload(admin_client, "x.jpg", content) == ""

    picture = Picture.objects.get()
    stored = Path(picture.file.path).read_bytes()
    with Image.open(io.BytesIO(stored)) as image:
        assert image.size == (30, 40)
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not any(word in stored for word in (b"phone", b"secret", b"told", b"Exif"))
    assert (picture.width, picture.height) == (30, 40)


def test_words_inside_a_png_and_behind_a_jpeg_are_gone(admin_client: Client) -> None:
    assert upload(admin_client, "x.png", with_words(HTML)) == ""
    assert upload(admin_client, "x.jpg", written("JPEG", comment=HTML) + HTML) == ""
    for picture in Picture.objects.all():
        assert b"script" not in Path(picture.file.path).read_bytes()


def test_a_picture_for_printers_comes_out_in_the_colors_of_screens(admin_client: Client) -> None:
    assert upload(admin_client, "x.jpg", written("JPEG", mode="CMYK")) == ""
    with Image.open(Picture.objects.get().file.path) as stored:
        assert stored.mode == "RGB"
        assert stored.getextrema() == ((255, 255),) * 3  # no ink is white


def test_a_color_profile_is_applied_and_dropped() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    kept = pictures.accepted(written("PNG", icc_profile=lab))
    broken = pictures.accepted(written("PNG", icc_profile=b"no profile"))
    for one in (kept, broken):
        with Image.open(io.BytesIO(one.data)) as image:
            assert "icc_profile" not in image.info
            assert image.getpixel((5, 5)) == (0, 0, 128)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_png_is_written_as_plain_colors(mode: str) -> None:
    kept = pictures.accepted(written("PNG", mode=mode))
    with Image.open(io.BytesIO(kept.data)) as image:
        assert image.mode == ("RGBA" if mode in {"LA", "RGBA"} else "RGB")


def test_sixteen_bits_of_gray_stay_gray() -> None:
    data = io.BytesIO()
    Image.new("I;16", (4, 4), 32_768).save(data, "PNG")
    with Image.open(io.BytesIO(pictures.accepted(data.getvalue()).data)) as image:
        assert image.getpixel((1, 1)) == (128, 128, 128)


def test_a_phone_s_photograph_with_a_second_one_behind_is_its_first_alone() -> None:
    frames = [Image.new("RGB", (40, 30), color) for color in ("navy", "white")]
    data = io.BytesIO()
    frames[0].save(data, "MPO", save_all=True, append_images=frames[1:])
    kept = pictures.accepted(data.getvalue())
    assert (kept.came_as, kept.width, kept.height) == ("JPEG", 40, 30)
    assert kept.data.count(b"\xff\xd8\xff") == 1


def test_a_picture_is_served_as_what_we_say_it_is_and_as_nothing_else(admin_client: Client) -> None:
    assert upload(admin_client, "x.png", written("PNG")) == ""
    answer = Client().get(Picture.objects.get().file.url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/png"
    assert {name: answer[name] for name in media.HEADERS} == media.HEADERS
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(cast(Any, answer).streaming_content).startswith(b"\x89PNG")


@pytest.mark.parametrize("path", ["x.html", "x.svg", "../images/x.png", "a/b.png", "absent.png"])
def test_nothing_but_a_picture_is_served_from_their_folder(path: str) -> None:
    folder = Path(settings.MEDIA_ROOT) / "images"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "x.html").write_bytes(HTML)
    (folder / "x.svg").write_bytes(SVG)
    assert Client().get(f"/media/images/{path}").status_code == 404


def test_nginx_says_the_same_of_pictures_as_we_do() -> None:
    text = (settings.BASE_DIR / "deploy/nginx.conf").read_text()
    block = text.split("location /media/images/ {")[1].split("location ")[0]
    for ending, content_type in media.TYPES.items():
        assert f"{content_type} {ending[1:]};" in " ".join(block.split())
    for name, value in media.HEADERS.items():
        quoted = f'"{value}"' if " " in value else value
        assert f"add_header {name} {quoted};" in block
