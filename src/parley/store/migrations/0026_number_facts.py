from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0025_routes"),
    ]

    operations = [
        migrations.CreateModel(
            name="NumberFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address_index", models.BinaryField(max_length=40, unique=True)),
                ("line", models.CharField(blank=True, default="", max_length=8)),
                ("network", models.CharField(blank=True, default="", max_length=8)),
                ("is_ported", models.BooleanField(null=True)),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
