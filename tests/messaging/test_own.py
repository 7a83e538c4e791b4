"""A lender's own wording lies over the shipped one, does what that must do, or stays out."""

from __future__ import annotations

from datetime import date

import pytest

from parley.errors import BadInput
from parley.locale import Language
from parley.messaging.catalogue import OWN_FROM, OwnWording, lay_over, own_faults, read_own
from parley.messaging.template import Fault, TemplateError
from tests.messaging.test_catalogue import CATALOGUE, typical

EN, HANS = Language.EN, Language.ZH_HANS
KEY = "reminder.detail"
GOOD = "{lender}: {amount} falls due on {due_on}. Pay at {page}. {agent}: {hotline}, {hours}. {stop} ends texts."


def own(source: str = GOOD, key: str = KEY, language: Language = EN, number: int = OWN_FROM) -> OwnWording:
    return OwnWording(key, language, number, source)


def test_a_message_says_the_own_words_and_tells_their_version() -> None:
    found, refused = lay_over(CATALOGUE, [own(number=OWN_FROM + 4)])
    values = typical(CATALOGUE.entry(KEY), EN)
    message = found.render(KEY, EN, values, today=date(2026, 11, 23))
    assert "falls due on Dec 5" in message.text
    assert (message.version, refused) == (OWN_FROM + 4, ())
    # What is not the lender's own is as it was shipped, the other languages of the key too.
    other = found.render(KEY, HANS, typical(CATALOGUE.entry(KEY), HANS), today=date(2026, 11, 23))
    assert other.version == CATALOGUE.entry(KEY).version < OWN_FROM
    assert CATALOGUE.own == {}


@pytest.mark.parametrize(
    ("wording", "says"),
    [
        (own("{lender}: {amuont}"), "amuont"),
        (own(GOOD.replace("{amount}", "Something")), "does not use amount"),
        (own(GOOD.replace("{stop}", "STOP")), "stop line"),
        (own(GOOD + " We advise it."), "recommends"),
        (own("{lender}您好" + GOOD, language=HANS), "【{lender}】"),
        (own(GOOD.replace("{amount}", "{amount} ($50 less if early)")), "'$50'"),
        (own(key="reminder.gone"), "no text 'reminder.gone'"),
    ],
)
def test_a_text_that_does_not_hold_together_stays_out_and_says_why(wording: OwnWording, says: str) -> None:
    found, ((refused, fault),) = lay_over(CATALOGUE, [wording])
    assert refused == wording
    assert says in fault.en
    assert fault.zh
    assert dict(found.texts) == dict(CATALOGUE.texts)


@pytest.mark.parametrize(
    ("words", "figure"),
    [
        ("pay 50 USD now", "50 USD"), ("pay $ 5 now", "$ 5"), ("at 7.9% a year", "7.9%"), ("just 12.00 left", "12.00"),
        ("每月500元", "500元"), ("card 4417", "4417"), ("1,240 open", "1,240"),
        ("reply with the last 4 digits", ""), ("1) or 2)", ""),
    ],
)  # fmt: skip
def test_a_figure_is_never_typed_into_a_text(words: str, figure: str) -> None:
    template = read_own(CATALOGUE, KEY, GOOD.replace("Pay at", words + ". Pay at"))
    assert [one.words for one in own_faults(CATALOGUE, KEY, EN, template)] == ([figure] if figure else [])


def test_an_unknown_field_is_a_typed_refusal_at_its_place() -> None:
    with pytest.raises(TemplateError) as caught:
        read_own(CATALOGUE, KEY, "{lender}: {balance}")
    assert (caught.value.fault, caught.value.position) == (Fault.UNKNOWN_PLACEHOLDER, 11)
    with pytest.raises(BadInput, match="no text"):
        read_own(CATALOGUE, "nothing", "x")
