"""A lender's own texts, version by version."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0022_page_links"),
    ]

    operations = [
        migrations.CreateModel(
            name="OwnText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60)),
                ("language", models.CharField(max_length=10)),
                ("number", models.IntegerField()),
                ("source", models.TextField()),
                ("state", models.CharField(default="draft", max_length=10)),
                ("authors", models.JSONField(default=list)),
                ("written_by", models.CharField(max_length=60)),
                ("written_at", models.DateTimeField()),
                ("submitted_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, default="", max_length=60)),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=300)),
                ("expires_on", models.DateField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["key", "language", "number"], name="own_text_once"),
                    models.UniqueConstraint(
                        fields=["key", "language"], condition=models.Q(state="approved"), name="own_text_one_in_force"
                    ),
                    models.UniqueConstraint(
                        fields=["key", "language"],
                        condition=models.Q(state__in=["draft", "submitted"]),
                        name="own_text_one_in_hand",
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(state="approved")
                        | (~models.Q(decided_by="") & ~models.Q(decided_by=models.F("written_by"))),
                        name="own_text_by_two",
                    ),
                ],
            },
        ),
    ]
