"""Writes practice/roles.py into the database, and the rights of the application's own role.

Run after every migration (clinic_site/management/commands/migrate.py); safe to run again.
"""

from __future__ import annotations

import os
from urllib.parse import unquote, urlsplit

import pgtrigger.registry
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from psycopg import sql
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from practice.roles import ROLES, WORDS, May

# Which model a permission hangs on; Django wants one, we do not look at it.
_HANGS_ON = {
    "appointments": "appointment",
    "practice": "practice",
    "procedures": "topic",
    "reviews": "review",
}
_SCHEDULES = ("visittype", "workinghours", "videoroom")


@transaction.atomic
def install_groups() -> None:
    """Make the groups have exactly what practice/roles.py says."""
    for role, may in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role.value)
        permissions = [_permission(one) for one in may]
        if May.SET_SCHEDULES in may:
            permissions += Permission.objects.filter(
                content_type__app_label="appointments", content_type__model__in=_SCHEDULES
            )
        if May.SET_SCHEDULES in may:
            permissions += Permission.objects.filter(
                content_type__app_label="correspondence",
                codename__regex=r"^(view|add|change)_(agreement|messagerules)$",
            )
        if May.EDIT_PAGES in may:
            permissions += _content_permissions()
        group.permissions.set(permissions)
        _give_pages(group, edit=May.EDIT_PAGES in may, publish=May.PUBLISH_PAGES in may)


def _permission(may: May) -> Permission:
    app, codename = may.value.split(".")
    existing = Permission.objects.filter(content_type__app_label=app, codename=codename).first()
    if existing is not None:
        return existing
    content_type = ContentType.objects.get_for_model(apps.get_model(app, _HANGS_ON[app]))
    return Permission.objects.create(
        content_type=content_type, codename=codename, name=str(WORDS[may])
    )


def _content_permissions() -> list[Permission]:
    """What the pages are made from besides pages: practice, places, people, offers."""
    closed = {"accesslog", "ratecount", "contentversion", "importeditem", "rendition"}
    closed |= {"publishedversion", "release"}  # written by publishing, never by hand
    return list(
        Permission.objects.filter(
            content_type__app_label__in=("practice", "procedures"),
            codename__regex=r"^(add|change|delete|view)_",
        ).exclude(content_type__model__in=closed)
    )


def _give_pages(group: Group, *, edit: bool, publish: bool) -> None:
    root, files = Page.get_first_root_node(), Collection.get_first_root_node()
    wanted = {"add_page", "change_page"} if edit else set()
    if publish:
        wanted |= {"publish_page", "lock_page", "unlock_page"}
    GroupPagePermission.objects.filter(group=group).exclude(
        permission__codename__in=wanted
    ).delete()
    if root is not None:
        for permission in Permission.objects.filter(
            content_type__app_label="wagtailcore", codename__in=wanted
        ):
            GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
    pictures = Permission.objects.filter(
        content_type__app_label="wagtailimages",
        content_type__model="image",
        codename__in=("add_image", "change_image", "choose_image") if edit else (),
    )
    GroupCollectionPermission.objects.filter(group=group).exclude(permission__in=pictures).delete()
    if files is not None:
        for permission in pictures:
            GroupCollectionPermission.objects.get_or_create(
                group=group, collection=files, permission=permission
            )


# --- the application's role in the database ------------------------------------------------------


def application_role() -> str | None:
    """The role that the site connects with, where that is not the one that owns the tables."""
    if not os.environ.get("DATABASE_OWNER_URL"):
        return None
    # manage.py moves the application's address aside while a command runs as owner.
    url = os.environ.get("DATABASE_APP_URL") or os.environ.get("DATABASE_URL", "")
    role = unquote(urlsplit(url).username or "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (owner,) = cursor.fetchone()
    return role if role and role != owner else None


def append_only_tables() -> list[str]:
    """Tables whose rows are only added: the ones with our trigger or pghistory's."""
    return sorted(
        {
            model._meta.db_table
            for model, trigger in pgtrigger.registry.registered()
            if trigger.name == "append_only"
        }
    )


def grant(role: str) -> None:
    """Give `role` what the site needs and no more. One transaction, so a running site never
    stands without rights. Raises ProgrammingError when the role does not exist."""
    name = sql.Identifier(role)
    statements = [
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name),
        sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(name),
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}").format(
            name
        ),
        sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(name),
        sql.SQL("REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}").format(name),
        *(
            sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), name)
            for table in append_only_tables()
        ),
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
