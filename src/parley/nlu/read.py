"""The first reader: patterns. Urgent things first, then the one intent in the guide's priority, then its slots.

It decides nothing about money or offers. A reply it does not understand is `other` and out of scope, with low
confidence, so that the turn asks back or hands over.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

from parley.dates import local_date
from parley.nlu.amounts import Place, Sum
from parley.nlu.counts import find_option
from parley.nlu.days import Today
from parley.nlu.lexicon import Lexicon, Match
from parley.nlu.normalise import Normal
from parley.nlu.reading import EXACT, NOTHING, PATTERN, Intent, Reading, ReadingContext, Slots, Span
from parley.nlu.settle import FIRST, RANK, Ballot, settle
from parley.nlu.slots import SENSITIVE_HARDSHIPS, Facts, fill, gather
from parley.nlu.urgent import Urgent, scan_prepared
from parley.nlu.votes import MENU_CONTEXTS, Choice, Vote, collect, is_code
from parley.nlu.when import When, month_first

# Never named beside another intent: they say nothing more then.
_NEVER_ALSO: Final = frozenset({Intent.THANKS, Intent.OTHER, Intent.HELP})
_CONDITIONAL: Final = frozenset({Intent.PROMISE_TO_PAY, Intent.COUNTER_OFFER, Intent.ACCEPT})
# A wish to be called or told something says "pay" and names hours without promising.
_NO_PROMISE_BESIDE: Final = frozenset({Intent.CALL_TIME, Intent.ASK_INFO, Intent.ASK_HUMAN, Intent.HELP})
# A further intent is named only where its own words say it.
_LEAST_ALSO: Final = 0.72
_SHOWN_KINDS: Final = frozenset({"hardship", "frequency", "anchor", "conditional", "sensitive", "correction"})
# Pictographs and wide scripts; a reply without these, letters or digits says nothing.
_FIRST_PICTOGRAPH: Final = "\u2190"


def read(text: str, context: ReadingContext, lexicon: Lexicon) -> Reading:
    """Read any *text* in its context; never raises for what a borrower may write."""
    normal = lexicon.prepare(text)
    if not any(char.isalnum() or char > _FIRST_PICTOGRAPH for char in normal.text):
        return _unreadable(normal)
    matches = lexicon.matches(normal, context.last_message)
    urgent = scan_prepared(lexicon.unrespelt(text), normal, matches, lexicon)
    today = Today(local_date(context.now, context.zone), month_first(context.locale))
    facts = gather(normal.text, matches, today, Place(context.locale, context.currency), lexicon)
    if context.last_message == "identity" and is_code(normal.text, lexicon):
        facts = replace(facts, is_code=True)
    choice = Choice()
    if context.last_message in MENU_CONTEXTS:
        choice = Choice(*find_option(normal.text, context.options, lexicon))
    ballot = settle(collect(normal.text, facts, urgent, context, choice), facts, context)
    return _decide(normal, facts, urgent, context, choice, ballot)


def _unreadable(normal: Normal) -> Reading:
    """Answer an empty reply; a lone question mark asks for help."""
    if "?" in normal.text:
        return Reading(Intent.HELP, confidence=PATTERN, reasons=("a question mark alone asks for help",))
    return Reading(Intent.OTHER, oos=True, confidence=NOTHING, reasons=("unreadable",))


def _decide(
    normal: Normal, facts: Facts, urgent: Urgent, context: ReadingContext, choice: Choice, ballot: Ballot
) -> Reading:
    if not ballot.best:
        return _reading_of_nothing(facts)
    votes = sorted(ballot.best.values(), key=lambda vote: RANK[vote.intent])
    primary = min(votes, key=_order)
    also = _also(primary, votes, facts)
    slots = _slots(facts, primary.intent, also, _option_taken(primary.intent, choice, context))
    return Reading(
        intent=primary.intent,
        also=also,
        slots=slots,
        conditional=primary.intent in _CONDITIONAL and bool(facts.labels("conditional")),
        oos=primary.intent is Intent.OTHER,
        sensitive=urgent.risk is not None or _is_sensitive(facts),
        confidence=min(EXACT, primary.weight),
        spans=_spans(normal, facts, votes),
        reasons=tuple(f"{vote.intent.value}: {vote.why}" for vote in votes),
    )


def _order(vote: Vote) -> tuple[bool, float, int]:
    """Put the guide's first five by rank, then the rest by weight, equals by rank."""
    is_first = vote.intent in FIRST
    return (not is_first, 0.0 if is_first else -vote.weight, RANK[vote.intent])


