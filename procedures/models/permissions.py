"""Nobody publishes a topic through Wagtail, whatever their role: procedures/signing.py does."""

from __future__ import annotations

from wagtail.models import PagePermissionTester


class TopicPermissions(PagePermissionTester):
    """What somebody may do with one topic. To take it off the site stays Wagtail's to answer."""

    def can_publish(self) -> bool:
        return False

    def can_unschedule(self) -> bool:
        return bool(super().can_publish())


class TopicListPermissions(PagePermissionTester):
    """For the two pages that topics live under."""

    def can_publish_subpage(self) -> bool:
        return False
