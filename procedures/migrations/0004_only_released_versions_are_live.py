"""The rule of sign-off where no code can walk around it."""

from django.db import migrations

from practice.content_version import watch

ONLY_RELEASED = """
CREATE FUNCTION topic_is_released() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- While a page is deleted, its revisions go first.
    IF TG_OP = 'UPDATE' AND OLD.live AND (
        NEW.live_revision_id IS NULL OR NEW.live_revision_id = OLD.live_revision_id
    ) THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (
        SELECT FROM django_content_type AS ct WHERE ct.id = NEW.content_type_id
        AND ct.app_label = 'procedures' AND ct.model IN ('condition', 'procedure')
    ) THEN
        RETURN NEW;
    END IF;
    -- A row that comes into being without a revision is being made by hand, and has no history.
    IF TG_OP = 'INSERT' AND NEW.live_revision_id IS NULL THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (
        SELECT FROM procedures_release AS r
        WHERE r.topic_id = NEW.id AND r.revision_id = NEW.live_revision_id
    ) THEN
        RAISE EXCEPTION 'page %: nobody released this version', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'topic_is_released';
    END IF;
    RETURN NEW;
END $$
"""
UNCHANGED = """
CREATE FUNCTION released_revision_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM procedures_release AS r WHERE r.revision_id = OLD.id) THEN
        RAISE EXCEPTION 'revision %: it was released and cannot change', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'released_revision_stays';
    END IF;
    RETURN NEW;
END $$
"""
A_PHYSICIAN = """
CREATE FUNCTION release_is_signed_by_a_physician() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM practice_practitioner AS p
        WHERE p.id = NEW.signed_by_id AND p.role = 'physician'
    ) THEN
        RAISE EXCEPTION 'only a physician signs'
            USING ERRCODE = 'check_violation',
            CONSTRAINT = 'release_is_signed_by_a_physician';
    END IF;
    RETURN NEW;
END $$
"""
TRIGGERS = [
    "CREATE TRIGGER topic_is_released BEFORE INSERT OR UPDATE ON wagtailcore_page "
    "FOR EACH ROW WHEN (NEW.live) EXECUTE FUNCTION topic_is_released()",
    "CREATE TRIGGER released_revision_stays BEFORE UPDATE OF content ON wagtailcore_revision "
    "FOR EACH ROW WHEN (NEW.content IS DISTINCT FROM OLD.content) "
    "EXECUTE FUNCTION released_revision_stays()",
    "CREATE TRIGGER release_is_signed_by_a_physician BEFORE INSERT ON procedures_release "
    "FOR EACH ROW WHEN (NEW.ground = 'signed') "
    "EXECUTE FUNCTION release_is_signed_by_a_physician()",
]
# What was live before there were signatures came from a bundle: nobody here has reviewed it.
BEFORE = """
INSERT INTO procedures_release (topic_id, revision_id, ground, at, signer, is_own_text)
SELECT p.id, r.id, 'imported', coalesce(p.last_published_at, r.created_at), '', false
FROM wagtailcore_page AS p
JOIN procedures_topic AS t ON t.page_ptr_id = p.id
JOIN wagtailcore_revision AS r ON r.id = p.live_revision_id
WHERE p.live
"""


class Migration(migrations.Migration):
    dependencies = [
        ("procedures", "0003_release"),
        ("practice", "0007_keep_what_is_published"),
    ]
    operations = [
        migrations.RunSQL(
            [BEFORE, ONLY_RELEASED, UNCHANGED, A_PHYSICIAN, *TRIGGERS],
            [
                "DROP TRIGGER IF EXISTS topic_is_released ON wagtailcore_page",
                "DROP TRIGGER IF EXISTS released_revision_stays ON wagtailcore_revision",
                "DROP TRIGGER IF EXISTS release_is_signed_by_a_physician ON procedures_release",
                "DROP FUNCTION IF EXISTS topic_is_released()",
                "DROP FUNCTION IF EXISTS released_revision_stays()",
                "DROP FUNCTION IF EXISTS release_is_signed_by_a_physician()",
            ],
        ),
        watch("procedures_release"),
    ]
