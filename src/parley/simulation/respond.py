"""What a borrower answers to a text: a pure function of borrower, text and what went before.

They are told which template the text came from (a person reads; a simulator need not parse) and which instalments it
offers. What they mean is decided here; how they put it lies in the speech files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from parley.dates import local, local_date
from parley.money import divide_down
from parley.simulation.chance import Dice, odds_times
from parley.simulation.figures import round_figure
from parley.simulation.persona import Persona
from parley.simulation.put import Meaning, delay_seconds, put
from parley.simulation.speech import Intention
from parley.simulation.world import Decision, Situation, World

Memory = tuple[tuple[str, Intention], ...]

# After one of these they have said what they had to say.
_LAST_WORDS: Final = frozenset({Intention.STOP, Intention.WRONG_NUMBER, Intention.LEGAL, Intention.CRISIS})
_MANY_FROM: Final = 3
_COUNTERS_AT_MOST: Final = 2
_EVENING_HOURS: Final = range(17, 20)
_ONE_IN_100K: Final = 100_000
_ALMOST_ALWAYS_BPS: Final = 9_900


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Heard:
    """A text that reached the handset, by its template. `numbers`: the instalments it offers, in their order.

    Units: minor units; `at` is an instant; `nth_in_thread` and `messages_7d` count our texts, this one included.
    """

    template_key: str
    at: datetime
    numbers: tuple[int, ...] = ()
    nth_in_thread: int = 1
    messages_7d: int = 1


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """What is written back, and how long after the text was heard. `plain`: a machine alone can settle it."""

    text: str
    delay_seconds: int
    intention: Intention
    plain: bool


def respond(world: World, persona: Persona, heard: Heard, memory: Memory) -> Reply | None:
    """Return the answer to *heard*, or None for silence. *memory*: earlier (template key, intention) of this borrower.

    Raises ValueError for a template key that `situations.toml` does not describe.
    """
    situation = world.situation(heard.template_key)
    if situation.reply_percent == 0 or any(said in _LAST_WORDS for _, said in memory):
        return None
    dice = Dice(persona.seed, "reply", persona.key, heard.template_key, heard.at.isoformat(), len(memory))
    if _opts_out(world, heard, dice):
        return _say(world, persona, heard, Intention.STOP, dice)
    if not _answers(world, persona, heard, situation, dice):
        return None
    intention = _rare(world, persona, dice) or _standing(persona, memory, dice)
    meaning = Meaning(intention) if intention else _meant(world, persona, heard, situation, memory, dice)
    return _finish(world, persona, heard, meaning, memory, dice)


def _opts_out(world: World, heard: Heard, dice: Dice) -> bool:
    factor_percent = world.card.opt_out_from_third_percent if heard.messages_7d >= _MANY_FROM else 100
    return dice.happens(divide_down(world.card.opt_out_bps * factor_percent, 100))


def _answers(world: World, persona: Persona, heard: Heard, situation: Situation, dice: Dice) -> bool:
    if not situation.unprompted:
        chance_bps = divide_down(world.card.thread_reply_bps * situation.reply_percent, 100)
        return heard.nth_in_thread <= persona.patience and dice.happens(chance_bps)
    chance_bps = persona.willing_percent * situation.reply_percent
    if local(heard.at, persona.public.timezone).hour in _EVENING_HOURS:
        chance_bps = divide_down(chance_bps * world.card.evening_reply_percent, 100)
    chance_bps = min(_ALMOST_ALWAYS_BPS, chance_bps)
    for _ in range(1, heard.messages_7d):
        chance_bps = odds_times(chance_bps, world.card.fatigue_percent)
    return dice.happens(chance_bps)


def _rare(world: World, persona: Persona, dice: Dice) -> Intention | None:
    factor = world.card.crisis_vulnerable_factor if persona.vulnerable else 1
    if dice.below(_ONE_IN_100K) < world.card.crisis_per_100k * factor:
        return Intention.CRISIS
    if dice.happens(world.card.legal_bps):
        return Intention.LEGAL
    return Intention.SMALL_TALK if dice.happens(world.card.unreadable_bps) else None


def _standing(persona: Persona, memory: Memory, dice: Dice) -> Intention | None:
    """Return what this borrower says whatever is asked: somebody else's telephone, or a debt they do not own."""
    said = {intention for _, intention in memory}
    if persona.wrong_person:
        return dice.weighted({Intention.WRONG_NUMBER: 80, Intention.WHO_ARE_YOU: 14, Intention.FRAUD_CLAIM: 6})
    if persona.disputes and not said & {Intention.DISPUTE, Intention.FRAUD_CLAIM} and Intention.IDENTITY in said:
        return dice.weighted({Intention.DISPUTE: 80, Intention.FRAUD_CLAIM: 20})
    return None


