from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0004_waiting_since"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportBatch",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=16)),
                ("file_name", models.CharField(max_length=200)),
                ("file_digest", models.CharField(max_length=64)),
                ("size_bytes", models.BigIntegerField()),
                ("encoding", models.CharField(blank=True, default="", max_length=20)),
                ("map_name", models.CharField(blank=True, default="", max_length=200)),
                ("map_text", models.TextField(blank=True, default="")),
                ("overrides", models.JSONField(default=dict)),
                ("keeps_good_rows", models.BooleanField(default=False)),
                ("state", models.CharField(max_length=8)),
                ("total", models.IntegerField(default=0)),
                ("done", models.IntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("error_file", models.CharField(blank=True, default="", max_length=240)),
                ("error_bytes", models.BigIntegerField(default=0)),
                ("by", models.CharField(max_length=60)),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.CharField(blank=True, default="", max_length=60)),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "file_digest"], name="import_batch_by_file")],
            },
        ),
        migrations.CreateModel(
            name="Transaction",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("row_key", models.CharField(max_length=80, unique=True)),
                ("at", models.DateTimeField()),
                ("amount_minor", models.BigIntegerField()),
                ("merchant_sealed", models.BinaryField(null=True)),
                ("is_abnormal", models.BooleanField(default=False)),
                ("reason_code", models.CharField(blank=True, default="", max_length=40)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="transactions", to="store.account"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportChunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("changes", models.JSONField(default=list)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="chunks", to="store.importbatch"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("batch", "number"), name="import_chunk_once")],
            },
        ),
    ]
