"""Every text Parley can send: one key, three languages, and what each may disclose. The texts lie beside this file."""

from __future__ import annotations

from parley.messaging.catalogue.load import FILES, load_catalogue
from parley.messaging.catalogue.texts import Catalogue, ContentClass, Context, Discloses, Entry, Rendered, ShownNumber

__all__ = [
    "FILES",
    "Catalogue",
    "ContentClass",
    "Context",
    "Discloses",
    "Entry",
    "Rendered",
    "ShownNumber",
    "load_catalogue",
]
