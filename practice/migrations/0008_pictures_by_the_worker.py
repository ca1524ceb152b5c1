"""A picture asks for its smaller copies itself, whichever way it comes, in the same transaction;
pages are rendered anew when they are there."""

from django.db import migrations, models

from practice.content_version import watch

FUNCTION = """
CREATE FUNCTION ask_for_renditions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, args)
    VALUES ('pictures', 'practice.make_renditions', -10, 'pictures',
            jsonb_build_object('picture', NEW.id));
    RETURN NULL;
END $$
"""
NEW = """
CREATE TRIGGER ask_for_renditions AFTER INSERT ON practice_picture
FOR EACH ROW EXECUTE FUNCTION ask_for_renditions()
"""
REPLACED = """
CREATE TRIGGER ask_for_renditions_again AFTER UPDATE ON practice_picture
FOR EACH ROW WHEN (OLD.file IS DISTINCT FROM NEW.file) EXECUTE FUNCTION ask_for_renditions()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("practice", "0007_keep_what_is_published"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [
        migrations.AddField(
            model_name="picture",
            name="source_sha1",
            field=models.CharField(blank=True, editable=False, max_length=40, default=""),
            preserve_default=False,
        ),
        migrations.RunSQL(
            [FUNCTION, NEW, REPLACED],
            [
                "DROP TRIGGER IF EXISTS ask_for_renditions_again ON practice_picture",
                "DROP TRIGGER IF EXISTS ask_for_renditions ON practice_picture",
                "DROP FUNCTION IF EXISTS ask_for_renditions()",
            ],
        ),
        watch("practice_rendition"),
    ]
