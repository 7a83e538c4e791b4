"""Every text Parley can send: one key, three languages, and what each may disclose. The texts lie beside this file."""

from __future__ import annotations

from parley.messaging.catalogue.entry import ContentClass, Context, Discloses, Entry
from parley.messaging.catalogue.house import TextFault
from parley.messaging.catalogue.load import FILES, load_catalogue
from parley.messaging.catalogue.own import OwnWording, lay_over, own_faults, read_own
from parley.messaging.catalogue.texts import OWN_FROM, Catalogue, Rendered, ShownNumber

__all__ = [
    "FILES",
    "OWN_FROM",
    "Catalogue",
    "ContentClass",
    "Context",
    "Discloses",
    "Entry",
    "OwnWording",
    "Rendered",
    "ShownNumber",
    "TextFault",
    "lay_over",
    "load_catalogue",
    "own_faults",
    "read_own",
]
