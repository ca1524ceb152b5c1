"""Smaller copies of a picture are the worker's work; a page names those that there are."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from practice import content_version, renditions, tasks
from practice.models import Picture, Rendition
from procedures.models import Procedure, TopicPicture
from tests.content import a_procedure, publish, with_everything

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def a_stored_picture(size: tuple[int, int] = (1000, 500), *, clear: bool = False) -> Picture:
    data = io.BytesIO()
    Image.new("RGBA" if clear else "RGB", size).save(data, "PNG" if clear else "JPEG")
    file = ContentFile(data.getvalue(), name="x.png" if clear else "x.jpg")
    picture: Picture = Picture.objects.create(title="A spine", description="A bone", file=file)
    return picture


def jobs() -> list[int]:
    waiting = ProcrastinateJob.objects.filter(task_name="practice.make_renditions").order_by("id")
    return [job.args["picture"] for job in waiting]


def a_page_with(picture: Picture, number: int = 2) -> Procedure:
    page = with_everything(a_procedure())
    page.images.set(
        TopicPicture(image=picture, alt=f"View {n}", sort_order=n) for n in range(number)
    )
    step = page.steps.first()
    step.image, step.alt = picture, "A balloon in a bone"
    page.steps.set([step])
    page.save_revision()
    publish(page)
    fresh: Procedure = Procedure.objects.get(pk=page.pk)
    return fresh


def test_the_worker_makes_five_widths_in_three_formats_never_larger_than_the_picture() -> None:
    small, large = a_stored_picture((1000, 500)), a_stored_picture((2400, 1200))

    for picture in (small, large):
        renditions.make(picture.pk)

    sizes = {
        one.filter_spec: (one.width, one.height)
        for one in small.renditions.filter(filter_spec__startswith="width-")
    }
    assert sizes == {
        f"width-{width}|format-{format}": size
        for width, size in {
            320: (320, 160),
            640: (640, 320),
            960: (960, 480),
            1280: (1000, 500),
        }.items()
        for format in ("avif", "webp", "jpeg")
    }
    assert large.renditions.filter(filter_spec__contains="|format-").count() == 15
    for one in small.renditions.all():
        with Image.open(one.file.path) as image:
            assert image.size == (one.width, one.height)
            ending = one.file.name.rsplit(".", 1)[1]
            assert image.format == {"jpg": "JPEG"}.get(ending, ending.upper())
            assert not image.getexif()


def test_a_picture_with_something_clear_falls_back_to_png() -> None:
    picture = a_stored_picture((400, 300), clear=True)
    renditions.make(picture.pk)
    formats = {one.filter_spec.split("format-")[-1] for one in picture.renditions.all()}
    assert formats == {"avif", "webp", "png", "max-165x165", "max-800x600"}
    assert renditions.is_complete(picture)


def test_the_job_comes_with_the_picture_and_not_without_it(admin_client: Client) -> None:
    picture = a_stored_picture()
    assert jobs() == [picture.pk]
    with transaction.atomic():
        a_stored_picture()
        transaction.set_rollback(True)
    assert jobs() == [picture.pk]
    picture.credit = "Ours"
    picture.save()
    assert jobs() == [picture.pk]


def test_a_worker_does_them_one_after_the_other_and_after_everything_else() -> None:
    a_stored_picture()
    job = ProcrastinateJob.objects.get(task_name=tasks.make_renditions.name)
    task = tasks.make_renditions
    assert (job.queue_name, job.lock, job.priority) == (task.queue, task.lock, task.priority)
    assert task.priority < 0
    task(**job.args)
    assert renditions.incomplete() == []


def test_a_new_file_of_an_old_picture_gets_new_copies(admin_client: Client) -> None:
    picture = a_stored_picture()
    renditions.make(picture.pk)
    old = set(picture.renditions.values_list("file", flat=True))
    data = io.BytesIO()
    Image.new("RGB", (700, 700)).save(data, "PNG")
    address = reverse("wagtailimages:edit", args=[picture.pk])
    new = {"title": "A spine", "file": SimpleUploadedFile("x.png", data.getvalue())}

    assert admin_client.post(address, new).status_code == 302

    assert jobs() == [picture.pk, picture.pk]
    assert not picture.renditions.exists()
    renditions.make(picture.pk)
    assert {one.height for one in picture.renditions.filter(filter_spec__contains="640")} == {640}
    assert not old & set(picture.renditions.values_list("file", flat=True))


def test_copies_of_a_file_that_was_replaced_meanwhile_are_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture = a_stored_picture()
    before = renditions.copies

    def replaced_meanwhile(picture: Picture, there: set[str]) -> list[Rendition]:
        Picture.objects.filter(pk=picture.pk).update(file="images/other.jpg")
        return list(before(picture, there))

    monkeypatch.setattr(renditions, "copies", replaced_meanwhile)
    assert renditions.make(picture.pk) == 0
    assert not Rendition.objects.exists()


def test_what_is_missing_is_found_and_made_once_an_hour() -> None:
    picture, gone = a_stored_picture(), a_stored_picture()
    renditions.make(picture.pk)
    Path(gone.file.path).unlink()
    picture.renditions.filter(filter_spec="width-640|format-avif").delete()
    assert renditions.incomplete() == [picture.pk, gone.pk]

    tasks.find_missing_renditions(timestamp=0)  # their jobs still wait: it leaves them alone
    assert renditions.incomplete() == [picture.pk, gone.pk]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")

    tasks.find_missing_renditions(timestamp=0)
    tasks.make_renditions(picture=999_999)  # deleted since

    assert renditions.incomplete() == [gone.pk]
    assert renditions.make(picture.pk) == 0


def never_make(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise AssertionError("a copy was made in a request")

    monkeypatch.setattr(renditions, "copies", fail)
    monkeypatch.setattr(Picture, "generate_rendition_file", fail)
    monkeypatch.setattr("wagtail.images.models.Filter.run", fail)


def test_before_the_worker_came_a_page_shows_the_stored_picture_and_makes_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = a_stored_picture()
    page = a_page_with(picture)
    files = sorted(Path(settings.MEDIA_ROOT).rglob("*"))
    never_make(monkeypatch)

    text = client.get(page.url).content.decode()

    assert text.count(f'<img src="{picture.file.url}" width="1000" height="500"') == 3
    assert "srcset" not in text
    assert client.get(picture.file.url).status_code == 200
    assert not Rendition.objects.exists()
    assert sorted(Path(settings.MEDIA_ROOT).rglob("*")) == files


def test_a_page_names_the_copies_that_there_are_and_no_other(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = a_stored_picture()
    renditions.make(picture.pk)
    picture.renditions.filter(filter_spec="width-640|format-avif").delete()
    page = a_page_with(picture, number=1)
    never_make(monkeypatch)

    text = client.get(page.url).content.decode()

    for one in picture.renditions.filter(filter_spec__contains="|format-"):
        assert f"{one.url} {one.width}w" in text
        assert client.get(one.url).status_code == 200
    assert "width-640.avif" not in text
    assert text.count('<source type="image/avif"') == text.count('<source type="image/webp"') == 2
    assert picture.file.url not in text
    assert 'width="960" height="480"' in text
    assert "sizes=" in text


def test_the_first_picture_of_a_page_is_fetched_at_once_the_others_when_needed(
    client: Client,
) -> None:
    text = client.get(a_page_with(a_stored_picture()).url).content.decode()
    pictures = text.split("<picture>")[1:]
    assert ['fetchpriority="high"' in one for one in pictures] == [True, False, False]
    assert ['loading="lazy"' in one for one in pictures] == [False, True, True]
    assert [one.split('alt="')[1].split('"')[0] for one in pictures] == [
        "A balloon in a bone",
        "View 0",
        "View 1",
    ]


def test_the_screens_of_cms_make_nothing_either(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = a_stored_picture()
    never_make(monkeypatch)
    for address in (
        reverse("wagtailimages:index"),
        reverse("wagtailimages:edit", args=[picture.pk]),
        reverse("wagtailimages:delete", args=[picture.pk]),
        reverse("wagtailimages_chooser:choose"),
        reverse("wagtailimages_chooser:chosen", args=[picture.pk]),
    ):
        answer = admin_client.get(address)
        assert answer.status_code == 200
    scaled = reverse("wagtailimages:preview", args=[picture.pk, "width-400"])
    assert admin_client.get(scaled).status_code == 404
    assert not Rendition.objects.exists()
    stand_in = picture.get_rendition("max-165x165")
    assert (stand_in.url, stand_in.width, stand_in.pk) == (picture.file.url, 165, None)


def test_the_list_of_cms_shows_the_small_copy_once_it_is_there(admin_client: Client) -> None:
    picture = a_stored_picture()
    renditions.make(picture.pk)
    small = picture.renditions.get(filter_spec="max-165x165")
    assert small.url in admin_client.get(reverse("wagtailimages:index")).content.decode()
    assert picture.get_rendition("max-165x165") == small


def test_pages_are_rendered_anew_once_the_copies_are_there() -> None:
    picture = a_stored_picture()
    before = content_version.current()
    renditions.make(picture.pk)
    after = content_version.current()
    assert after == before + 1  # once for all of them
    renditions.make(picture.pk)
    assert content_version.current() == after
