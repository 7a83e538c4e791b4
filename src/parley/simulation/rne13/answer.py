"""What a borrower of the evaluation answers: a function of the case, of what is asked, and of what went before.

The same draw decides the same question under every negotiator (common random numbers), so two of them differ by what
they do and not by luck. What is meant comes first; the words for it, where somebody must read them, come from `put`.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

from parley.locale import Language, language_of
from parley.money import divide_down
from parley.simulation.chance import Dice
from parley.simulation.figures import round_figure
from parley.simulation.persona import Persona, PublicFacts
from parley.simulation.put import Meaning, put
from parley.simulation.rne13.agreement import Agreement
from parley.simulation.rne13.card import Parameters
from parley.simulation.rne13.case import WHOLE_BPS, BorrowerCase
from parley.simulation.speech import Intention
from parley.simulation.world import World

DISCLOSURES_FILE: Final = "rne13_disclosures.toml"
_COUNTERS_AT_MOST: Final = 2


class Ask(StrEnum):
    """What a text of ours asks of the borrower."""

    OPENING = "opening"
    CAPACITY = "capacity"
    OFFER = "offer"
    READ_BACK = "read_back"
    FIGURE_BACK = "figure_back"
    PROMISE = "promise"
    AGAIN = "again"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, repr=False)
class Heard:
    """A text that came. `nth`: how many of ours came so far, this one included. `offers`: what may be chosen."""

    ask: Ask
    nth: int
    on: date
    offers: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What is meant. `option` counts from 1; `plain`: a machine alone can settle it; `text`: how it is put."""

    intention: Intention
    amount_minor: int = 0
    option: int = 0
    plain: bool = True
    text: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """The data of the answers: parameters, the words of the simulation, and what vulnerable borrowers say."""

    parameters: Parameters
    world: World
    disclosures: dict[Language, tuple[str, ...]]
    seed: int

    @property
    def spoken(self) -> World:
        """The world, phrased as often otherwise than plainly as the parameters say, and without second thoughts."""
        card, percent = self.world.card, self.parameters.not_plain_percent
        hard = {style: divide_down(bps * percent, 100) for style, bps in card.not_plain_bps.items()}
        return replace(self.world, card=replace(card, not_plain_bps=hard, second_thought_bps=0))


def load_disclosures(raw: bytes) -> dict[Language, tuple[str, ...]]:
    """Read what vulnerable borrowers say. Raises ValueError where a language has nothing."""
    table = tomllib.loads(raw.decode())
    found = {language: tuple(table[language.value]["texts"]) for language in Language}
    if not all(found.values()):
        raise ValueError("each language needs words for a borrower who is vulnerable")
    return found


