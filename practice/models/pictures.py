from __future__ import annotations

import secrets
from pathlib import PurePosixPath

from django.core.exceptions import SuspiciousFileOperation
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition, Filter
from wagtail.images.models import Image as WagtailImage

ENDINGS = {".jpg", ".png", ".webp"}


class Picture(AbstractImage):
    """A picture of the practice's own. `description` is its default alternative text.

    The stored file is one that practice/pictures.py wrote. Smaller copies of it are made by the
    worker (practice/renditions.py); the table asks for them itself, in the transaction that brings
    the picture.
    """

    credit = models.CharField(_("credit"), max_length=200, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)
    # Of the bundle's file that the stored one was made from; a bundle knows it by that.
    source_sha1 = models.CharField(max_length=40, blank=True, editable=False)

    admin_form_fields = (*WagtailImage.admin_form_fields, "credit")

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def get_upload_to(self, filename: str) -> str:
        """A name that nobody can choose or guess, beside the smaller copies."""
        ending = PurePosixPath(filename).suffix
        if ending not in ENDINGS:
            raise SuspiciousFileOperation(f"a picture ends in one of {sorted(ENDINGS)}")
        return f"images/{secrets.token_hex(16)}{ending}"

    def get_rendition(self, filter: Filter | str) -> Rendition:
        spec = filter if isinstance(filter, str) else filter.spec
        return self.get_renditions(spec)[spec]

    def get_renditions(self, *filters: Filter | str) -> dict[str, Rendition]:
        """Those that there are. Nothing is made here, for this runs in requests: what is missing is
        stood in for by the picture as it is stored."""
        specs = [one if isinstance(one, str) else one.spec for one in filters]
        prefetched = self._get_prefetched_renditions()
        there = {
            one.filter_spec: one
            for one in (self.renditions.all() if prefetched is None else prefetched)
        }
        return {spec: there.get(spec) or self._stand_in(spec) for spec in specs}

    def _stand_in(self, spec: str) -> Rendition:
        width, height = Filter(spec).get_transform(self).size
        return Rendition(
            image=self, filter_spec=spec, file=self.file.name, width=width, height=height
        )


class Rendition(AbstractRendition):
    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="rendition_is_unique"
            )
        ]

    def __str__(self) -> str:
        return str(self.filter_spec)
