"""Django's `migrate`, and then the groups and the rights that belong to the new tables."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as Migrate

from clinic_site import roles


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if options["plan"] or options["check_unapplied"] or options["app_label"]:
            return
        roles.install_groups()
        if (role := roles.application_role()) is not None:
            roles.grant(role)
