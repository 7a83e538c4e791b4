"""What follows a plan: the check after three months, the one more offer after a miss, how it was."""

from __future__ import annotations

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F

from parley.negotiation.budget.recheck import plan_recheck_on

_ROWS_AT_ONCE = 1_000


def _of_before(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Nothing more follows what has ended; plans that stand are asked about as those agreed from now on."""
    plans = apps.get_model("store", "Arrangement").objects
    plans.exclude(standing="active").update(told_at=F("ended_at"), followed_at=F("ended_at"))
    for plan in (
        plans.filter(standing="active")
        .annotate(last_on=models.Max("instalments__due_on"))
        .iterator(chunk_size=_ROWS_AT_ONCE)
    ):
        plan.recheck_on = plan_recheck_on(plan.agreed_at.date(), plan.last_on)
        plan.save(update_fields=["recheck_on"])


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0017_number_trust"),
    ]

    operations = [
        migrations.AddField("arrangement", "recheck_on", models.DateField(null=True)),
        migrations.AddField("arrangement", "told_at", models.DateTimeField(null=True)),
        migrations.AddField("arrangement", "followed_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "arrangement",
            "reoffer",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reoffers",
                to="store.offerrecord",
            ),
        ),
        migrations.AddField("arrangement", "satisfaction", models.SmallIntegerField(null=True)),
        migrations.AddField("arrangement", "waived_minor", models.BigIntegerField(default=0)),
        migrations.AddConstraint(
            "arrangement",
            models.CheckConstraint(
                condition=models.Q(("satisfaction__isnull", True))
                | models.Q(("satisfaction__gte", 1), ("satisfaction__lte", 5)),
                name="arrangement_satisfaction_1_to_5",
            ),
        ),
        migrations.RunPython(_of_before, migrations.RunPython.noop),
    ]
