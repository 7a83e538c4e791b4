from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0023_own_texts"),
    ]

    operations = [
        migrations.CreateModel(
            name="WaitingReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=20)),
                ("provider_event", models.CharField(max_length=80)),
                ("provider_id", models.CharField(max_length=80)),
                ("event", models.CharField(max_length=24)),
                ("at", models.DateTimeField()),
                ("received_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "provider_event"), name="waiting_receipt_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CarrierReference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=20)),
                ("provider_id", models.CharField(max_length=80)),
                ("part", models.SmallIntegerField(default=0)),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carrier_references",
                        to="store.message",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "provider_id", "message"), name="carrier_reference_once"
                    )
                ],
            },
        ),
    ]
