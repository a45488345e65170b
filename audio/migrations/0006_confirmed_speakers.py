from __future__ import annotations

from typing import Any

from django.db import migrations, models


def confirm_named(apps: Any, schema_editor: Any) -> None:
    """Until now only people gave names."""
    apps.get_model("audio", "TranscriptSegment").objects.exclude(speaker=None).exclude(speaker__name="").update(speaker_confirmed=True)


class Migration(migrations.Migration):
    dependencies = [("audio", "0005_noise_models")]

    operations = [
        migrations.AddField(
            "transcriptsegment",
            "speaker_confirmed",
            models.BooleanField(default=False, help_text="a person has said who speaks, or that nobody is to be named"),
        ),
        migrations.RunPython(confirm_named, migrations.RunPython.noop),
    ]
