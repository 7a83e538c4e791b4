"""What became of every message: the centre's own log against the lender's database, rule by rule.

Knows nothing of how the ledger works: what the centre took, told and had acknowledged is one witness, the rows are the
other, and what was meant to be sent is the list of ids kept by the test.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from parley.providers.centre_log import Acknowledged, Inbound, Receipt, Submitted, read_log
from parley.store import models
from tests.run.kills.centre import Plan
from tests.run.kills.over_smpp import name_of_receipt, name_of_text

# States in which nobody waits for anything, and what each needs beside it.
_CARRIED: Final = frozenset({"delivered", "undelivered", "expired", "rejected"})
_NEVER_SENT: Final = frozenset({"refused", "cancelled"})
# Why a message ended that the centre does not have.
_NOT_THERE: Final = frozenset(
    # Over SMPP the centre says the third and fourth as statuses.
    {"not_found_by_look_up", "too_late", "unknown_subscriber", "validity_over", "0x0B", "0x62"}
)
_BLIND: Final = "provider_cannot_look_up"
# An unknown is explained where the centre took it and a receipt never came, or where nobody can be asked.
_TAKEN_IN_SILENCE: Final = frozenset({"no_receipt", "found_by_look_up"})
_NOBODY_TO_ASK: Final = frozenset({_BLIND, "time_out", "link_lost", "partly_taken"})


@dataclass
class Reckoning:
    """What was found. `lost` and `twice` say which message and why; both are to be empty."""

    messages: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)

    def add(self, other: Reckoning) -> None:
        """Take *other* into this one."""
        self.messages += other.messages
        self.lost += other.lost
        self.twice += other.twice
        self.unknown += other.unknown
        self.ends += other.ends


@dataclass
class _Witness:
    """The centre's log, by reference."""

    takes: Counter[str] = field(default_factory=Counter)
    # Over SMPP, where each part is taken by itself: how often each.
    parts: Counter[tuple[str, int]] = field(default_factory=Counter)
    # Of each message, the parts and states that it told and the lender acknowledged.
    heard: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    acknowledged: set[str] = field(default_factory=set)


def _witness(plan: Plan) -> _Witness:
    found, told, texts = _Witness(), dict[str, Receipt](), dict[str, Inbound]()
    for line in read_log(plan.log):
        match line:
            case Submitted():
                reference, _, part = line.reference.partition("#")
                found.parts[reference, int(part or 0)] += 1
            case Receipt():
                told[line.event_id] = line
            case Inbound():
                texts[line.event_id] = line
            case Acknowledged() if not plan.port:
                found.acknowledged.update(line.event_ids)
                for one in (told[event] for event in line.event_ids if event in told):
                    found.heard[one.reference].append((one.part, one.state.value))
            case Acknowledged():
                _heard_over_smpp(found, [told.get(event) or texts[event] for event in line.event_ids])
            case _:
                pass
    for (reference, _), times in found.parts.items():
        found.takes[reference] = max(times, found.takes[reference])
    return found


def _heard_over_smpp(found: _Witness, lines: Iterable[Receipt | Inbound]) -> None:
    """Note what a lender's process acknowledged: by the names it has there, and under the part that was taken.

    A receipt speaks of a message only where the lender heard the carrier's name for it; else it is kept and waits.
    """
    known = set(models.CarrierReference.objects.values_list("provider_id", flat=True))
    for one in lines:
        if isinstance(one, Inbound):
            found.acknowledged.add(name_of_text(one))
            continue
        found.acknowledged.add(name_of_receipt(one))
        reference, _, part = one.reference.partition("#")
        if one.provider_id in known:
            found.heard[reference].append((int(part or 0), one.state.value))


def _stored(plan: Plan) -> set[str]:
    """Return the names of everything that was taken in."""
    names = set(models.Receipt.objects.values_list("provider_event", flat=True))
    texts = set(models.Inbound.objects.values_list("provider_event", flat=True))
    if plan.port:
        names |= set(models.WaitingReceipt.objects.values_list("provider_event", flat=True))
        # What follows is of the process that heard it.
        texts = {".".join(name.split(".")[:2]) for name in texts}
    return names | texts


def reckon(plan: Plan, meant: Collection[str]) -> Reckoning:
    """Return the account of *meant* and of every other message of the database in use, over the log of *plan*."""
    witness, found = _witness(plan), Reckoning()
    rows = {str(row.id): row for row in models.Message.objects.defer("body_sealed")}
    texts = dict(models.Inbound.objects.values_list("provider_event", "status"))
    found.messages = len(rows.keys() | set(meant))
    found.ends = Counter(row.state for row in rows.values())
    found.lost += [f"{key}: not in the database" for key in set(meant) - rows.keys()]
    found.lost += [f"{key}: taken, not in the database" for key in witness.takes.keys() - rows.keys()]
    found.lost += [f"{key}: acknowledged, not stored" for key in witness.acknowledged - _stored(plan)]
    found.lost += [f"{key}: a text nobody answered" for key, status in texts.items() if status == "new"]
    for key, row in rows.items():
        takes = witness.takes[key]
        if takes > (2 if _is_doubled(plan, witness, key) else 1):
            found.twice.append(f"{key}: taken {takes} times, {row.state} {row.reason}")
        found.lost += [
            f"{key}: {what}: {row.state} {row.reason}, taken {takes} times, heard {witness.heard[key]}"
            for what in _wrong(row, takes, witness.heard[key], can_look_up=plan.can_look_up)
        ]
        if row.state == "unknown":
            found.unknown[row.reason] += 1
    return found


def _is_doubled(plan: Plan, witness: _Witness, reference: str) -> bool:
    """Whether the centre itself doubled the message, or the part of it that it took most often."""
    often = [part for (name, part), times in witness.parts.items() if name == reference and times > 1]
    return bool(often) and all(plan.is_doubled(f"{reference}#{part}" if part else reference) for part in often)


def _wrong(row: models.Message, takes: int, heard: list[tuple[int, str]], *, can_look_up: bool) -> Iterator[str]:
    """Yield what the row says against the log, or leaves open."""
    if row.state not in _CARRIED | _NEVER_SENT | {"unknown"}:
        yield "without an end"
    if not row.reason and not heard:
        yield "without a reason"
    if takes and (row.state in _NEVER_SENT or (row.reason in _NOT_THERE and not heard)):
        yield "has been sent after all"
    if not takes and row.state in _CARRIED and row.reason not in _NOT_THERE:
        yield "was never sent"
    if row.state == "unknown":
        yield from _unexplained(row, takes, can_look_up=can_look_up)
    ended = _end_of(heard, row.segments)
    if ended is not None and row.state != ended:
        yield f"the receipts say {ended}"


def _unexplained(row: models.Message, takes: int, *, can_look_up: bool) -> Iterator[str]:
    is_silent = row.reason in _TAKEN_IN_SILENCE and takes > 0
    if not is_silent and not (row.reason in _NOBODY_TO_ASK and not can_look_up):
        yield "an unknown without an explanation"


def _end_of(heard: list[tuple[int, str]], segments: int) -> str | None:
    """Return how a message ended by the receipts alone; None where they do not say. The strongest word counts."""
    delivered = {part for part, state in heard if state == "delivered"}
    if 0 in delivered or len(delivered) >= segments:
        return "delivered"
    said = {state for _, state in heard}
    return next((state for state in ("undelivered", "expired", "rejected") if state in said), None)
