from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0019_ledger"),
    ]

    operations = [
        migrations.CreateModel(
            name="InboundPart",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("provider", models.CharField(max_length=20)),
                ("provider_event", models.CharField(max_length=80)),
                ("address_index", models.BinaryField(max_length=40, null=True)),
                ("group", models.UUIDField()),
                ("reference", models.CharField(max_length=40)),
                ("number", models.SmallIntegerField()),
                ("of", models.SmallIntegerField()),
                ("body_sealed", models.BinaryField(null=True)),
                ("at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("state", models.CharField(default="waiting", max_length=8)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["address_index", "reference"], name="inbound_part_near"),
                    models.Index(fields=["state", "received_at"], name="inbound_part_waiting"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "provider_event"), name="inbound_part_once")
                ],
            },
        ),
    ]
