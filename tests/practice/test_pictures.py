"""Pictures are the practice's own, and reachable as soon as they are on a page."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from practice import content_version
from practice.models import Picture

pytestmark = [
    pytest.mark.django_db,
    # Wagtail and Django's test client leave their open files to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def png() -> bytes:
    data = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(data, "PNG")
    return data.getvalue()


def upload(client: Client, name: str, content: bytes) -> int:
    address = reverse("wagtailimages:add")
    file = SimpleUploadedFile(name, content)
    return client.post(address, {"title": "A spine", "file": file}).status_code


def test_a_doctor_s_picture_is_shown_in_the_size_a_page_asks_for(admin_client: Client) -> None:
    assert upload(admin_client, "spine.png", png()) == 302
    picture = Picture.objects.get()
    address = picture.get_rendition("width-20").url
    answer = Client().get(address)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    assert Client().get("/media/original_images/spine.png").status_code == 404


@pytest.mark.parametrize("name", ["spine.svg", "spine.tiff", "spine.gif", "spine.html"])
def test_other_kinds_of_file_are_refused_and_not_kept(admin_client: Client, name: str) -> None:
    assert upload(admin_client, name, b"<svg xmlns='http://www.w3.org/2000/svg'/>") == 200
    assert not Picture.objects.exists()


def test_making_a_smaller_copy_does_not_count_as_a_change(admin_client: Client) -> None:
    upload(admin_client, "spine.png", png())
    before = content_version.current()
    Picture.objects.get().get_rendition("width-20")
    assert content_version.current() == before
