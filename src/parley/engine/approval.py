"""May a template go out: in this language, to this place, for this purpose, by the provider of this deployment? Pure.

Asked before any borrower is: what the text contains, in every way it can read, and whether what carries it lets it
pass. The gate asks the same of each message at dispatch, so a text that would not be approved does not leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from parley.contact.approval import objecting
from parley.contact.content import also_for, contents_of
from parley.contact.facts import Carriage, ContactFacts
from parley.contact.registrations import Registration
from parley.dates import local_date
from parley.engine.guidance import barred_flags
from parley.engine.lender import PAGE_CODE_CHARS
from parley.engine.library import Library
from parley.engine.plan_terms import words_there
from parley.locale import Language
from parley.messaging.catalogue import Discloses
from parley.messaging.size import widest_chars
from parley.messaging.specimens import currency_of, specimens
from parley.messaging.template import Literal, Show
from parley.messaging.values import shown
from parley.messaging.wording import ANY, Reading, covers, sayable, spelled, unsigned_reading
from parley.purpose import Channel, Purpose
from parley.rulebook.book import Rulebook
from parley.rulebook.content import Content
from parley.rulebook.rule import SenderParams, Text

# A registration holds for whole days; at approval they are those of no borrower.
_ZONE: Final = "UTC"
_PAGE: Final = "page"
_AGENT: Final = "agent"
# A placeholder among the words of a text.
_WORD: Final = "X"
# Not a rule's reason: the text is for something else than its label says.
MISLABELLED: Final = "mislabelled"
_MISLABELLED: Final = Text(
    "The text is for more than its label says; the rules of {words} bind it too.",
    "文案的用途超出其标注，亦受 {words} 的规则约束。",
)
# Nor this: words that tell a stranger of the debt, in a text that goes out before identity is proven.
DISCLOSES: Final = "debt_before_identity"
_DISCLOSES: Final = Text(
    "The text may go out before identity is proven, and its words tell a stranger: {words}.",
    "此文案可在核实身份之前发出，但其中的词句会让他人得知：{words}。",
)
_TELLING: Final[dict[Content, tuple[str, str]]] = {
    Content.DEBT_MENTIONED: ("there is a debt", "有欠款"),
    Content.OVERDUE: ("a payment is late", "已逾期"),
    Content.PAYMENT_DEMAND: ("payment is demanded", "要求还款"),
}
# What a text may not say by how much it discloses. That an account exists may be told where the key says so.
_TOLD_TO_STRANGERS: Final[dict[Discloses, frozenset[Content]]] = {
    Discloses.NOTHING: frozenset({Content.DEBT_MENTIONED, Content.OVERDUE, Content.PAYMENT_DEMAND}),
    Discloses.RELATIONSHIP: frozenset({Content.OVERDUE, Content.PAYMENT_DEMAND}),
    Discloses.DEBT: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A template in one language, for one purpose, to one place. `product`: what rule files call it; empty: any."""

    key: str
    language: Language
    jurisdiction: str
    purpose: Purpose
    product: str = ""


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a template may not go out: the rule with its citation, in words. `rule_id` is empty where it is no rule."""

    reason_code: str
    rule_id: str
    citation: str
    layer: str
    text: Text


@dataclass(frozen=True, slots=True)
class Approval:
    """The template may go out. `relied_on`: ids of the registrations it rests on, of every text it may become."""

    asked: Asked
    provider: str
    relied_on: tuple[str, ...]
    registrations: str
    rulebook_hash: str


@dataclass(frozen=True, slots=True)
class NotApproved:
    """The template may not go out. `objections`: every one, the gravest first."""

    asked: Asked
    provider: str
    objections: tuple[Objection, ...]


Verdict: TypeAlias = Approval | NotApproved


def approve(asked: Asked, library: Library, now: datetime) -> Verdict:
    """Return whether the template may go out as of *now*, by every kind of carrier whose route may take it.

    The first kind by which it may not refuses it, with every rule about content or carriage that says no to any text
    the template may become. What depends on a borrower (hours, caps, consents, a first contact) is not asked here.
    """
    kinds = library.routes.kinds(asked.jurisdiction, asked.purpose) or (library.route.provider,)
    verdicts = (_approve(asked, _carried_by(kind, library), now) for kind in kinds)
    first: Verdict | None = None
    for verdict in verdicts:
        if isinstance(verdict, NotApproved):
            return verdict
        first = first or verdict
    assert first is not None, "there is one kind at least"
    return first


def _carried_by(kind: str, library: Library) -> Library:
    """Return the library as it is where *kind* carries everything."""
    if kind == library.route.provider:
        return library
    return replace(library, route=replace(library.route, provider=kind))


def _approve(asked: Asked, library: Library, now: datetime) -> Verdict:
    """Return whether the template may go out by the kind of carrier of the library's route."""
    rules = library.rulebook
    carriages, bare = _bare(asked, library, rules, now)
    found: dict[str, Objection] = {}
    for content_text in _texts(asked, library, rules, now):
        content = contents_of(content_text, library.outbound)
        # What only the machine says is asked as the machine; what staff may send, as theirs, the wider permission.
        flags = barred_flags(
            *(asked.key, content_text, library.catalogue, library.lender.actor, library.permissions),
            is_by_person=library.catalogue.entry(asked.key).by_person is not None,
        )
        facts = replace(bare, content=content, flags=flags)
        for rule, code in objecting(facts, rules, library.gate):
            found.setdefault(rule.id, Objection(code.value, rule.id, rule.source, rule.layer.value, rule.text))
        also = also_for(asked.purpose, content)
        if also:
            found.setdefault(MISLABELLED, _named(MISLABELLED, _MISLABELLED, also))
    if told := _told_to_strangers(asked, library, rules):
        found[DISCLOSES] = _disclosing(told)
    if found:
        return NotApproved(asked, library.route.provider, tuple(found.values()))
    relied_on = tuple(dict.fromkeys(one for carried in carriages for one in carried.relied_on))
    assert bare.carriage is not None, "it is known how a template is carried"
    return Approval(asked, library.route.provider, relied_on, bare.carriage.registrations, rules.hash)


