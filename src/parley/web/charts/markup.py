"""Markup built as nested calls, escaped by default: what is not markup already is text."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

# HTML elements that have no end tag; SVG is written with one, which is right in both.
_VOID = frozenset({"meta", "link", "input", "br", "hr"})

NOTHING = SafeString("")


def tag(name: str, /, *children: object, **attributes: object) -> SafeString:
    """Return the element *name*. `class_` is class, `aria_label` is aria-label; None and False leave one out."""
    opened = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        written = key.rstrip("_").replace("_", "-")
        opened.append(written if value is True else f'{written}="{_safe(value)}"')
    start = f"<{' '.join(opened)}>"
    return _markup(start if name in _VOID else f"{start}{joined(children)}</{name}>")


def joined(parts: Iterable[object]) -> SafeString:
    """Return the parts one after the other, each escaped unless it is markup; None is left out."""
    return _markup("".join(_safe(part) for part in parts if part is not None))


def _safe(part: object) -> str:
    return part if isinstance(part, SafeString) else escape(str(part))


def _markup(text: str) -> SafeString:
    return mark_safe(text)  # noqa: S308 - every part was escaped above, and tag names are ours
