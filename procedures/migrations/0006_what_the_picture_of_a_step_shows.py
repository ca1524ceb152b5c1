from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("procedures", "0005_words_that_patients_use"),
    ]
    operations = [
        migrations.AddField(
            model_name="step",
            name="alt",
            field=models.CharField(
                blank=True, max_length=300, verbose_name="what the picture shows", default=""
            ),
            preserve_default=False,
        ),
    ]
