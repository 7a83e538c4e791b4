"""The languages Parley speaks, and which of them a borrower's tag means."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """A language shipped in full: catalogue, reading, pages."""

    EN = "en"
    ZH_HANS = "zh-Hans"
    ZH_HANT = "zh-Hant"


# Region decides the script where the tag names none (CLDR likely subtags).
_TRADITIONAL_REGIONS = frozenset({"TW", "HK", "MO"})


def language_of(tag: str) -> Language:
    """Return the shipped language of a BCP 47 *tag*: zh-HK → zh-Hant, zh → zh-Hans, anything else → en."""
    parts = tag.replace("_", "-").split("-")
    if parts[0].lower() not in {"zh", "yue", "cmn"}:
        return Language.EN
    subtags = {part.upper() for part in parts[1:]}
    if "HANT" in subtags or (subtags & _TRADITIONAL_REGIONS and "HANS" not in subtags):
        return Language.ZH_HANT
    if parts[0].lower() == "yue" and "HANS" not in subtags:
        return Language.ZH_HANT
    return Language.ZH_HANS