def registered(asked: Asked, library: Library, now: datetime) -> tuple[tuple[str, ...], bool]:
    """Return the ids of the registrations a template rests on, and whether a rule wants one that is not there.

    What the text contains is not asked: this is quick.
    """
    rules = library.rulebook
    carriages, bare = _bare(asked, library, rules, now)
    wanting = any(isinstance(rule.params, SenderParams) for rule, _ in objecting(bare, rules, library.gate))
    return tuple(dict.fromkeys(one for carried in carriages for one in carried.relied_on)), wanting


def _bare(asked: Asked, library: Library, rules: Rulebook, now: datetime) -> tuple[list[Carriage], ContactFacts]:
    """Return what each text the template may become rests on, and the facts of a contact with nothing said in it."""
    carriages = [_carriage(asked, reading, library, rules, now) for reading in _readings(asked, library, rules)]
    facts = ContactFacts(
        now=now,
        jurisdiction=asked.jurisdiction,
        zones=(_ZONE,),
        purpose=asked.purpose,
        channel=Channel.SMS,
        actor=library.lender.actor,
        product=asked.product,
        # Of several texts the one with the fewest registrations speaks for all: each must be registered.
        carriage=min(carriages, key=lambda one: len(one.registered)),
    )
    return carriages, facts


def _told_to_strangers(asked: Asked, library: Library, rules: Rulebook) -> frozenset[Content]:
    """Return what the words of the template tell that its key does not disclose.

    Its own words alone: a name of the lender or of an advice line may speak of debt, and tells nothing of a borrower.
    """
    barred = _TOLD_TO_STRANGERS[library.catalogue.entry(asked.key).discloses]
    if not barred:
        return barred
    words = (
        "".join(_WORD if isinstance(node, Show) else node.text for node in one)
        for one in _readings(asked, library, rules)
    )
    return frozenset[Content]().union(*(contents_of(text, library.outbound) for text in dict.fromkeys(words))) & barred


def _disclosing(told: frozenset[Content]) -> Objection:
    en = "; ".join(_TELLING[one][0] for one in sorted(told))
    zh = "、".join(_TELLING[one][1] for one in sorted(told))
    return Objection(DISCLOSES, "", "", "", Text(_DISCLOSES.en.format(words=en), _DISCLOSES.zh.format(words=zh)))


def _named(code: str, words: Text, what: Iterable[str]) -> Objection:
    named = ", ".join(what)
    return Objection(code, "", "", "", Text(words.en.format(words=named), words.zh.format(words=named)))


def _readings(asked: Asked, library: Library, rules: Rulebook) -> tuple[Reading, ...]:
    known = known_words(asked.jurisdiction, asked.language, library, rules)
    return sayable(library.catalogue.texts[asked.key, asked.language], known)


def known_words(jurisdiction: str, language: Language, library: Library, rules: Rulebook) -> Mapping[str, str]:
    """Return the lender's own words as every borrower there reads them.

    The end of the page's address is each one's; so is who is named, where people of the desk are.
    """
    lender, longest = library.lender, library.catalogue.standing[_PAGE].limit
    page = lender.page_of(ANY * PAGE_CODE_CHARS, longest)
    words = {
        **words_there(jurisdiction, language, library, rules),
        _PAGE: page.rstrip(ANY) + (ANY if ANY in page else ""),
    }
    if lender.names_people:
        del words[_AGENT]
    return words


def _carriage(asked: Asked, reading: Reading, library: Library, rules: Rulebook, now: datetime) -> Carriage:
    known, today = known_words(asked.jurisdiction, asked.language, library, rules), local_date(now, _ZONE)
    types = library.catalogue.texts[asked.key, asked.language].types
    widest = widest_chars(types, asked.language, [currency_of(asked.language)], today) | {_PAGE: PAGE_CODE_CHARS}
    text = spelled(reading, known, lambda _number: ANY)
    # Some carriers put the signature there themselves, and have the rest of a text registered.
    forms = dict.fromkeys([reading, unsigned_reading(reading)])

    def says(one: Registration) -> bool:
        wording = one.wording
        return (wording is None or any(covers(wording, form, known, widest) for form in forms)) and one.signs(text)

    return library.route.carried(asked.jurisdiction, asked.purpose, {today}, says, rules.carriers)


def _texts(asked: Asked, library: Library, rules: Rulebook, now: datetime) -> Iterator[str]:
    """Give the text in every way it can read, with usual values."""
    entry, today = library.catalogue.entry(asked.key), local_date(now, _ZONE)
    types = {**library.catalogue.standing, **entry.placeholders}
    words = words_there(asked.jurisdiction, asked.language, library, rules)
    for values in specimens(types, words, asked.language, today):
        for reading in _readings(asked, library, rules):
            yield "".join(
                node.text if isinstance(node, Literal) else shown(node.kind, values[node.name], asked.language, today)
                for node in reading
            )
