from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PracticeConfig(AppConfig):
    name = "practice"
    verbose_name = _("The practice")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from practice import fragments  # noqa: F401 registers what moves
