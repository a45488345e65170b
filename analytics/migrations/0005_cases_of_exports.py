import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0004_ratings_follow"),
    ]

    operations = [
        migrations.AddField(
            model_name="export",
            name="cases",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), blank=True, default=list, help_text="of one of no case: whose content is in it", size=None
            ),
        ),
    ]
