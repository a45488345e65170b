# Files of imports that failed before there was a time for them get one.

from datetime import timedelta

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone


def keep_for_a_time(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    ended = apps.get_model("documents", "LawImport").objects.filter(state__in=["failed", "cancelled"])
    ended.exclude(stored_as="").update(file_until=timezone.now() + timedelta(days=30))


class Migration(migrations.Migration):
    dependencies = [("documents", "0028_papers")]

    operations = [
        migrations.AddField(
            model_name="lawimport",
            name="file_until",
            field=models.DateTimeField(
                blank=True,
                help_text="of an import that failed or was cancelled: so long it can go on",
                null=True,
                verbose_name="file kept until",
            ),
        ),
        migrations.RunPython(keep_for_a_time, migrations.RunPython.noop),
    ]
