"""Everything the simulation reads from files, as one value: card, situations, and what is said in each language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from parley.locale import Language
from parley.simulation.card import Card, load_card
from parley.simulation.speech import Intention, Speech, load_speech

CARD_FILE: Final = "card.toml"
SITUATIONS_FILE: Final = "situations.toml"
SPEECH_FILES: Final = {
    Language.EN: "speech_en.toml",
    Language.ZH_HANS: "speech_zh_hans.toml",
    Language.ZH_HANT: "speech_zh_hant.toml",
}
# What `run` reads out of the package parley.simulation.data and hands to `load_world`.
FILES: Final = (CARD_FILE, SITUATIONS_FILE, *SPEECH_FILES.values())


class Decision(StrEnum):
    """What decides the answer: the weights alone, or something of the borrower's own situation."""

    MIX = "mix"
    IDENTITY = "identity"
    CAPACITY = "capacity"
    OFFER = "offer"
    READ_BACK = "read_back"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Situation:
    """How a person takes a text of ours. Units: percent; weights of intentions."""

    name: str
    unprompted: bool
    reply_percent: int
    decide: Decision
    mix: dict[Intention, int]


@dataclass(frozen=True, slots=True, repr=False)
class World:
    """The data of the simulation."""

    card: Card
    situations: dict[str, Situation]
    speech: dict[Language, Speech]

    def situation(self, template_key: str) -> Situation:
        """Return how the text *template_key* is taken. Raises ValueError for a key nobody has described."""
        found = self.situations.get(template_key)
        if found is None:
            raise ValueError(f"the simulation does not know the text {template_key!r}; add it to situations.toml")
        return found


def load_world(files: Mapping[str, bytes]) -> World:
    """Read the data: *files* are the contents of `FILES` by name. Raises ValueError for what does not fit."""
    return World(
        card=load_card(files[CARD_FILE]),
        situations=_situations(files[SITUATIONS_FILE]),
        speech={language: load_speech(files[name]) for language, name in SPEECH_FILES.items()},
    )


def _situations(raw: bytes) -> dict[str, Situation]:
    by_key: dict[str, Situation] = {}
    for name, entry in tomllib.loads(raw.decode()).items():
        situation = _situation(name, entry)
        for key in entry["keys"]:
            if key in by_key:
                raise ValueError(f"situations.toml: the text {key} stands twice")
            by_key[key] = situation
    return by_key


def _situation(name: str, entry: dict[str, Any]) -> Situation:
    return Situation(
        name=name,
        unprompted=bool(entry.get("unprompted", False)),
        reply_percent=int(entry["reply_percent"]),
        decide=Decision(entry.get("decide", "mix")),
        mix={Intention(key): int(weight) for key, weight in entry["mix"].items()},
    )
