"""Whatever is published is kept, by whichever way it is published."""

from django.db import migrations

INSERT = """
INSERT INTO practice_publishedversion
    (page_id, revision_id, model, title, url_path, content, at)
SELECT p.id, r.id, ct.app_label || '.' || ct.model, p.title, p.url_path, r.content,
       coalesce(p.last_published_at, r.created_at)
FROM {page} AS p
JOIN wagtailcore_revision AS r ON r.id = p.live_revision_id
JOIN django_content_type AS ct ON ct.id = p.content_type_id
"""
FUNCTION = f"""
CREATE FUNCTION keep_published_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.live
        AND NEW.live_revision_id IS NOT DISTINCT FROM OLD.live_revision_id
        AND NEW.last_published_at IS NOT DISTINCT FROM OLD.last_published_at
    THEN
        RETURN NULL;
    END IF;
    {INSERT.format(page="(SELECT NEW.*)")};
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER keep_published_version AFTER INSERT OR UPDATE ON wagtailcore_page
FOR EACH ROW WHEN (NEW.live AND NEW.live_revision_id IS NOT NULL)
EXECUTE FUNCTION keep_published_version()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("practice", "0006_published_version"),
        ("wagtailcore", "0001_squashed_0016_change_page_url_path_to_text_field"),
    ]
    operations = [
        migrations.RunSQL(
            [FUNCTION, TRIGGER, INSERT.format(page="wagtailcore_page") + " WHERE p.live"],
            [
                "DROP TRIGGER IF EXISTS keep_published_version ON wagtailcore_page",
                "DROP FUNCTION IF EXISTS keep_published_version()",
            ],
        )
    ]
