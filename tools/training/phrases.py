"""Which phrases is the reader taught? The TOML files of `data/`, one an intent, as people wrote them.

A phrase has a text with places to fill (`render`), the kinds of our last message it may answer, and its labels.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from parley.nlu.reading import Intent

DATA: Final = Path(__file__).parent / "data"
GUIDE_CONTEXTS: Final = ("reminder", "overdue", "offer", "plan_confirm", "risk_alert", "promo", "limit_change")
_DEBT: Final = ("reminder", "overdue")
_TALK: Final = ("reminder", "overdue", "offer", "plan_confirm")
# Kinds of our last message where the writer of the phrase named none.
_USUAL: Final[Mapping[Intent, tuple[str, ...]]] = {
    **dict.fromkeys(Intent, _TALK),
    **dict.fromkeys(
        (Intent.STOP, Intent.RISK, Intent.LEGAL, Intent.WRONG_NUMBER, Intent.FRAUD_CLAIM, Intent.ASK_HUMAN),
        GUIDE_CONTEXTS,
    ),
    **dict.fromkeys((Intent.COMPLAINT, Intent.CALL_TIME, Intent.HELP, Intent.OTHER), GUIDE_CONTEXTS),
    Intent.PROMISE_TO_PAY: _DEBT,
    Intent.COUNTER_OFFER: ("offer",),
    Intent.THANKS: ("reminder", "limit_change"),
    Intent.ASK_INFO: ("reminder", "overdue", "offer", "limit_change"),
}
_KEYS: Final = frozenset(
    {"text", "context", "also", "slots", "locale", "conditional", "sensitive", "oos", "lang", "intent"}
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A way to say something, by one writer. `id`: file and place."""

    id: str
    text: str
    language: str
    locale: str
    contexts: tuple[str, ...]
    intent: Intent
    also: tuple[Intent, ...]
    slots: Mapping[str, str]
    conditional: bool
    sensitive: bool
    oos: bool


def load_phrases(folder: Path = DATA) -> list[Phrase]:
    """Return every phrase below *folder*, by file and place. Raises ValueError that names both."""
    return [
        phrase
        for language in ("en", "zh")
        for path in sorted((folder / language).glob("*.toml"))
        for phrase in _of_file(path, language)
    ]


def _of_file(path: Path, language: str) -> Iterator[Phrase]:
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    for place, raw in enumerate([*document.get("replies", []), *document.get("reply", [])]):
        name = f"{language}/{path.stem}/{place}"
        if unknown := set(raw) - _KEYS:
            raise ValueError(f"{name}: unknown keys {sorted(unknown)}")
        yield _phrase(name, path.stem, language, raw)


def _phrase(name: str, stem: str, language: str, raw: Mapping[str, Any]) -> Phrase:
    intent = Intent(raw.get("intent", stem))
    contexts = tuple(raw.get("context", ()) or _USUAL[intent])
    if unknown := set(contexts) - set(GUIDE_CONTEXTS):
        raise ValueError(f"{name}: unknown contexts {sorted(unknown)}")
    return Phrase(
        id=name,
        text=raw["text"],
        language=raw.get("lang", language),
        locale=raw.get("locale", "en-US" if language == "en" else "zh-Hans-CN"),
        contexts=contexts,
        intent=intent,
        also=tuple(Intent(one) for one in raw.get("also", ())),
        slots=raw.get("slots", {}),
        conditional=raw.get("conditional", False),
        sensitive=raw.get("sensitive", intent is Intent.RISK),
        oos=raw.get("oos", intent is Intent.OTHER),
    )
