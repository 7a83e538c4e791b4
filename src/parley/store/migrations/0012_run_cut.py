from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0011_named_times"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="cut",
            field=models.JSONField(null=True),
        ),
    ]
