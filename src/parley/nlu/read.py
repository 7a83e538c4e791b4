"""The first reader: patterns. Urgent things first, then the one intent in the guide's priority, then its slots.

It decides nothing about money or offers. A reply it does not understand is `other` and out of scope, with low confidence,
so that the turn asks back or hands over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from parley.dates import local_date
from parley.nlu.amounts import Place
from parley.nlu.counts import find_option
from parley.nlu.lexicon import Lexicon, Match
from parley.nlu.normalise import Normal
from parley.nlu.reading import EXACT, NOTHING, PATTERN, WEAK, Intent, Reading, ReadingContext, Slots, Span
from parley.nlu.slots import SENSITIVE_HARDSHIPS, Facts, fill, gather
from parley.nlu.urgent import Urgent, scan_prepared
from parley.nlu.when import month_first

# The guide's priority, then the order in which what a reply "mainly does" is decided between equals.
_PRIORITY: Final = (
    Intent.RISK, Intent.LEGAL, Intent.STOP, Intent.FRAUD_CLAIM, Intent.WRONG_NUMBER, Intent.ALREADY_PAID, Intent.DISPUTE,
    Intent.ASK_PLAN, Intent.COUNTER_OFFER, Intent.DECLINE, Intent.CALL_TIME, Intent.ASK_HUMAN, Intent.COMPLAINT,
    Intent.CANNOT_PAY, Intent.PROMISE_TO_PAY, Intent.ACCEPT, Intent.HELP, Intent.ASK_INFO, Intent.THANKS, Intent.OTHER,
    Intent.IDENTITY_ANSWER, Intent.CAPACITY_ANSWER,
)  # fmt: skip
_RANK: Final = {intent: rank for rank, intent in enumerate(_PRIORITY)}
_FIRST: Final = frozenset(_PRIORITY[:5])
# Never named beside another intent: they say nothing more then.
_NEVER_ALSO: Final = frozenset({Intent.THANKS, Intent.OTHER, Intent.HELP})
_MENU_CONTEXTS: Final = frozenset({"offer", "plan_confirm", "promise_confirm"})
_YES_NO_CONTEXTS: Final = frozenset({"offer", "plan_confirm", "promise_confirm", "limit_change", "promo", "risk_alert"})
_CONDITIONAL: Final = frozenset({Intent.PROMISE_TO_PAY, Intent.COUNTER_OFFER, Intent.ACCEPT})
# A channel named in place of texts.
_OTHER_CHANNEL: Final = re.compile(
    r"email|e-mail|call|phone|mail|letter|post|whatsapp|wechat|电话|邮件|邮箱|电邮|微信|写信"
)
_ALREADY: Final = re.compile(r"already|alr\b|oredi|已经|已|咗")
_CODE: Final = re.compile(r"\A[\W_]{0,3}(?:(?:it ?is|its|my|zip|postcode|post ?code|code|is|the|answer|last|four|4|digits|邮编|是|我的|邮政编码|尾号|后四位|号)[\W_]{0,3}){0,6}"
                         r"([a-z]{0,2}\d[a-z\d]{0,4}(?:[ -]?[a-z\d]{2,5})?)[\W_]{0,3}\Z")  # fmt: skip
_NOTHING: Final = re.compile(
    r"\A[\W_]{0,3}(?:nothing|none|zero|0|nil|nada|zilch|not a penny|nothing right now|nothing at all|cant pay anything|no money|i have nothing|"
    r"没有|没钱|一分都没有|拿不出|一分钱都没有|零|冇|冇钱|还不了|一毛都没有|没得还|一文钱都没有)[\W_]{0,3}\Z"
)


@dataclass(frozen=True, slots=True)
class _Vote:
    """One reason for one intent."""

    intent: Intent
    weight: float
    start: int
    end: int
    why: str


def read(text: str, context: ReadingContext, lexicon: Lexicon) -> Reading:
    """Read any *text* in its context; never raises for what a borrower may write."""
    normal = lexicon.prepare(text)
    if not any(char.isalnum() or char > "\u2190" for char in normal.text):
        return _unreadable(normal)
    matches = lexicon.matches(normal, context.last_message)
    urgent = scan_prepared(lexicon.unrespelt(text), normal, matches, lexicon)
    facts = gather(
        normal.text,
        matches,
        local_date(context.now, context.zone),
        month_first(context.locale),
        Place(context.locale, context.currency),
        lexicon,
    )
    option, only_option = (
        find_option(normal.text, context.options) if context.last_message in _MENU_CONTEXTS else (None, False)
    )
    votes = _votes(normal, facts, urgent, context, option, only_option)
    return _decide(normal, facts, urgent, context, option, votes)


def _unreadable(normal: Normal) -> Reading:
    """Answer an empty reply; a lone question mark asks for help."""
    if "?" in normal.text:
        return Reading(Intent.HELP, confidence=PATTERN, reasons=("a question mark alone asks for help",))
    return Reading(Intent.OTHER, oos=True, confidence=NOTHING, reasons=("unreadable",))


def _votes(
    normal: Normal, facts: Facts, urgent: Urgent, context: ReadingContext, option: str | None, only_option: bool
) -> list[_Vote]:
    whole = (0, len(normal.text))
    votes: list[_Vote] = []
    for intent, hit in ((Intent.RISK, urgent.risk), (Intent.LEGAL, urgent.legal), (Intent.STOP, urgent.stop)):
        if hit is not None:
            votes.append(_Vote(intent, EXACT, *whole, hit.why))
    kind = {intent.value: intent for intent in Intent}
    for match in facts.matches:
        if match.rule.kind == "intent":
            votes.append(_Vote(kind[match.rule.label], match.rule.weight, match.start, match.end, match.rule.why))
    votes += _answers(normal.text, facts, context, option, only_option)
    votes += _bare_facts(facts, context, votes)
    return votes


def _answers(text: str, facts: Facts, context: ReadingContext, option: str | None, only_option: bool) -> list[_Vote]:
    """Read what only the question before it makes plain: a code, a sum, a choice."""
    whole = (0, len(text))
    if context.last_message == "identity" and _CODE.match(text):
        return [_Vote(Intent.IDENTITY_ANSWER, EXACT, *whole, "a bare code after we asked for one")]
    if context.last_message == "capacity":
        if _NOTHING.match(text):
            return [_Vote(Intent.CAPACITY_ANSWER, EXACT, *whole, "nothing can be paid")]
        if facts.open_sums() and not _ALREADY.search(text):
            return [_Vote(Intent.CAPACITY_ANSWER, EXACT, *whole, "a sum after we asked for one")]
    if option and (not context.options or option in context.options):
        return [_Vote(Intent.ACCEPT, 1.0 if only_option else PATTERN, *whole, "a choice of the menu")]
    return []


def _bare_facts(facts: Facts, context: ReadingContext, votes: list[_Vote]) -> list[_Vote]:
    """Read a sum or a day that no phrase explains: after an offer a counter-offer, else a promise."""
    sums = facts.open_sums()
    days = facts.open_days(past=False)
    place = (sums or days or [None])[0]
    found: list[_Vote] = []
    if context.last_message in _MENU_CONTEXTS and sums:
        found.append(_Vote(Intent.COUNTER_OFFER, 0.83, sums[0].start, sums[0].end, "a sum after an offer"))
    elif context.last_message == "offer" and (facts.labels("frequency") or facts.count):
        found.append(_Vote(Intent.COUNTER_OFFER, 0.7, 0, 1, "a rhythm or a number of payments after an offer"))
    if (
        place is not None
        and context.last_message not in {"identity", "capacity", "risk_alert"}
        and (not votes or max(v.weight for v in votes) < WEAK + 0.1)
    ):
        weight = PATTERN if sums else 0.7
        intent = Intent.COUNTER_OFFER if context.last_message == "offer" else Intent.PROMISE_TO_PAY
        found.append(_Vote(intent, weight, place.start, place.end, "a sum or a day with nothing else said"))
    if facts.labels("hardship") or facts.labels("anchor"):
        match = next(m for m in facts.matches if m.rule.kind in {"hardship", "anchor"})
        intent = Intent.CANNOT_PAY if facts.labels("hardship") else Intent.PROMISE_TO_PAY
        if context.last_message != "risk_alert":
            found.append(
                _Vote(intent, 0.72 if facts.labels("hardship") else 0.66, match.start, match.end, match.rule.why)
            )
    return found


def _decide(
    normal: Normal, facts: Facts, urgent: Urgent, context: ReadingContext, option: str | None, votes: list[_Vote]
) -> Reading:
    best: dict[Intent, _Vote] = {}
    for vote in votes:
        if vote.intent not in best or vote.weight > best[vote.intent].weight:
            best[vote.intent] = vote
    _reconcile(best, facts, context, normal.text)
    if not best:
        return _reading_of_nothing(facts)
    primary = min(
        best.values(),
        key=lambda v: (v.intent not in _FIRST, -v.weight if v.intent not in _FIRST else 0, _RANK[v.intent]),
    )
    also = tuple(
        v.intent
        for v in sorted(best.values(), key=lambda v: _RANK[v.intent])
        if v.intent is not primary.intent and v.intent not in _NEVER_ALSO and v.weight >= 0.7
    )
    also = _also_by_rule(primary.intent, also, facts)
    taken = option if primary.intent is Intent.ACCEPT else None
    if (
        primary.intent is Intent.ACCEPT
        and taken is None
        and context.last_message == "offer"
        and len(context.options) == 1
    ):
        taken = context.options[0]
    slots = _slots(facts, primary.intent, also, taken, normal.text)
    sensitive = (
        primary.intent is Intent.RISK
        or urgent.risk is not None
        or slots.hardship in SENSITIVE_HARDSHIPS
        or bool(set(facts.labels("hardship")) & SENSITIVE_HARDSHIPS)
        or bool(facts.labels("sensitive"))
    )
    return Reading(
        intent=primary.intent,
        also=also,
        slots=slots,
        conditional=primary.intent in _CONDITIONAL and bool(facts.labels("conditional")),
        oos=primary.intent is Intent.OTHER,
        sensitive=sensitive,
        confidence=min(EXACT, primary.weight),
        spans=_spans(normal, facts, best),
        reasons=tuple(f"{v.intent.value}: {v.why}" for v in sorted(best.values(), key=lambda v: _RANK[v.intent])),
    )


def _reading_of_nothing(facts: Facts) -> Reading:
    return Reading(
        Intent.OTHER,
        oos=True,
        sensitive=bool(facts.labels("sensitive")),
        confidence=NOTHING,
        reasons=("nothing known was found",),
    )


def _reconcile(best: dict[Intent, _Vote], facts: Facts, context: ReadingContext, text: str) -> None:
    """Settle what two votes say together, by the guide."""
    message = context.last_message

    def drop(*intents: Intent) -> None:
        for intent in intents:
            best.pop(intent, None)

    def turn(old: Intent, new: Intent) -> None:
        if old in best:
            vote = replace(best.pop(old), intent=new)
            if new not in best or best[new].weight < vote.weight:
                best[new] = vote

    if Intent.STOP in best:
        drop(Intent.DECLINE, Intent.ACCEPT, Intent.OTHER, Intent.THANKS)
        if not _OTHER_CHANNEL.search(text):
            drop(Intent.CALL_TIME)
    if Intent.HELP in best and "fraud_claim" in facts.labels("also"):
        drop(Intent.FRAUD_CLAIM)
    if message == "identity":
        turn(Intent.DECLINE, Intent.WRONG_NUMBER)
        drop(Intent.FRAUD_CLAIM, Intent.ACCEPT) if Intent.IDENTITY_ANSWER in best else None
    if message == "capacity" and Intent.CAPACITY_ANSWER in best:
        drop(
            Intent.PROMISE_TO_PAY,
            Intent.COUNTER_OFFER,
            Intent.ACCEPT,
            Intent.CANNOT_PAY,
            Intent.ASK_PLAN,
            Intent.DECLINE,
            Intent.OTHER,
        )
    if message == "risk_alert":
        drop(Intent.CANNOT_PAY, Intent.PROMISE_TO_PAY, Intent.ALREADY_PAID, Intent.THANKS)
        if Intent.FRAUD_CLAIM in best:
            drop(Intent.ACCEPT, Intent.DISPUTE)
    if message == "offer":
        _reconcile_offer(best, facts, turn, drop)
    if message == "plan_confirm":
        turn(Intent.COUNTER_OFFER, Intent.ASK_PLAN)
    if message not in _YES_NO_CONTEXTS:
        drop(Intent.ACCEPT, Intent.DECLINE)
    if Intent.ASK_PLAN in best and message != "offer":
        if best[Intent.ASK_PLAN].weight >= best.get(Intent.CANNOT_PAY, best[Intent.ASK_PLAN]).weight:
            drop(Intent.PROMISE_TO_PAY)
    if Intent.DECLINE in best and Intent.ACCEPT in best:
        drop(Intent.ACCEPT)
    if Intent.ALREADY_PAID in best:
        drop(Intent.PROMISE_TO_PAY, Intent.COUNTER_OFFER)
    if len(best) > 1:
        drop(Intent.OTHER) if best.get(Intent.OTHER) else None


def _reconcile_offer(best: dict[Intent, _Vote], facts: Facts, turn: object, drop: object) -> None:
    """After an offer: thanks and okays accept it; a payment named instead is a counter-offer."""
    assert callable(turn) and callable(drop)
    if Intent.ACCEPT in best and Intent.ASK_PLAN in best and facts.labels("conditional"):
        drop(Intent.ASK_PLAN)
    if Intent.COUNTER_OFFER in best:
        best[Intent.COUNTER_OFFER] = replace(best[Intent.COUNTER_OFFER], weight=0.9)
        if best.get(Intent.ACCEPT) and best[Intent.ACCEPT].weight >= 1.0:
            drop(Intent.COUNTER_OFFER, Intent.PROMISE_TO_PAY)
        else:
            drop(Intent.PROMISE_TO_PAY, Intent.ACCEPT, Intent.DECLINE, Intent.ASK_PLAN, Intent.CANNOT_PAY)
    elif Intent.PROMISE_TO_PAY in best and (facts.open_days(past=False) or facts.labels("anchor")):
        turn(Intent.PROMISE_TO_PAY, Intent.COUNTER_OFFER)
    elif Intent.PROMISE_TO_PAY in best and Intent.ACCEPT not in best:
        turn(Intent.PROMISE_TO_PAY, Intent.ACCEPT)
    if Intent.THANKS in best and len(best) == 1:
        turn(Intent.THANKS, Intent.ACCEPT)
    if Intent.CANNOT_PAY in best and not facts.labels("hardship"):
        turn(Intent.CANNOT_PAY, Intent.DECLINE)


def _also_by_rule(primary: Intent, also: tuple[Intent, ...], facts: Facts) -> tuple[Intent, ...]:
    """Add what the guide always names beside an intent."""
    found = set(also)
    if primary is Intent.HELP and "fraud_claim" in facts.labels("also"):
        found.add(Intent.FRAUD_CLAIM)
    if primary is Intent.ASK_PLAN and facts.labels("hardship"):
        found.add(Intent.CANNOT_PAY)
    if primary is Intent.CANNOT_PAY and (facts.open_sums() or facts.open_days(past=False)):
        found.add(Intent.PROMISE_TO_PAY)
    found.discard(primary)
    return tuple(sorted(found, key=lambda intent: _RANK[intent]))


def _slots(facts: Facts, intent: Intent, also: tuple[Intent, ...], option: str | None, text: str) -> Slots:
    slots = fill(facts, intent, also, option)
    if intent is Intent.CAPACITY_ANSWER and _NOTHING.match(text):
        return replace(slots, amount=Decimal(0), amount_alternatives=())
    return slots


def _spans(normal: Normal, facts: Facts, best: dict[Intent, _Vote]) -> tuple[Span, ...]:
    spans = [Span(*normal.origin(v.start, v.end), v.intent.value, v.intent.value, v.why) for v in best.values()]
    for when in facts.days:
        value = ", ".join(day.isoformat() for day in when.dates) or "none"
        denied = " (denied)" if facts.is_denied(when.start, when.end) else ""
        spans.append(Span(*normal.origin(when.start, when.end), "dates", value, when.why + denied))
    for each in facts.sums:
        why = "earned, owed or a limit" if each.own else "a sum"
        denied = " (denied)" if facts.is_denied(each.start, each.end) else ""
        spans.append(Span(*normal.origin(each.start, each.end), "amount", str(each.value), why + denied))
    if facts.count:
        spans.append(
            Span(
                *normal.origin(facts.count.start, facts.count.end), "n_instalments", str(facts.count.value), "payments"
            )
        )
    for match in facts.matches:
        if match.rule.kind in {"hardship", "frequency", "anchor", "conditional", "sensitive"}:
            spans.append(_rule_span(normal, match))
    return tuple(sorted(set(spans), key=lambda s: (s.start, s.end, s.label, s.value)))


def _rule_span(normal: Normal, match: Match) -> Span:
    return Span(*normal.origin(match.start, match.end), match.rule.kind, match.rule.label, match.rule.why)
