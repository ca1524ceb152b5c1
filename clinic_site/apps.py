from django.apps import AppConfig
from django.contrib.admin import apps as admin


class ClinicSiteConfig(AppConfig):
    name = "clinic_site"
    verbose_name = "Site"
    default = True

    def ready(self) -> None:
        from clinic_site import checks  # noqa: F401  registers them


class ClinicAdminConfig(admin.AdminConfig):
    default_site = "clinic_site.admin_site.ClinicAdminSite"
    default = False
