"""Whether a picture or a file came with a text; of the texts before this nobody knows."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0026_number_facts"),
    ]

    operations = [
        migrations.AddField("inbound", "has_media", models.BooleanField(default=False)),
        migrations.AddField("inboundpart", "has_media", models.BooleanField(default=False)),
    ]
