# Apart from 0003: PostgreSQL alters no table that the same transaction has changed rows of.

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def wait(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    talks = apps.get_model("store", "Conversation").objects
    talks.filter(needs_person_since__isnull=False, closed_at__isnull=True).update(waiting_since=F("needs_person_since"))


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0003_desk"),
    ]

    operations = [
        migrations.RunPython(wait, migrations.RunPython.noop),
    ]