def _reading_of_nothing(facts: Facts) -> Reading:
    return Reading(
        Intent.OTHER,
        oos=True,
        sensitive=_is_sensitive(facts),
        confidence=NOTHING,
        reasons=("nothing known was found",),
    )


def _is_sensitive(facts: Facts) -> bool:
    return bool(facts.labels("sensitive")) or bool(set(facts.labels("hardship")) & SENSITIVE_HARDSHIPS)


def _option_taken(intent: Intent, choice: Choice, context: ReadingContext) -> str | None:
    """Return the option an acceptance takes; a plain yes takes the only one there is."""
    if intent is not Intent.ACCEPT:
        return None
    if choice.option is None and context.last_message == "offer" and len(context.options) == 1:
        return context.options[0]
    return choice.option


def _also(first: Vote, votes: list[Vote], facts: Facts) -> tuple[Intent, ...]:
    """Return the further intents: what other words say, and what the guide always names beside an intent."""
    primary = first.intent
    found = {v.intent for v in votes if v.intent not in _NEVER_ALSO and v.weight >= _LEAST_ALSO}
    if primary in _NO_PROMISE_BESIDE and not _names_payment(first, facts):
        found.discard(Intent.PROMISE_TO_PAY)
    if primary is Intent.HELP and "fraud_claim" in facts.labels("also"):
        found.add(Intent.FRAUD_CLAIM)
    if primary is Intent.ASK_PLAN and facts.labels("hardship"):
        found.add(Intent.CANNOT_PAY)
    later = any(day > facts.today for when in facts.open_days(past=False) for day in when.dates)
    if primary is Intent.CANNOT_PAY and (facts.open_sums() or later):
        found.add(Intent.PROMISE_TO_PAY)
    found.discard(primary)
    return tuple(sorted(found, key=lambda intent: RANK[intent]))


def _names_payment(first: Vote, facts: Facts) -> bool:
    """Say whether a sum or a day stands outside the words of the first intent: "call me friday" promises nothing."""
    places = [(s.start, s.end) for s in facts.open_sums()] + [(d.start, d.end) for d in facts.open_days(past=False)]
    return any(end <= first.start or first.end <= start for start, end in places)


def _slots(facts: Facts, intent: Intent, also: tuple[Intent, ...], option: str | None) -> Slots:
    slots = fill(facts, intent, also, option)
    if intent is Intent.CAPACITY_ANSWER and facts.labels("nothing"):
        return replace(slots, amount=Decimal(0), amount_alternatives=())
    return slots


def _spans(normal: Normal, facts: Facts, votes: list[Vote]) -> tuple[Span, ...]:
    spans = [Span(*normal.origin(v.start, v.end), v.intent.value, v.intent.value, v.why) for v in votes]
    for when in facts.days:
        value = ", ".join(day.isoformat() for day in when.dates) or "none"
        spans.append(Span(*normal.origin(when.start, when.end), "dates", value, when.why + _denial(facts, when)))
    for each in facts.sums:
        why = "earned, owed or a limit" if each.own else "a sum"
        spans.append(Span(*normal.origin(each.start, each.end), "amount", str(each.value), why + _denial(facts, each)))
    if facts.count:
        place = normal.origin(facts.count.start, facts.count.end)
        spans.append(Span(*place, "n_instalments", str(facts.count.value), "payments"))
    spans += [_rule_span(normal, match) for match in facts.matches if match.rule.kind in _SHOWN_KINDS]
    return tuple(sorted(set(spans), key=lambda s: (s.start, s.end, s.label, s.value)))


def _denial(facts: Facts, place: When | Sum) -> str:
    return " (denied)" if facts.is_denied(place.start, place.end) else ""


def _rule_span(normal: Normal, match: Match) -> Span:
    return Span(*normal.origin(match.start, match.end), match.rule.kind, match.rule.label, match.rule.why)
