from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0016_hand_over"),
    ]

    operations = [
        migrations.AddField(
            model_name="contactpoint",
            name="confirmed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="contactpoint",
            name="confirmed_by",
            field=models.CharField(blank=True, default="", max_length=10),
        ),
    ]
