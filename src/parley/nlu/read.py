"""Reads a reply: the evidence of the word lists, what the model has learnt, and the guide's priority over both.

It decides nothing about money or offers. What it does not understand is `other` and out of scope; what it is not sure
of has a low confidence, or more than one intent it may be: the turn asks back or hands over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from parley.nlu.amounts import Sum
from parley.nlu.evidence import Evidence, evidence_of, is_bare
from parley.nlu.features import pieces, signals
from parley.nlu.lexicon import Lexicon, Match
from parley.nlu.model import Model, Verdict, confidence, judge, likely, measures, threshold
from parley.nlu.normalise import Normal, is_binary
from parley.nlu.reading import (
    EXACT,
    NOTHING,
    OWN_CONTEXTS,
    PATTERN,
    TAUGHT,
    UNREADABLE,
    Intent,
    Reading,
    ReadingContext,
    Slots,
    Span,
)
from parley.nlu.settle import RANK
from parley.nlu.slots import SENSITIVE_HARDSHIPS, Facts, fill
from parley.nlu.votes import Choice
from parley.nlu.when import When

URGENT: Final = (Intent.RISK, Intent.LEGAL, Intent.STOP)
# Never named beside another intent: they say nothing more then.
_NEVER_ALSO: Final = frozenset({Intent.THANKS, Intent.OTHER, Intent.HELP})
# A wish to be called or told something says "pay" and names hours without promising.
_NO_PROMISE_BESIDE: Final = frozenset({Intent.CALL_TIME, Intent.ASK_INFO, Intent.ASK_HUMAN, Intent.HELP})
# After our own questions a further intent is named only where its own words say it.
_LEAST_ALSO: Final = 0.72
# What is named beside another intent is said more likely than not, whatever the threshold of fewest errors.
_LEAST_SAID: Final = 0.5
_CONDITIONAL: Final = frozenset({Intent.PROMISE_TO_PAY, Intent.COUNTER_OFFER, Intent.ACCEPT, Intent.CAPACITY_ANSWER})
# Who may not be our borrower, or not have done it, is told nothing more before a person looks.
_WHOSE: Final = frozenset({Intent.WRONG_NUMBER, Intent.FRAUD_CLAIM})
# Of a text that was taken for a scam the sender is named, whatever else may be meant.
_BEFORE_WHOSE: Final = frozenset({*URGENT, *_WHOSE, Intent.HELP})
# Why an intent is named beside another where no words of its own say it: the guide always names it then.
_BESIDE: Final = {
    Intent.FRAUD_CLAIM: "asks whether our text is a scam",
    Intent.CANNOT_PAY: "a hardship is named as the reason",
    Intent.PROMISE_TO_PAY: "a sum or a later day is named beside it",
}
LEARNT: Final = "learnt from replies like it"
FOREIGN: Final = "written in another language"
_SHOWN_KINDS: Final = frozenset({"hardship", "frequency", "anchor", "conditional", "sensitive", "correction"})
# Pictographs and wide scripts; a reply without these, letters or digits says nothing.
_FIRST_PICTOGRAPH: Final = "\u2190"
# Stands in a text for a thing that is no text (Unicode: object replacement character).
_OBJECT: Final = "\ufffc"


_UNREADABLE: Final = Reading(Intent.OTHER, oos=True, confidence=NOTHING, in_scope=0.0, reasons=(UNREADABLE,))


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """What reading needs: word lists and the trained model."""

    lexicon: Lexicon
    model: Model


@dataclass(frozen=True, slots=True)
class _Primary:
    """The one intent, how sure, and which it may be where that is not plain."""

    intent: Intent
    confidence: float
    alternatives: tuple[Intent, ...] = ()


def read(text: str, context: ReadingContext, reader: Reader) -> Reading:
    """Read any *text* in its context; never raises for what a borrower may write."""
    seen = evidence_of(text, context, reader.lexicon)
    if not any(char.isalnum() or (char > _FIRST_PICTOGRAPH and char != _OBJECT) for char in seen.normal.text):
        return _unreadable(seen.normal)
    if is_binary(text) and not any((seen.urgent.risk, seen.urgent.legal, seen.urgent.stop)):
        return _UNREADABLE
    told = signals(seen.normal.text, seen.facts, seen.votes, seen.ballot, context)
    verdict = judge(reader.model, pieces(seen.normal.text, context), told)
    return _decide(seen, verdict, context, reader.model)


def _unreadable(normal: Normal) -> Reading:
    """Answer an empty reply; a lone question mark asks for help."""
    if "?" in normal.text:
        return Reading(Intent.HELP, confidence=PATTERN, reasons=("a question mark alone asks for help",))
    return _UNREADABLE


def _decide(seen: Evidence, verdict: Verdict, context: ReadingContext, model: Model) -> Reading:
    facts = seen.facts
    primary = primary_of(seen, verdict, context, model)
    also = _also(primary.intent, seen, verdict, context, model)
    whose = next((one for one in also if one in _WHOSE), None)
    if whose is not None and primary.intent not in _BEFORE_WHOSE and whose not in primary.alternatives:
        primary = replace(primary, alternatives=(*(primary.alternatives or (primary.intent,)), whose))
    is_conditional = bool(facts.labels("conditional")) or verdict.conditional >= threshold(model, "conditional")
    return Reading(
        intent=primary.intent,
        also=also,
        slots=_slots(facts, primary.intent, also, _option_taken(primary.intent, seen.choice, context)),
        conditional=is_conditional and bool(_CONDITIONAL.intersection((primary.intent, *also, *primary.alternatives))),
        oos=primary.intent is Intent.OTHER,
        sensitive=Intent.RISK in {primary.intent, *also, *primary.alternatives} or _is_sensitive(facts, verdict, model),
        confidence=primary.confidence,
        # That a reply is unlike what an intent says is another matter than being torn between two intents.
        in_scope=0.0 if _is_foreign(primary.intent, seen) else 1.0 - verdict.primary[Intent.OTHER],
        alternatives=primary.alternatives,
        spans=_spans(seen),
        reasons=_reasons(primary.intent, also, seen),
    )


def primary_of(seen: Evidence, verdict: Verdict, context: ReadingContext, model: Model) -> _Primary:
    """Return the one intent: what is urgent by word lists or model, then what is certain by rule, then the model's."""
    hits = {Intent.RISK: seen.urgent.risk, Intent.LEGAL: seen.urgent.legal, Intent.STOP: seen.urgent.stop}
    first = seen.first
    certain = _certain(seen)
    for intent in URGENT:
        if hits[intent] is not None and intent in seen.ballot:
            return _Primary(intent, EXACT)
        if seen.foreign is not None and intent is Intent.LEGAL:
            # Of a language it has hardly learnt the model hears cries for help and a wish to stop, no finer matter.
            continue
        if certain is None and verdict.alarm(intent) >= threshold(model, intent):
            return _Primary(intent, min(EXACT, verdict.alarm(intent)))
    if certain is not None:
        return certain
    if first is not None and context.last_message in OWN_CONTEXTS and first.weight >= PATTERN:
        return _Primary(first.intent, min(EXACT, first.weight))
    if seen.foreign is not None:
        return _Primary(Intent.OTHER, PATTERN)
    # What the model takes for urgent and is not sure of is doubtful, not acted on.
    ranked = [intent for intent in verdict.ranked if intent not in URGENT]
    agrees = first is not None and first.intent is ranked[0]
    sure = confidence(model, measures(verdict, agrees=agrees, silent=first is None))
    if verdict.ranked[0] in URGENT:
        return _Primary(ranked[0], min(sure, NOTHING), tuple(verdict.ranked[:2]))
    if context.last_message in OWN_CONTEXTS and ranked[0] in _WHOSE and first is None:
        # It has not learnt our own questions: "I don't know" to one of them is no stranger's word.
        return _Primary(Intent.OTHER, NOTHING)
    labels = likely(model, verdict)
    return _Primary(ranked[0], min(EXACT, sure), labels if len(labels) > 1 else ())


