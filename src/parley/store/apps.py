"""The one Django app of the store."""

from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Tables are named store_…; ids count in 64 bits."""

    name = "parley.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
