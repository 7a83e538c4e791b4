from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0024_carrier_references"),
    ]

    operations = [
        migrations.CreateModel(
            name="RouteState",
            fields=[
                ("provider", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("failures", models.IntegerField(default=0)),
                ("code", models.CharField(blank=True, default="", max_length=60)),
                ("down_since", models.DateTimeField(null=True)),
                ("down_until", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PrefixHour",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("prefix", models.CharField(max_length=12)),
                ("hour", models.DateTimeField()),
                ("messages", models.IntegerField(default=0)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("prefix", "hour"), name="prefix_hour_once")],
            },
        ),
    ]
