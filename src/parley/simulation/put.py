"""How a borrower puts what they mean: phrase, sum, day, a second thought, a slip, and how long they take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from parley.dates import local
from parley.simulation.card import Card, Style
from parley.simulation.chance import Dice
from parley.simulation.figures import say_amount, say_day
from parley.simulation.persona import Persona
from parley.simulation.speech import Intention, Phrase, Speech, choose, slip
from parley.simulation.world import World

# What is said on its own: a second thought would blur it, or it is the last word.
_ALONE: Final = frozenset(
    {
        Intention.CRISIS,
        Intention.STOP,
        Intention.WRONG_NUMBER,
        Intention.IDENTITY,
        Intention.SMALL_TALK,
        Intention.LEGAL,
        Intention.THANKS,
    }
)
_SECOND_THOUGHTS: Final = (
    Intention.HOW_TO_PAY,
    Intention.COMPLAINT,
    Intention.PERSON,
    Intention.CALL_TIME,
    Intention.CANNOT_PAY,
)
_NIGHT_ENDS_HOUR: Final = 7
_OPENER_BPS: Final = 4_000


@dataclass(frozen=True, slots=True, repr=False)
class Meaning:
    """What is meant, with the sum, day, choice or code it needs. `is_clearer`: they were asked back and take care."""

    intention: Intention
    amount_minor: int = 0
    days: int = 0
    option: int = 0
    code: str = ""
    is_clearer: bool = False


def put(world: World, persona: Persona, today: date, meaning: Meaning, dice: Dice) -> tuple[str, bool]:
    """Return the words for *meaning*, and whether a machine alone can settle them."""
    speech = world.speech[persona.language]
    hard_bps = 0 if meaning.is_clearer else world.card.not_plain_bps[persona.style]
    phrase = choose(speech.phrases[meaning.intention][persona.style], dice, hard_bps)
    text, plain = _fill(speech, persona, today, meaning, phrase, dice)
    if meaning.intention not in _ALONE and not meaning.is_clearer:
        if dice.happens(world.card.second_thought_bps):
            besides = dice.pick([each for each in _SECOND_THOUGHTS if each is not meaning.intention])
            second = choose(speech.phrases[besides][persona.style], dice, hard_bps)
            words, also_plain = _fill(speech, persona, today, Meaning(besides), second, dice)
            # Who says one thing and that they cannot pay must be asked which.
            plain = plain and also_plain and besides is not Intention.CANNOT_PAY
            text += dice.pick(speech.joints) + words
        elif persona.style is Style.CHATTY and dice.happens(_OPENER_BPS):
            text = dice.pick(speech.openers) + text
    if meaning.intention is not Intention.IDENTITY and dice.happens(world.card.typo_bps):
        text = slip(speech, text, dice)
    return text, plain


def _fill(
    speech: Speech, persona: Persona, today: date, meaning: Meaning, phrase: Phrase, dice: Dice
) -> tuple[str, bool]:
    text, plain = phrase.text, phrase.plain
    if "{reason}" in text:
        reason = dice.pick(speech.reasons[persona.reason or "cost_of_living"])
        text, plain = text.replace("{reason}", reason.text), plain and reason.plain
    if "{amount}" in text:
        text = text.replace("{amount}", say_amount(speech, meaning.amount_minor, persona.public.currency, dice))
    if "{date}" in text:
        text = text.replace("{date}", say_day(speech, today, meaning.days, dice))
    if "{nth}" in text:
        text = text.replace("{nth}", speech.nth[meaning.option - 1])
    return text.replace("{option}", str(meaning.option)).replace("{code}", meaning.code), plain


def delay_seconds(card: Card, persona: Persona, heard_at: datetime, dice: Dice) -> int:
    """Return how long they take to answer; what would fall in the night is mostly written in the morning."""
    minutes = dice.pick(card.reply_minutes)
    seconds = 20 + dice.below(60 * minutes)
    there = local(heard_at + timedelta(seconds=seconds), persona.public.timezone)
    if there.hour < _NIGHT_ENDS_HOUR and dice.happens(9_000):
        seconds += (_NIGHT_ENDS_HOUR - there.hour) * 3600 + dice.below(7200)
    return seconds