def _certain(seen: Evidence) -> _Primary | None:
    """Return what the rules alone decide: the very word that our text asks for, or a bare sum, day or number."""
    first = seen.first
    if first is not None and first.weight >= TAUGHT:
        return _Primary(first.intent, EXACT)
    if not is_bare(seen):
        return None
    if first is None:
        return _Primary(Intent.OTHER, NOTHING)
    return _Primary(first.intent, min(EXACT, first.weight))


def _is_foreign(intent: Intent, seen: Evidence) -> bool:
    """Say whether *intent* is named for the language alone."""
    return intent is Intent.OTHER and seen.foreign is not None


def _is_sensitive(facts: Facts, verdict: Verdict, model: Model) -> bool:
    named = bool(facts.labels("sensitive")) or bool(set(facts.labels("hardship")) & SENSITIVE_HARDSHIPS)
    return named or verdict.sensitive >= threshold(model, "sensitive")


def _option_taken(intent: Intent, choice: Choice, context: ReadingContext) -> str | None:
    """Return the option an acceptance takes; a plain yes takes the only one there is."""
    if intent is not Intent.ACCEPT:
        return None
    if choice.option is None and context.last_message == "offer" and len(context.options) == 1:
        return context.options[0]
    return choice.option


def _also(
    primary: Intent, seen: Evidence, verdict: Verdict, context: ReadingContext, model: Model
) -> tuple[Intent, ...]:
    """Return the further intents: what other words say, and what the guide always names beside an intent."""
    facts = seen.facts
    found: set[Intent]
    if _is_foreign(primary, seen):
        return ()
    if context.last_message in OWN_CONTEXTS or _certain(seen) is not None:
        found = {vote.intent for vote in seen.ballot.best.values() if vote.weight >= _LEAST_ALSO} - _NEVER_ALSO
        if seen.ballot.weight(primary) >= TAUGHT:
            # Its words are the whole reply: "what if I don't agree" declines nothing beside the question.
            found = {one for one in found if not seen.ballot.covers(primary, one)}
        if primary in _NO_PROMISE_BESIDE and not _names_payment(primary, seen):
            found.discard(Intent.PROMISE_TO_PAY)
    else:
        least = {one: max(threshold(model, one), _LEAST_SAID) for one in verdict.said}
        found = {one for one, chance in verdict.said.items() if chance >= least[one]} - _NEVER_ALSO
    if facts.labels("correction") and Intent.DISPUTE not in seen.ballot:
        # "300, no, wrong, 400" corrects itself and contests nothing.
        found.discard(Intent.DISPUTE)
    found |= {intent for intent in URGENT if intent in seen.ballot}
    if _certain(seen) is None:
        found |= {intent for intent in URGENT if verdict.alarm(intent) >= threshold(model, intent)}
    if primary is Intent.HELP and "fraud_claim" in facts.labels("also"):
        found.add(Intent.FRAUD_CLAIM)
    if primary is Intent.ASK_PLAN and facts.labels("hardship"):
        found.add(Intent.CANNOT_PAY)
    later = any(day > facts.today for when in facts.open_days(past=False) for day in when.dates)
    if primary is Intent.CANNOT_PAY and (facts.open_sums() or later):
        found.add(Intent.PROMISE_TO_PAY)
    found.discard(primary)
    return tuple(sorted(found, key=lambda intent: RANK[intent]))


