from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

import parley
from parley.locale import Language
from parley.money import MINOR_DIGITS
from parley.simulation.card import Style
from parley.simulation.chance import Dice
from parley.simulation.figures import round_figure, say_amount, say_day
from parley.simulation.speech import SPOKEN, load_speech, slip
from parley.simulation.world import SPEECH_FILES, World
from tests.simulation.conftest import DATA

CATALOGUE = Path(parley.__file__).parent / "messaging" / "catalogue" / "keys.toml"


@pytest.mark.parametrize("language", list(Language))
def test_every_intention_has_phrases_in_every_style(world: World, language: Language) -> None:
    speech = world.speech[language]
    assert set(speech.phrases) == set(SPOKEN)
    for by_style in speech.phrases.values():
        assert set(by_style) == set(Style)
        assert all(by_style.values())


@pytest.mark.parametrize("language", list(Language))
def test_every_reason_and_currency_of_the_card_has_words(world: World, language: Language) -> None:
    assert set(world.speech[language].reasons) == set(world.card.reason_percent)
    assert set(world.speech[language].currency_words) == set(MINOR_DIGITS)


def test_every_text_of_the_catalogue_is_taken_somehow(world: World) -> None:
    keys = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["keys"]
    assert set(keys) - set(world.situations) == set()


def test_an_unknown_text_is_named(world: World) -> None:
    with pytest.raises(ValueError, match=r"no\.such"):
        world.situation("no.such")


def test_a_language_without_an_intention_or_with_an_unknown_placeholder_is_refused() -> None:
    raw = (DATA / SPEECH_FILES[Language.EN]).read_bytes()
    with pytest.raises(ValueError, match="nothing is said for thanks"):
        load_speech(raw.replace(b"[say.thanks.", b"[say.cheers."))
    with pytest.raises(ValueError, match="unknown placeholder"):
        load_speech(raw.replace(b'"{amount}/mo"', b'"{sum}/mo"'))


@pytest.mark.parametrize(
    ("minor", "rounded"), [(0, 0), (99, 0), (1_999, 1_900), (6_789, 6_500), (12_345, 12_000), (123_456, 120_000)]
)
def test_sums_are_rounded_down_as_people_name_them(minor: int, rounded: int) -> None:
    assert round_figure(minor, "USD") == rounded


def test_a_sum_is_written_with_its_digits_or_in_words(world: World) -> None:
    said = {say_amount(world.speech[Language.EN], 6_000, "USD", Dice(number)) for number in range(300)}
    assert {"60", "$60", "sixty"} <= said
    assert not any("$sixty" in each for each in said)
    said = {say_amount(world.speech[Language.ZH_HANS], 50_000, "CNY", Dice(number)) for number in range(300)}
    assert {"500", "500元", "五百块"} <= said


def test_an_odd_sum_is_written_to_the_cent(world: World) -> None:
    assert any("58.27" in say_amount(world.speech[Language.EN], 5_827, "USD", Dice(number)) for number in range(3))


def test_days_are_named(world: World) -> None:
    monday = date(2026, 11, 30)
    said = {say_day(world.speech[Language.EN], monday, 4, Dice(number)) for number in range(300)}
    assert {"friday", "the 4th", "dec 4"} <= said
    assert "tomorrow" in {say_day(world.speech[Language.EN], monday, 1, Dice(number)) for number in range(50)}
    assert not any("day" in say_day(world.speech[Language.EN], monday, 20, Dice(number)) for number in range(50))


def test_a_slip_leaves_digits_alone(world: World) -> None:
    for number in range(50):
        text = slip(world.speech[Language.EN], "i can pay 60 about the first", Dice(number))
        assert "60" in text
        assert text != "i can pay 60 about the first"
