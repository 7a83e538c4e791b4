"""What a person says a reply says, where the reader was wrong: a label of the guide, without the reply itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

from parley.nlu.reading import Intent, ReadingContext, Slots
from parley.nlu.settle import FIRST, RANK
from parley.nlu.slots import SENSITIVE_HARDSHIPS

# Who asks whether our text is a scam asks who we are: the one pair in which the graver matter stands second.
_ASKS_WHETHER_SCAM: Final = (Intent.HELP, Intent.FRAUD_CLAIM)


@dataclass(frozen=True, slots=True, repr=False)
class Correction:
    """A label. `language` is that of the reply, as the guide names it; `note` why, where it is not plain."""

    language: str
    intent: Intent
    also: tuple[Intent, ...] = ()
    slots: Slots = field(default_factory=Slots)
    conditional: bool = False
    sensitive: bool = False
    note: str = ""

    def __repr__(self) -> str:
        """Hide all: it says what a borrower said."""
        return "Correction()"

    @property
    def oos(self) -> bool:
        """Whether the reply is out of scope: by the guide exactly where no intent fits."""
        return self.intent is Intent.OTHER


def by_the_guide(correction: Correction) -> Correction:
    """Return *correction* with what the guide settles: the order of `also`, and what is sensitive in any case."""
    also = {*correction.also} - {correction.intent, Intent.OTHER}
    is_always_sensitive = correction.intent is Intent.RISK or correction.slots.hardship in SENSITIVE_HARDSHIPS
    return replace(
        correction,
        also=tuple(sorted(also, key=RANK.__getitem__)),
        sensitive=correction.sensitive or is_always_sensitive,
    )


def graver_beside(correction: Correction) -> Intent | None:
    """Return the intent of `also` that the guide wants as the primary one; None where the order is right."""
    for one in correction.also:
        if one in FIRST and RANK[one] < RANK[correction.intent] and (correction.intent, one) != _ASKS_WHETHER_SCAM:
            return one
    return None


def labelled(correction: Correction, name: str, text: str, context: ReadingContext) -> dict[str, Any]:
    """Return the line of labelled replies: a reply *text* as read in *context*, and what a person says it says.

    Every value is one that JSON can write.
    """
    return {
        "id": name,
        "text": text,
        "lang": correction.language,
        "now": context.now.isoformat(),
        "tz": context.zone,
        "locale": context.locale,
        "context": context.last_message,
        "intent": str(correction.intent),
        "also": [str(one) for one in correction.also],
        "slots": {name: _plain(name, getattr(correction.slots, name)) for name in correction.slots.filled()},
        "conditional": correction.conditional,
        "oos": correction.oos,
        "sensitive": correction.sensitive,
        "note": correction.note,
    }


def _plain(name: str, value: Any) -> object:  # noqa: ANN401 - a slot's value
    if name == "amount":
        # Of at most fifteen digits (see `labels`): a float gives back the same decimal.
        return int(value) if value == int(value) else float(value)
    return [day.isoformat() for day in value] if isinstance(value, tuple) else value
