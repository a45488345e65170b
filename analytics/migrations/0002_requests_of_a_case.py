from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0001_tables")]

    operations = [
        migrations.AddIndex(
            "apirequest",
            models.Index(fields=["case", "time"], name="requests_of_a_case", condition=models.Q(case__isnull=False)),
        ),
    ]
