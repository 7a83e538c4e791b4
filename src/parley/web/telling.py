"""Stored decisions of the gate as lines in one language, each with the rulebook of its day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from parley.contact.deadlines import last_day_by
from parley.contact.facts_json import facts_from_json
from parley.contact.replay import compare, decide_again
from parley.locale import Language
from parley.rulebook.book import Rulebook
from parley.rulebook.rule import Rule, Text
from parley.store.decisions import Decided, History, StoredDecision
from parley.web.words import knows, say

# Facts whose values are codes with words of their own: where those begin.
WORDS_OF_FACT: Final = {
    "actor": "actor.",
    "channel": "channel.",
    "content": "content.",
    "consents": "consent.",
    "discloses": "discloses.",
    "flags": "flag.",
    "judged_as": "purpose.",
    "opt_outs": "opt_out.",
    "product": "product.",
    "purpose": "purpose.",
    "registered": "registered.",
    "sender_form": "form.",
}


class Telling:
    """Tells stored decisions in one language. *rulebook_of* finds the rulebook with a hash, where it was kept."""

    def __init__(self, language: Language, in_use: Rulebook, rulebook_of: Callable[[str], Rulebook | None]) -> None:
        self._language, self._in_use, self._rulebook_of = language, in_use, rulebook_of
        self._books: dict[str, Rulebook | None] = {}

    def message(self, one: Decided) -> Iterator[str]:
        """Give everything about one message."""
        yield from self._head(one)
        for number, decision in enumerate(one.decisions, 1):
            yield ""
            yield from self._decision(number, decision)
            yield from _indented(self._basis(decision))

    def history(self, of: History) -> Iterator[str]:
        """Give what was decided about a borrower: the verdicts and the rules that said no.

        What a message was judged on is told with the message; what was refused before there was one, here.
        """
        yield self._say("borrower", id=of.borrower_id, messages=len(of.messages), refused=len(of.refused))
        for one in of.messages:
            yield ""
            yield from self._head(one)
            for number, decision in enumerate(one.decisions, 1):
                yield from _indented(self._decision(number, decision))
        if of.refused:
            yield ""
            yield self._say("refused_before")
        for number, decision in enumerate(of.refused, 1):
            yield from _indented(self._decision(number, decision))
            yield from _indented(_indented(self._basis(decision)))
        if of.messages:
            yield ""
            yield self._say("details")

    def _head(self, one: Decided) -> Iterator[str]:
        yield self._say(
            "message",
            id=one.message_id,
            purpose=self._word("purpose.", one.purpose),
            channel=self._word("channel.", one.channel),
            template=one.template_key,
            version=str(one.template_version),
            spoken=one.language,
        )
        state = self._word("ledger.", one.state)
        yield "  " + self._say("by_person" if one.is_by_person else "by_machine", at=_at(one.created_at), state=state)
        if one.reason:
            yield "  " + self._say("reason", reason=self._word("refusal.", one.reason))
        if one.is_answer:
            yield "  " + self._say("answers")
        if one.campaign:
            yield "  " + self._say("campaign", name=one.campaign)
        if one.run_on is not None:
            yield "  " + self._say("run", day=one.run_on)
        if not one.decisions:
            yield "  " + self._say("not_asked")

    def _decision(self, number: int, one: StoredDecision) -> Iterator[str]:
        """Give the verdict and every rule that said no."""
        stage, verdict = self._word("stage.", one.stage), self._word("verdict.", one.verdict)
        yield self._say("decision", n=str(number), stage=stage, at=_at(one.at), verdict=verdict)
        zones = one.trace["facts"]["zones"]
        judged_for = datetime.fromisoformat(one.trace["decided_at"])
        if judged_for != one.at:
            yield "   " + self._say("judged_for", at=_at(judged_for, zones))
        if one.retry_at is not None:
            yield "   " + self._say("again", at=_at(one.retry_at, zones))
        elif one.verdict == "block":
            yield "   " + self._say("never")
        for refusal in one.trace["refusals"]:
            yield from _indented(self._refusal(refusal, self._rule(one, refusal["rule"]), one, zones))

    def _refusal(
        self, refusal: Mapping[str, Any], rule: Rule | None, one: StoredDecision, zones: list[str]
    ) -> Iterator[str]:
        reason, layer = self._word("refusal.", refusal["reason"]), self._word("layer.", refusal["layer"])
        yield self._say("rule", rule=refusal["rule"], reason=reason, layer=layer)
        if rule is not None:
            yield f"  {self._text(rule.text)}"
            yield from (f"  {line}" for line in self._source(rule))
        else:
            yield "  " + self._say("source", citation=refusal["citation"])
        if rule is not None:
            yield from (f"  {line}" for line in self._deadline(rule, one, zones))
        if refusal["retry_at"] is not None:
            yield "  " + self._say("next", at=_at(datetime.fromisoformat(refusal["retry_at"]), zones))

    def _deadline(self, rule: Rule, one: StoredDecision, zones: list[str]) -> Iterator[str]:
        """Give when what stops this was refused, and the last day the rule leaves to honour it."""
        if one.facts is None:
            return
        kept, _ = facts_from_json(one.facts)
        for opt_out in sorted(kept.opt_outs, key=lambda refused: refused.at):
            last_on = last_day_by(rule, opt_out, tuple(zones))
            if last_on is not None:
                yield self._say("revoked", at=_at(opt_out.at, zones), day=last_on)
                return

    def _source(self, rule: Rule) -> Iterator[str]:
        if rule.citation:
            yield self._say("source", citation=rule.citation)
        elif rule.reason is not None:
            yield self._say("why", citation=self._text(rule.reason))
        if rule.link:
            yield self._say("link", link=rule.link)
        if rule.confidence is not None:
            signed = self._say("unsigned")
            if rule.signature is not None:
                signed = self._say("signed", who=rule.signature.reviewed_by, day=rule.signature.reviewed_on)
            yield self._say("confidence", confidence=self._word("confidence.", rule.confidence), signed=signed)

    def _basis(self, one: StoredDecision) -> Iterator[str]:
        """Give what was asked, what was lifted, the facts, the rulebook, and whether it would be decided so again."""
        rules = one.trace["rules"]
        yield self._say("asked", n=len(rules), rules=", ".join(rules))
        for lifted, by in sorted(one.trace["lifted"].items()):
            yield self._say("lifted", rule=lifted, by=by)
        if one.trace.get("holidays_unknown"):
            yield self._say("holidays_unknown", calendars=", ".join(one.trace["holidays_unknown"]))
        yield self._say("facts")
        for name, value in one.trace["facts"].items():
            yield f"  {self._word('fact.', name)}: {self._value(name, value)}"
        yield self._say("rulebook", hash=one.rulebook_hash, which=self._which(one))
        yield self._say(self._again(one))

    def _value(self, name: str, value: object) -> str:
        """Return a fact in words; what is empty is a dash."""
        prefix = WORDS_OF_FACT.get(name, "")
        match value:
            case bool():
                return self._word("thread.", "yes" if value else "no")
            case Mapping():
                held = [f"{self._word('flag.', key)} {self._value('', one)}" for key, one in value.items()]
                return "; ".join(held) or "–"
            case list():
                return ", ".join(self._word(prefix, str(one)) for one in value) or "–"
            case None | "":
                return "–"
            case _:
                return self._word(prefix, str(value))

    def _which(self, one: StoredDecision) -> str:
        if one.rulebook_hash == self._in_use.hash:
            return self._say("rulebook.today")
        return self._say("rulebook.gone" if self._book(one.rulebook_hash) is None else "rulebook.kept")

    def _again(self, one: StoredDecision) -> str:
        book = self._book(one.rulebook_hash)
        if one.facts is None or book is None:
            return "not_again"
        return str(compare(one.trace, decide_again(one.facts, book)))

    def _rule(self, one: StoredDecision, rule_id: str) -> Rule | None:
        """Return a rule as it stood then, else as it stands today, else None."""
        book = self._book(one.rulebook_hash) or self._in_use
        return next((rule for rule in book.rules if rule.id == rule_id), None)

    def _book(self, digest: str) -> Rulebook | None:
        if digest not in self._books:
            self._books[digest] = self._rulebook_of(digest)
        return self._books[digest]

    def _say(self, key: str, **values: object) -> str:
        return say(f"explain.{key}", self._language, **values)

    def _word(self, prefix: str, code: str) -> str:
        """Return the words of a code; the code itself where a data file has added one that has none."""
        key = prefix + code
        return say(key, self._language) if knows(key) else code

    def _text(self, text: Text) -> str:
        return text.en if self._language is Language.EN else text.zh


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"   {line}" for line in lines)


def _at(when: datetime, zones: list[str] | None = None) -> str:
    """Return an instant in UTC, and on the clocks of *zones*."""
    there = [f"{when.astimezone(ZoneInfo(name)):%Y-%m-%d %H:%M} {name}" for name in zones or ()]
    return f"{when:%Y-%m-%d %H:%M} UTC" + (f" ({', '.join(there)})" if there else "")