@dataclass(slots=True, repr=False)
class Listener:
    """A borrower in a talk: answers what is asked, and remembers it."""

    stage: Stage
    case: BorrowerCase
    with_words: bool = False
    _asked: Counter[Ask] = field(default_factory=Counter)
    _said: Counter[Intention] = field(default_factory=Counter)
    _open: Heard | None = None
    _spoken: World | None = None

    def answer(self, heard: Heard) -> Answer | None:
        """Return the answer to *heard*; None for silence."""
        self._asked[heard.ask] += 1
        if heard.ask is Ask.NOTHING or heard.nth > self.case.patience:
            return None
        dice = self._dice(heard.ask.value, self._asked[heard.ask])
        question = self._question(heard)
        if not self._answers(heard):
            return None
        answer = self._stop(heard) or self._standing(dice) or self._meant(question, dice)
        self._said[answer.intention] += 1
        return self._worded(answer, heard, dice)

    def _question(self, heard: Heard) -> Heard:
        """Return what is answered: a text that asks nothing new is taken for the last question once more."""
        if heard.ask in {Ask.OPENING, Ask.AGAIN} and self._open is not None:
            return replace(self._open, nth=heard.nth, on=heard.on)
        if heard.ask is not Ask.AGAIN:
            self._open = heard
        return heard

    def _dice(self, *names: str | int) -> Dice:
        return Dice(self.stage.seed, "rne13", "answer", self.case.id, *names)

    def _answers(self, heard: Heard) -> bool:
        if heard.ask is Ask.OPENING:
            return self._dice("willing", self._asked[Ask.OPENING]).happens(self.case.willing_bps)
        dice = self._dice("reply", heard.ask.value, self._asked[heard.ask])
        return dice.happens(self.stage.parameters.thread_reply_bps)

    def _stop(self, heard: Heard) -> Answer | None:
        stops = self._dice("stop", heard.nth).happens(self.stage.parameters.opt_out_bps)
        return Answer(Intention.STOP) if stops else None

    def _standing(self, dice: Dice) -> Answer | None:
        """Return what this borrower says whatever is asked; none of it may end in an agreement made by a machine."""
        if self.case.wrong_person:
            return Answer(Intention.WRONG_NUMBER)
        if self.case.disputes:
            return Answer(Intention.DISPUTE)
        if self.case.vulnerable:
            words = self.stage.disclosures[language_of(self.case.locale)]
            return Answer(Intention.CANNOT_PAY, plain=False, text=dice.pick(words))
        return None

    def _meant(self, heard: Heard, dice: Dice) -> Answer:
        match heard.ask:
            case Ask.OPENING | Ask.AGAIN | Ask.NOTHING:
                return self._opened(dice)
            case Ask.CAPACITY | Ask.PROMISE:
                return self._capacity(dice)
            case Ask.OFFER:
                return self._offer(heard, dice)
            case Ask.READ_BACK:
                fits = any(self._fits(offer, heard) for offer in heard.offers)
                return Answer(Intention.YES if fits else Intention.NO)
            case Ask.FIGURE_BACK:
                return Answer(Intention.YES)

    def _opened(self, dice: Dice) -> Answer:
        """Return what is said to "your account is past due": a wish for a plan, a sum, or that it cannot be paid."""
        if self.case.surplus_minor <= 0:
            return Answer(dice.weighted({Intention.CANNOT_PAY: 70, Intention.ASK_OPTIONS: 30}))
        drawn = dice.weighted({Intention.ASK_OPTIONS: 60, Intention.CAPACITY: 25, Intention.CANNOT_PAY: 15})
        stated_minor = self.stated_minor
        if drawn is Intention.CAPACITY:
            return Answer(drawn, amount_minor=stated_minor) if stated_minor else Answer(Intention.CANNOT_PAY)
        return Answer(drawn)

    @property
    def stated_minor(self) -> int:
        """What is stated to be possible a month: less than it is, and a round sum. Units: minor units."""
        percent = 100 + self.stage.parameters.stated_more_percent
        true_minor = divide_down(max(0, self.case.surplus_minor) * percent, 100)
        told_minor = divide_down(true_minor * (WHOLE_BPS - self.case.understates_bps), WHOLE_BPS)
        return round_figure(told_minor, self.case.currency)

    def _capacity(self, dice: Dice) -> Answer:
        stated_minor = self.stated_minor
        if stated_minor:
            return Answer(Intention.CAPACITY, amount_minor=stated_minor)
        return Answer(dice.weighted({Intention.NOTHING_TO_SPARE: 60, Intention.CANNOT_PAY: 40}))

    def _fits(self, offer: Agreement, heard: Heard) -> bool:
        """Whether an offer asks for no more a month than is agreed to, and down for no more than is at hand."""
        return offer.largest_minor <= self.case.accepts_minor and offer.down_minor <= self._at_hand_minor(offer, heard)

    def _at_hand_minor(self, offer: Agreement, heard: Heard) -> int:
        del heard
        return self.case.assets_minor + divide_down(max(0, self.case.surplus_minor) * offer.days[0], 30)

    def _offer(self, heard: Heard, dice: Dice) -> Answer:
        fitting = [number for number, offer in enumerate(heard.offers, start=1) if self._fits(offer, heard)]
        if fitting:
            first = self._dice("first", self._asked[Ask.OFFER]).happens(self.stage.parameters.first_option_bps)
            option = fitting[0] if first else dice.pick(fitting)
            if self._likes(heard.offers[option - 1]):
                return Answer(Intention.ACCEPT_OPTION if len(heard.offers) > 1 else Intention.YES, option=option)
            return self._no()
        counters = self._dice("counter", self._asked[Ask.OFFER]).happens(self.stage.parameters.counters_bps)
        amount_minor = self._countered(heard)
        if amount_minor and counters and self._said[Intention.COUNTER] < _COUNTERS_AT_MOST:
            return Answer(Intention.COUNTER, amount_minor=amount_minor)
        return self._no()

    def _likes(self, offer: Agreement) -> bool:
        """Whether an offer that fits is taken: less often where the total is higher. Linear; at most always."""
        parameters, balance_minor = self.stage.parameters, self.case.balance_minor
        dearer_bps = divide_down((offer.total_minor - balance_minor) * WHOLE_BPS, balance_minor)
        fall_bps = divide_down(dearer_bps * parameters.price_elasticity_percent, 100)
        chance_bps = divide_down(parameters.accepts_bps * (WHOLE_BPS - fall_bps), WHOLE_BPS)
        return self._dice("likes", self._asked[Ask.OFFER]).happens(min(WHOLE_BPS, max(0, chance_bps)))

    def _no(self) -> Answer:
        """Say no; who says it again may want no further offer, and a person instead."""
        said = self._said[Intention.DECLINE]
        if said and self._dice("gives_up", said).happens(self.stage.parameters.gives_up_bps):
            return Answer(Intention.PERSON)
        return Answer(Intention.DECLINE)

    def _countered(self, heard: Heard) -> int:
        own_minor = round_figure(self.case.accepts_minor, self.case.currency)
        dice = self._dice("anchored", self._asked[Ask.OFFER])
        if not own_minor or not heard.offers or not dice.happens(self.stage.parameters.anchoring_bps):
            return own_minor
        shown_minor = heard.offers[0].largest_minor
        share_minor = round_figure(divide_down(shown_minor * dice.pick((50, 50, 75)), 100), self.case.currency)
        return min(own_minor, share_minor)

    def _worded(self, answer: Answer, heard: Heard, dice: Dice) -> Answer:
        """Return the answer with its words where somebody must read them, and whether they are plain."""
        if answer.text or not (self.with_words or self.stage.parameters.not_plain_percent):
            return answer
        if self._spoken is None:
            self._spoken = self.stage.spoken
        meaning = Meaning(
            answer.intention,
            amount_minor=answer.amount_minor,
            option=answer.option,
            is_clearer=heard.ask is Ask.AGAIN,
        )
        persona = persona_of(self.case, self.stage.seed, heard.on)
        if persona.reason not in self._spoken.speech[persona.language].reasons:
            # No words for it: they give the commonest.
            persona = replace(persona, reason=None)
        text, plain = put(self._spoken, persona, heard.on, meaning, dice)
        return replace(answer, text=text, plain=plain)


def persona_of(case: BorrowerCase, seed: int, on: date) -> Persona:
    """Return the person of a case as the words of the simulation know one."""
    public = PublicFacts(
        locale=case.locale,
        jurisdiction=case.jurisdiction,
        timezone=case.timezone,
        currency=case.currency,
        balance_minor=case.balance_minor,
        arrears_minor=0,
        days_past_due=case.days_past_due,
        minimum_minor=case.contract_instalment_minor,
        scale=1,
        started_on=on,
    )
    return Persona(
        seed=seed,
        key=case.id,
        public=public,
        language=language_of(case.locale),
        income_minor=case.income_minor,
        essential_minor=case.essential_minor,
        other_debt_minor=case.other_debt_minor,
        assets_minor=case.assets_minor,
        willing_percent=divide_down(case.willing_bps, 100),
        accepts_up_to_percent=divide_down(case.accepts_up_to_bps, 100),
        understates_percent=divide_down(case.understates_bps, 100),
        patience=case.patience,
        style=case.style,
        reason=case.reason,
        vulnerable=case.vulnerable,
        disputes=case.disputes,
        wrong_person=case.wrong_person,
        shock=None,
    )
