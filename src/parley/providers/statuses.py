"""What a carrier's codes mean, as one commented table for each kind: `data/KIND.toml`.

    [[status]]                    a word or number that answers a submission, or stands beside a failed delivery
    code = "21610"
    means = "rejected"            rejected · busy · halted · unknown, see `Means`
    whose = "number"              ours · text · number · carrier: whose matter it is
    en = "…"    zh = "…"          what the operator sees
    [[state]]                     a word of a receipt
    code = "undelivered"
    means = "undelivered"         delivered · undelivered · expired · rejected · on_its_way

A code that no table holds is never taken for a yes: an answer is then *unknown*, a state *on its way*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from parley.providers.port import DeliveryState, NotTaken, Outcome, Rejected, Unknown
from parley.rulebook.document import read_document, tables_of
from parley.rulebook.fields import Fields
from parley.rulebook.rule import Text

ON_ITS_WAY: Final = "on_its_way"


class Means(StrEnum):
    """What is done about an answer."""

    REJECTED = "rejected"  # never taken, and never will be: the message ends here
    BUSY = "busy"  # certainly not taken; the same message may be tried again
    HALTED = "halted"  # certainly not taken, and nothing else will be until a person acts
    UNKNOWN = "unknown"  # it may have been taken; ask, never send again


class Whose(StrEnum):
    """Whose matter it is that a message was not taken or did not arrive."""

    OURS = "ours"
    TEXT = "text"
    NUMBER = "number"
    CARRIER = "carrier"


@dataclass(frozen=True, slots=True)
class Status:
    """One code of a carrier."""

    code: str
    means: Means
    whose: Whose
    words: Text

    @property
    def outcome(self) -> Outcome:
        """What it says of the submission it answers."""
        match self.means:
            case Means.REJECTED:
                return Rejected(self.code, self.words.en)
            case Means.BUSY:
                return NotTaken(self.code, retryable=True)
            case Means.HALTED:
                return NotTaken(self.code, retryable=True, halts=True)
            case Means.UNKNOWN:
                return Unknown(self.code)


@dataclass(frozen=True, slots=True)
class Statuses:
    """The codes of one kind of carrier, by code, and the words of its receipts (None: still on its way)."""

    statuses: Mapping[str, Status]
    states: Mapping[str, DeliveryState | None]

    def outcome(self, code: str) -> Outcome:
        """Return what *code* says of the submission it answers; *unknown* where nobody wrote down what it means."""
        known = self.statuses.get(code)
        return known.outcome if known is not None else Unknown(f"code_{code}"[:40])


@cache
def load_statuses(kind: str) -> Statuses:
    """Return the shipped table of *kind*. Raises BadInput with its line where it does not hold together."""
    name = f"{kind}.toml"
    return read_statuses((files("parley.providers") / "data" / name).read_bytes(), name)


def read_statuses(content: bytes, path: str) -> Statuses:
    """Return the table of a file. Raises BadInput with file and line."""
    top = read_document(path, content)
    found = statuses_of(top)
    top.finish()
    return found


def statuses_of(top: Fields) -> Statuses:
    """Return the tables `status` and `state` of a document. Raises BadInput with file and line."""
    statuses: dict[str, Status] = {}
    for table in tables_of(top, "status"):
        code = table.text("code")
        if code in statuses:
            table.fail("code", f"code {code!r} is given twice", f"状态码 {code!r} 重复")
        words = Text(table.text("en"), table.text("zh"))
        statuses[code] = Status(code, table.one_of("means", Means), table.one_of("whose", Whose), words)
        table.finish()
    states: dict[str, DeliveryState | None] = {}
    for table in tables_of(top, "state"):
        code, means = table.text("code"), table.text("means")
        if code in states:
            table.fail("code", f"state {code!r} is given twice", f"回执状态 {code!r} 重复")
        if means != ON_ITS_WAY and means not in set(DeliveryState):
            allowed = ", ".join([ON_ITS_WAY, *DeliveryState])
            table.fail("means", f"{means!r} is none of {allowed}", f"{means!r} 不是以下之一：{allowed}")
        states[code] = None if means == ON_ITS_WAY else DeliveryState(means)
        table.finish()
    return Statuses(statuses, states)


def operator_words(kind: str, code: str) -> Text | None:
    """Return what *code* of a carrier of *kind* says to the operator; None where nobody wrote it down."""
    if not (files("parley.providers") / "data" / f"{kind}.toml").is_file():
        return None
    known = load_statuses(kind).statuses.get(code)
    return known.words if known is not None else None
