from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0018_after_a_plan"),
    ]

    operations = [
        migrations.CreateModel(
            name="RouteBucket",
            fields=[
                ("provider", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("left_micro", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="message",
            name="doubt_settled_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="set_aside_at",
            field=models.DateTimeField(null=True),
        ),
    ]
