#!/usr/bin/env python
"""Django's command line. Commands that change tables connect as the database's owner."""

import os
import sys

# The site itself connects with a role that cannot alter tables (docs/security.md).
OWNER_COMMANDS = {"migrate", "makemigrations", "dbshell", "backup", "restore_drill"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic_site.settings")
    owner_url = os.environ.get("DATABASE_OWNER_URL")
    if owner_url and len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ["DATABASE_APP_URL"] = os.environ.get("DATABASE_URL", "")
        os.environ["DATABASE_URL"] = owner_url
        os.environ["CLINIC_STATEMENT_TIMEOUT_MS"] = "0"
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
