"""Sets Django up for this process, once. Knows no database: `configure` points to one."""

from __future__ import annotations

import os

import django
from django.conf import settings

from parley.store import django_settings


def set_up() -> None:
    """Set Django up with the shared settings, unless it is, or is about to be by way of our settings module.

    A variable that was exported for another Django project on this machine is not followed.
    """
    if settings.configured or os.environ.get("DJANGO_SETTINGS_MODULE") == django_settings.__name__:
        return
    shared = {name: value for name, value in vars(django_settings).items() if name.isupper()}
    settings.configure(**shared)
    django.setup()