def _names_payment(primary: Intent, seen: Evidence) -> bool:
    """Say whether a sum or a day stands outside the words of the first intent: "call me friday" promises nothing."""
    first = seen.ballot.best.get(primary)
    if first is None:
        return True
    places = [(each.start, each.end) for each in seen.facts.open_sums()]
    places += [(day.start, day.end) for day in seen.facts.open_days(past=False)]
    return any(end <= first.start or first.end <= start for start, end in places)


def _slots(facts: Facts, intent: Intent, also: tuple[Intent, ...], option: str | None) -> Slots:
    slots = fill(facts, intent, also, option)
    if intent is Intent.CAPACITY_ANSWER and facts.labels("nothing"):
        return replace(slots, amount=Decimal(0), amount_alternatives=())
    return slots


def _reasons(primary: Intent, also: tuple[Intent, ...], seen: Evidence) -> tuple[str, ...]:
    """Say why each intent is named: the word list's reason, the guide's, or that it was learnt."""
    found = []
    for intent in (primary, *also):
        if _is_foreign(intent, seen):
            found.append(f"{intent.value}: {FOREIGN}")
        elif intent in seen.ballot:
            found.append(f"{intent.value}: {seen.ballot.best[intent].why}")
        else:
            found.append(f"{intent.value}: {_BESIDE.get(intent, LEARNT) if intent is not primary else LEARNT}")
    return tuple(found)


def _spans(seen: Evidence) -> tuple[Span, ...]:
    """Return every piece that was read; what is urgent votes with the whole reply, and is shown where it was hit."""
    hits = {Intent.RISK: seen.urgent.risk, Intent.LEGAL: seen.urgent.legal, Intent.STOP: seen.urgent.stop}
    spans = _spans_of_facts(seen.normal, seen.facts)
    if seen.foreign is not None:
        whole = seen.normal.origin(0, len(seen.normal.text))
        spans.append(Span(*whole, "language", seen.foreign, FOREIGN))
    for vote in seen.ballot.best.values():
        hit = hits.get(vote.intent)
        place = (hit.start, hit.end) if hit is not None else seen.normal.origin(vote.start, vote.end)
        spans.append(Span(*place, vote.intent.value, vote.intent.value, vote.why))
    return tuple(sorted(set(spans), key=lambda s: (s.start, s.end, s.label, s.value)))


def _spans_of_facts(normal: Normal, facts: Facts) -> list[Span]:
    spans = []
    for when in facts.days:
        value = ", ".join(day.isoformat() for day in when.dates) or "none"
        spans.append(Span(*normal.origin(when.start, when.end), "dates", value, when.why + _denial(facts, when)))
    for each in facts.sums:
        why = "earned, owed or a limit" if each.own else "a sum"
        spans.append(Span(*normal.origin(each.start, each.end), "amount", str(each.value), why + _denial(facts, each)))
    if facts.count:
        place = normal.origin(facts.count.start, facts.count.end)
        spans.append(Span(*place, "n_instalments", str(facts.count.value), "payments"))
    return spans + [_rule_span(normal, match) for match in facts.matches if match.rule.kind in _SHOWN_KINDS]


def _denial(facts: Facts, place: When | Sum) -> str:
    return " (denied)" if facts.is_denied(place.start, place.end) else ""


def _rule_span(normal: Normal, match: Match) -> Span:
    return Span(*normal.origin(match.start, match.end), match.rule.kind, match.rule.label, match.rule.why)
