"""What was told of a plan beside its figures is kept with it; plans agreed before have none."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0020_inbound_parts"),
    ]

    operations = [
        migrations.AddField("arrangement", "terms", models.JSONField(null=True)),
    ]
