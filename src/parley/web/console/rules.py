"""How a page names a rule: its text in the reader's language, its source, its layer, how sure we are of it."""

from __future__ import annotations

from dataclasses import dataclass

from parley.locale import Language
from parley.web.ports import services


@dataclass(frozen=True, slots=True)
class CitedRule:
    """A rule as a page names it. `source`: the citation, or the reason of a policy rule; empty for no rule."""

    rule_id: str
    text: str
    source: str
    layer: str
    confidence: str
    link: str


def cite(rule_id: str, language: Language) -> CitedRule:
    """Return how to name a rule; one that today's rulebook no longer holds keeps its id."""
    if not rule_id:
        return CitedRule("", "", "", "", "", "")
    try:
        rule = services().library.rulebook.rule(rule_id)
    except KeyError:
        return CitedRule(rule_id, "", "", "", "", "")
    text = rule.text.en if language is Language.EN else rule.text.zh
    source = rule.citation or (
        (rule.reason.en if language is Language.EN else rule.reason.zh) if rule.reason is not None else ""
    )
    confidence = str(rule.confidence) if rule.confidence is not None else ""
    return CitedRule(rule_id, text, source, str(rule.layer), confidence, rule.link)