def _meant(world: World, persona: Persona, heard: Heard, situation: Situation, memory: Memory, dice: Dice) -> Meaning:
    drawn = dice.weighted(situation.mix)
    match situation.decide:
        case Decision.IDENTITY:
            return _identity(world, persona, heard, memory, drawn, dice)
        case Decision.CAPACITY:
            return _capacity(persona, heard, drawn, dice)
        case Decision.OFFER:
            return _offer(world, persona, heard, memory, drawn, dice)
        case Decision.READ_BACK:
            fits = all(amount <= persona.accepts_minor(_day(persona, heard)) for amount in heard.numbers)
            return Meaning(drawn if fits else Intention.NO)
        case Decision.AGAIN:
            return _again(world, persona, heard, memory, drawn, dice)
        case Decision.MIX:
            return _unasked(persona, heard, drawn, dice)


def _day(persona: Persona, heard: Heard) -> date:
    return local_date(heard.at, persona.public.timezone)


def _identity(world: World, persona: Persona, heard: Heard, memory: Memory, drawn: Intention, dice: Dice) -> Meaning:
    if drawn is not Intention.IDENTITY:
        return Meaning(drawn)
    asked = [heard.template_key, *reversed([key for key, _ in memory])]
    by_tail = next((key == "identity.ask_contract_tail" for key in asked if key.startswith("identity.ask_")), False)
    code = persona.public.contract_tail if by_tail else persona.public.postcode
    if not code:
        return Meaning(Intention.PERSON)
    return Meaning(drawn, code=_misremembered(code, dice) if dice.happens(world.card.identity_wrong_bps) else code)


def _misremembered(code: str, dice: Dice) -> str:
    places = [index for index, char in enumerate(code) if char.isdigit()]
    if not places:
        return code[::-1]
    at = dice.pick(places)
    return code[:at] + str((int(code[at]) + dice.between(1, 9)) % 10) + code[at + 1 :]


def _capacity(persona: Persona, heard: Heard, drawn: Intention, dice: Dice) -> Meaning:
    stated_minor = _stated(persona, heard)
    if stated_minor > 0 and drawn is Intention.CAPACITY:
        return Meaning(drawn, amount_minor=stated_minor)
    if stated_minor > 0:
        return _unasked(persona, heard, drawn, dice)
    return Meaning(dice.weighted({Intention.NOTHING_TO_SPARE: 55, Intention.CANNOT_PAY: 33, Intention.PERSON: 12}))


def _stated(persona: Persona, heard: Heard) -> int:
    """Return what they say they can pay a month: less than they can, and a round sum, in minor units."""
    true_minor = max(0, persona.surplus_on(_day(persona, heard)))
    told_minor = divide_down(true_minor * (100 - persona.understates_percent), 100)
    return round_figure(told_minor, persona.public.currency)


def _offer(world: World, persona: Persona, heard: Heard, memory: Memory, drawn: Intention, dice: Dice) -> Meaning:
    limit_minor = persona.accepts_minor(_day(persona, heard))
    affordable = [number for number, amount in enumerate(heard.numbers, start=1) if amount <= limit_minor]
    if affordable and drawn is Intention.ACCEPT_OPTION:
        option = affordable[0] if dice.happens(world.card.first_option_bps) else dice.pick(affordable)
        return Meaning(drawn if len(heard.numbers) > 1 else Intention.YES, option=option)
    if affordable and drawn is not Intention.COUNTER:
        return Meaning(drawn)
    countered = sum(said is Intention.COUNTER for _, said in memory)
    amount_minor = _countered(world, persona, heard, dice)
    if amount_minor > 0 and countered < _COUNTERS_AT_MOST and dice.happens(6_000):
        return Meaning(Intention.COUNTER, amount_minor=amount_minor)
    return Meaning(dice.weighted({Intention.DECLINE: 55, Intention.CANNOT_PAY: 25, Intention.PERSON: 20}))


