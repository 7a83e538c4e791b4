"""What the machine may do in a talk: say one approved message, and act. Values only; `engine` carries them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from parley.negotiation.state import State


class Act(StrEnum):
    """A deed that goes with a move."""

    OFFER = "offer"
    READ_BACK = "read_back"
    AGREE = "agree"
    PROMISE = "promise"
    PROVE_IDENTITY = "prove_identity"
    QUARANTINE = "quarantine"
    CANCEL_WAITING = "cancel_waiting"
    OPT_OUT = "opt_out"
    OPT_OUT_PROMOTION = "opt_out_promotion"
    RESUME = "resume"
    PAGE_PERSON = "page_person"
    CONFIRM_TRANSACTION = "confirm_transaction"
    DENY_TRANSACTION = "deny_transaction"
    ASK_LIMIT_RISE = "ask_limit_rise"
    END_PLAN = "end_plan"
    SCORE = "score"


@dataclass(frozen=True, slots=True, repr=False)
class Memory:
    """What the talk has established. Sealed at rest: it holds what the borrower told us.

    Units: minor units; `capacity_minor` is a month's, as is `asked_minor`, a figure read back because the reply could
    mean several, unless `asked_once`; `lump_minor` can be paid once; counters count since the thread opened.
    """

    goal: str = ""
    turns: int = 0
    unclear: int = 0
    # The last reply was a picture or a file without words, and we asked for words.
    asked_words: bool = False
    identity_tries: int = 0
    menus: int = 0
    declined: bool = False
    asked_minor: int | None = None
    asked_once: bool = False
    capacity_minor: int | None = None
    lump_minor: int | None = None
    first_due_on: date | None = None
    # A day on which pay comes, as the borrower named it, and how many days apart such days are; 0: a month.
    pay_day: date | None = None
    pay_every_days: int = 0
    offer_id: str = ""
    option: int | None = None
    promise_minor: int | None = None
    promise_due_on: date | None = None
    # A text of this thread has told where independent advice is found.
    advised: bool = False
    # The plan that was last read out on the phone, by a person: offer, option and call.
    read_on_phone: str = ""
    # What was told of income and spending, as plain values, and what our last question about it was.
    statement: Mapping[str, Any] | None = None
    budget_asks: str = ""

    def to_json(self) -> dict[str, object]:
        """Return the memory as plain values; dates as ISO text."""
        return {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, values: dict[str, object]) -> Memory:
        """Read what `to_json` wrote; a key this version does not know is dropped."""
        known = {key: value for key, value in values.items() if key in cls.__slots__}
        for key in ("first_due_on", "pay_day", "promise_due_on"):
            if isinstance(known.get(key), str):
                known[key] = date.fromisoformat(str(known[key]))
        return cls(**known)  # type: ignore[arg-type]  # the values were written by to_json of this class

    def but(self, **changes: object) -> Memory:
        """Return a copy with *changes*."""
        return replace(self, **changes)  # type: ignore[arg-type]  # checked by the dataclass's own constructor


@dataclass(frozen=True, slots=True, repr=False)
class Move:
    """The answer to one inbound: the state it leads to, the message to say ("" = silence), deeds, memory.

    `hold` names a hold to lay on; `person` is the reason a person must look ("" = none needed). `between`: the two
    things that "do you mean this or that" names.
    """

    to: State
    say: str = ""
    acts: tuple[Act, ...] = ()
    memory: Memory = Memory()
    hold: str = ""
    person: str = ""
    between: tuple[str, ...] = ()
