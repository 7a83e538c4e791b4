"""What changed when a history was counted again? Each payment before and after, and what is owed, in words.

A reversed or back-dated payment moves what later payments paid; a borrower is told how. Sentences hold placeholders for
amounts, so that whoever shows them decides how an amount is written, and nothing of a figure lies in a template.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from parley.locale import Language
from parley.money import amount_text
from parley.servicing.account import Balance
from parley.servicing.allocation_order import Component
from parley.servicing.history import History, Use
from parley.servicing.words import COMPONENT


@dataclass(frozen=True, slots=True, repr=False)
class Change:
    """One payment that is used otherwise than before; None where it did not stand, or does not any more."""

    payment_id: str
    on: date
    amount_minor: int
    before: Use | None
    after: Use | None

    def __repr__(self) -> str:
        return f"Change({self.payment_id}, {self.on}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class Difference:
    """What two histories of one account differ in: payments by day, and what is owed and held in the end."""

    currency: str
    changes: tuple[Change, ...]
    owed_before: Balance
    owed_after: Balance
    held_before_minor: int
    held_after_minor: int

    def __repr__(self) -> str:
        return f"Difference({len(self.changes)} payments, …)"


@dataclass(frozen=True, slots=True, repr=False)
class Said:
    """A sentence: a template with placeholders, the minor units and the words that go into them."""

    template: str
    amounts: Mapping[str, int]
    words: Mapping[str, str]

    def text(self, currency: str) -> str:
        """Return the sentence with its amounts written out in *currency*."""
        figures = {name: f"{amount_text(minor, currency)} {currency}" for name, minor in self.amounts.items()}
        return self.template.format(**figures, **self.words)

    def __repr__(self) -> str:
        return f"Said({self.template!r})"


def difference(before: History, after: History) -> Difference:
    """Return what changed from *before* to *after*, two histories of one account."""
    assert before.account.account_id == after.account.account_id, "two histories of one account"
    old, new = ({use.payment_id: use for use in history.uses} for history in (before, after))
    pairs = [(old.get(key), new.get(key)) for key in dict.fromkeys([*old, *new])]
    changes = [_change(was, now) for was, now in pairs if was != now]
    return Difference(
        currency=after.account.currency,
        changes=tuple(sorted(changes, key=lambda change: (change.on, change.payment_id))),
        owed_before=before.account.balance,
        owed_after=after.account.balance,
        held_before_minor=before.held_minor,
        held_after_minor=after.held_minor,
    )


def explain(found: Difference, language: Language) -> tuple[Said, ...]:
    """Return the difference in sentences: each payment that changed, then what is owed and held."""
    said: list[Said] = []
    for change in found.changes:
        said += _payment(change, language)
    owed = [
        _Pair(
            COMPONENT[language][component], getattr(found.owed_before, component), getattr(found.owed_after, component)
        )
        for component in Component
    ]
    words = _WORDS[language]
    said += [_said(words.owed, pair) for pair in owed if pair.before != pair.after]
    held = _Pair("", found.held_before_minor, found.held_after_minor)
    if held.before != held.after:
        said.append(_said(words.held, held))
    return tuple(said) or (Said(words.nothing, {}, {}),)


@dataclass(frozen=True, slots=True)
class _Words:
    added: str
    removed: str
    changed: str
    part: str
    rest: str
    owed: str
    held: str
    nothing: str


_WORDS: Final[Mapping[Language, _Words]] = {
    Language.EN: _Words(
        added="Payment {payment} of {on} over {amount} now counts.",
        removed="Payment {payment} of {on} over {amount} was taken back and no longer counts.",
        changed="Payment {payment} of {on} over {amount} is used otherwise than before.",
        part="It paid {before} of {component}; now it pays {after}.",
        rest="Of it {before} was held as nothing was owed; now {after} is held.",
        owed="Owed in {component}: {before} before, {after} now.",
        held="Held for you: {before} before, {after} now.",
        nothing="Nothing changed.",
    ),
    Language.ZH_HANS: _Words(
        added="{on} 的还款 {payment}（{amount}）现已计入。",
        removed="{on} 的还款 {payment}（{amount}）已冲正，不再计入。",
        changed="{on} 的还款 {payment}（{amount}）的用途有变。",
        part="原冲抵{component} {before}，现冲抵 {after}。",
        rest="其中原有 {before} 因无欠款而暂存，现暂存 {after}。",
        owed="应还{component}：原为 {before}，现为 {after}。",
        held="为您暂存的款项：原为 {before}，现为 {after}。",
        nothing="没有变化。",
    ),
    Language.ZH_HANT: _Words(
        added="{on} 的還款 {payment}（{amount}）現已計入。",
        removed="{on} 的還款 {payment}（{amount}）已沖正，不再計入。",
        changed="{on} 的還款 {payment}（{amount}）的用途有變。",
        part="原沖抵{component} {before}，現沖抵 {after}。",
        rest="其中原有 {before} 因無欠款而暫存，現暫存 {after}。",
        owed="應還{component}：原為 {before}，現為 {after}。",
        held="為您暫存的款項：原為 {before}，現為 {after}。",
        nothing="沒有變化。",
    ),
}


@dataclass(frozen=True, slots=True)
class _Pair:
    component: str
    before: int
    after: int


def _change(was: Use | None, now: Use | None) -> Change:
    use = now or was
    assert use is not None, "a payment stands in one of the two"
    return Change(use.payment_id, use.on, use.amount_minor, was, now)


def _payment(change: Change, language: Language) -> Iterable[Said]:
    words = _WORDS[language]
    template = words.changed if change.before and change.after else words.added if change.after else words.removed
    named = {"payment": change.payment_id, "on": change.on.isoformat()}
    yield Said(template, {"amount": change.amount_minor}, named)
    was, now = (use.parts if use else Balance() for use in (change.before, change.after))
    for component in Component:
        pair = _Pair(COMPONENT[language][component], getattr(was, component), getattr(now, component))
        if pair.before != pair.after:
            yield _said(words.part, pair)
    held = _Pair("", *(use.held_minor if use else 0 for use in (change.before, change.after)))
    if held.before != held.after:
        yield _said(words.rest, held)


def _said(template: str, pair: _Pair) -> Said:
    words = {"component": pair.component} if pair.component else {}
    return Said(template, {"before": pair.before, "after": pair.after}, words)
