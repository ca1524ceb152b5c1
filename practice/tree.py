"""The pages every site has before anybody has written one.

Written for plain model classes, so that a migration (with `apps` of its own time) and a person at
a prompt (with `django.apps.apps`) make the same tree. Safe to run again.
"""

from __future__ import annotations

from typing import Any

STEP = 4
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def next_path(last: str) -> str:
    """The path after `last` among its siblings, as treebeard counts: base 36, four digits."""
    number = int(last[-STEP:], 36) + 1
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = DIGITS[rest] + digits
    return last[:-STEP] + digits.rjust(STEP, "0")


def ensure_child(
    apps: Any, parent: Any, app_label: str, model: str, *, slug: str, title: str
) -> Any:
    """The published page of this model under `parent`, made where there is none."""
    Page = apps.get_model(app_label, model)
    if page := Page.objects.first():
        return page
    ContentType = apps.get_model("contenttypes", "ContentType")
    content_type, _ = ContentType.objects.get_or_create(app_label=app_label, model=model.lower())
    plain = apps.get_model("wagtailcore", "Page").objects
    siblings = plain.filter(path__startswith=parent.path, depth=parent.depth + 1)
    last = siblings.order_by("-path").values_list("path", flat=True).first()
    page = Page.objects.create(
        title=title,
        draft_title=title,
        slug=slug,
        content_type=content_type,
        path=next_path(last) if last else f"{parent.path}0001",
        depth=parent.depth + 1,
        numchild=0,
        url_path=f"{parent.url_path}{slug}/",
        locale_id=parent.locale_id,
        live=True,
    )
    plain.filter(pk=parent.pk).update(numchild=siblings.count())
    return page


def ensure_home(apps: Any) -> Any:
    """The home page at the root of the default site, with the list of people under it."""
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    root = ensure_root(apps)
    home = ensure_child(apps, root, "practice", "HomePage", slug="welcome", title="Home")
    site = Site.objects.filter(is_default_site=True).first()
    if site is None:
        site = Site(hostname="localhost", port=80, is_default_site=True)
    if site.root_page_id != home.pk:
        site.root_page_id = home.pk
        site.save()
    # Wagtail's own first page, as long as it is still the bare one that it came with.
    bare = Page.objects.filter(
        depth=2, slug="home", content_type__app_label="wagtailcore", content_type__model="page"
    )
    if bare.exists():
        bare.delete()
        Page.objects.filter(pk=root.pk).update(
            numchild=Page.objects.filter(path__startswith=root.path, depth=2).count()
        )
    ensure_child(apps, home, "practice", "TeamIndexPage", slug="team", title="Our team")
    return home


def ensure_root(apps: Any) -> Any:
    """Wagtail's root; only a database emptied by a test lacks it."""
    Page = apps.get_model("wagtailcore", "Page")
    if root := Page.objects.filter(depth=1).order_by("path").first():
        return root
    locale, _ = apps.get_model("wagtailcore", "Locale").objects.get_or_create(language_code="en")
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="wagtailcore", model="page"
    )
    return Page.objects.create(
        title="Root",
        draft_title="Root",
        slug="root",
        content_type=content_type,
        path="0001",
        depth=1,
        numchild=0,
        url_path="/",
        locale=locale,
        live=True,
    )