def _countered(world: World, persona: Persona, heard: Heard, dice: Dice) -> int:
    """Return the sum they ask for instead: their own, or a simple share of the first number they were shown."""
    own_minor = round_figure(persona.accepts_minor(_day(persona, heard)), persona.public.currency)
    if not heard.numbers or not dice.happens(world.card.anchoring_bps):
        return own_minor
    share_minor = round_figure(divide_down(heard.numbers[0] * dice.pick((50, 50, 75)), 100), persona.public.currency)
    return min(own_minor, share_minor) if own_minor else 0


def _again(world: World, persona: Persona, heard: Heard, memory: Memory, drawn: Intention, dice: Dice) -> Meaning:
    """Return what they meant before, to be said more plainly; who has been asked twice wants a person."""
    said = [(key, intention) for key, intention in memory if intention is not Intention.SILENCE]
    asked_back = sum(key == heard.template_key for key, _ in said)
    if not said or asked_back or dice.happens(2_000):
        return Meaning(Intention.PERSON if asked_back else drawn)
    key, intention = said[-1]
    before = world.situation(key)
    if before.decide is Decision.AGAIN or intention in {Intention.SMALL_TALK, Intention.THANKS}:
        return Meaning(drawn)
    earlier = Heard(template_key=key, at=heard.at, numbers=heard.numbers)
    match before.decide:
        case Decision.IDENTITY:
            meaning = _identity(world, persona, earlier, memory, intention, dice)
        case Decision.CAPACITY:
            meaning = _capacity(persona, earlier, intention, dice)
        case Decision.OFFER if heard.numbers:
            meaning = _offer(world, persona, earlier, memory, intention, dice)
        case _:
            meaning = _unasked(persona, earlier, intention, dice)
    return Meaning(
        meaning.intention, amount_minor=meaning.amount_minor, option=meaning.option, code=meaning.code,
        days=meaning.days, is_clearer=True,
    )  # fmt: skip


def _unasked(persona: Persona, heard: Heard, drawn: Intention, dice: Dice) -> Meaning:
    """Return *drawn* with what it needs to be said; who has nothing left over says so in place of a sum."""
    on = _day(persona, heard)
    is_short = persona.surplus_on(on) <= 0
    match drawn:
        case Intention.CAPACITY | Intention.COUNTER:
            stated_minor = _stated(persona, heard)
            return Meaning(drawn, amount_minor=stated_minor) if stated_minor else Meaning(Intention.CANNOT_PAY)
        case Intention.PROMISE:
            amount_minor = _promised(persona, on, dice)
            if not amount_minor:
                return Meaning(Intention.CANNOT_PAY)
            return Meaning(drawn, amount_minor=amount_minor, days=dice.weighted(_PROMISE_DAYS))
        case Intention.ASK_OPTIONS | Intention.HOW_TO_PAY if is_short and dice.happens(4_000):
            return Meaning(Intention.CANNOT_PAY)
        case _:
            return Meaning(drawn)


_PROMISE_DAYS: Final = {1: 18, 2: 14, 3: 14, 4: 12, 5: 12, 7: 12, 10: 8, 14: 6, 20: 4}


def _promised(persona: Persona, on: date, dice: Dice) -> int:
    """Return the sum promised: the arrears where they can be met, else what is left over. Minor units."""
    within_minor = max(0, persona.surplus_on(on)) + divide_down(persona.assets_minor, 4)
    wanted_minor = persona.public.arrears_minor or persona.public.minimum_minor
    if wanted_minor <= within_minor or dice.happens(1_000):
        return wanted_minor
    return round_figure(max(0, persona.surplus_on(on)), persona.public.currency)


def _finish(world: World, persona: Persona, heard: Heard, meaning: Meaning, memory: Memory, dice: Dice) -> Reply:
    said = {intention for _, intention in memory}
    if meaning.intention is Intention.WHO_ARE_YOU and Intention.WHO_ARE_YOU in said:
        meaning = Meaning(Intention.ASK_DETAILS)
    text, plain = put(world, persona, _day(persona, heard), meaning, dice)
    return Reply(text, delay_seconds(world.card, persona, heard.at, dice), meaning.intention, plain)


def _say(world: World, persona: Persona, heard: Heard, intention: Intention, dice: Dice) -> Reply:
    return _finish(world, persona, heard, Meaning(intention), (), dice)
