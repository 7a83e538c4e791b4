"""What a lender may set: one typed file; each value has a unit, a default, a range and a sentence in both languages."""

from __future__ import annotations

from parley.settings.load import load_settings
from parley.settings.model import Settings
from parley.settings.text import default_settings_text, rows_of

__all__ = ["Settings", "default_settings_text", "load_settings", "rows_of"]
