"""The form through which staff choose a picture, at every place of /cms/ that takes one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from practice import pictures


class PictureField(WagtailImageField):  # type: ignore[misc]
    """Hands on what `pictures.accepted` made of the file, under a name of ours."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.help_text = _("JPEG, PNG or WebP; at most %(size)s and 40 megapixels.") % {
            "size": self.max_upload_size_text
        }

    def to_python(self, data: Any) -> Any:
        file = forms.FileField.to_python(self, data)
        if file is None:
            return None
        self.check_image_file_size(file)
        try:
            picture = pictures.accepted(file.read())
        except pictures.Refused as refusal:
            raise ValidationError(str(refusal), code="invalid_image") from None
        return SimpleUploadedFile(f"picture{picture.ending}", picture.data)


class PictureForm(BaseImageForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if wagtails := self.fields.get("file"):
            self.fields["file"] = PictureField(
                label=wagtails.label, widget=wagtails.widget, required=wagtails.required
            )

    def clean(self) -> dict[str, Any]:
        """A file beside a fault elsewhere is refused with it: Wagtail would keep it as it came."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.files and self.errors and "file" not in self.errors and "file" in self.fields:
            name, messages = next(iter(self.errors.items()))
            self.add_error("file", f"{self.fields[name].label}: {' '.join(messages)}")
        return cleaned

    @transaction.atomic
    def save(self, commit: bool = True) -> Any:
        return super().save(commit=commit)
