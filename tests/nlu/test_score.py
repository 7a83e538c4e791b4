"""The figures of labelled replies, from readings made by hand and counted by hand; and labels that are refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from parley.errors import BadInput
from parley.nlu.labels import Label, label_of
from parley.nlu.reading import Intent, Reading, Slots
from parley.nlu.score import Figures, Scored, Share, differences, score

ROW = {
    "id": "a", "text": "words of a borrower", "lang": "en", "now": "2026-11-23T10:15:00-05:00",
    "tz": "America/New_York", "locale": "en-US", "context": "overdue", "intent": "thanks", "also": [], "slots": {},
    "oos": False, "sensitive": False, "note": "",
}  # fmt: skip
NEAR, FAR = date(2026, 11, 27), date(2026, 12, 4)


def label(intent: str, **more: Any) -> Label:  # noqa: ANN401 - whatever a line holds
    return label_of({**ROW, "intent": intent, **more})


def scored(one: Label, intent: Intent, confidence: float = 0.8, **more: Any) -> Scored:  # noqa: ANN401 - of a reading
    return Scored(one, Reading(intent, confidence=confidence, **more), 1.0)


OTHER = {"oos": True, "confidence": 0.3}
FOURTEEN = [
    scored(
        label("promise_to_pay", slots={"amount": 80, "dates": ["2026-11-27"]}),
        Intent.PROMISE_TO_PAY,
        slots=Slots(amount=Decimal("80.00"), dates=(NEAR,)),
    ),
    scored(
        label("promise_to_pay", slots={"dates": ["2026-12-04"], "dates_alt": ["2026-11-27"]}),
        Intent.PROMISE_TO_PAY,
        0.7,
        slots=Slots(dates=(NEAR,)),
    ),
    scored(label("promise_to_pay"), Intent.CANNOT_PAY, 0.6, slots=Slots(amount=Decimal(50))),
    scored(label("stop", also=["complaint"]), Intent.STOP, 0.95),
    scored(label("complaint", also=["stop"]), Intent.COMPLAINT),
    scored(label("other", oos=True), Intent.OTHER, **OTHER),
    scored(label("thanks"), Intent.OTHER, **OTHER),
    scored(
        label("counter_offer", slots={"amount": 100}),
        Intent.COUNTER_OFFER,
        0.83,
        slots=Slots(amount_alternatives=(Decimal(100), Decimal(150))),
    ),
    scored(label("risk", lang="zh-Hans", sensitive=True), Intent.COMPLAINT, sensitive=True),
    scored(label("risk", lang="yue-Hant", sensitive=True), Intent.OTHER, **OTHER),
    scored(label("risk", lang="zh-Hant", sensitive=True), Intent.THANKS),
    scored(label("legal", lang="zh-Hans"), Intent.LEGAL, 0.95, also=(Intent.RISK,)),
    scored(label("other", lang="es", oos=True), Intent.PROMISE_TO_PAY, 0.6),
    scored(label("stop", lang="tl"), Intent.STOP, 0.95),
]


@pytest.fixture
def figures() -> Figures:
    return score([Scored(each.label, each.reading, float(ms)) for ms, each in enumerate(FOURTEEN, 1)])


def test_figures_of_a_language_are_those_counted_by_hand(figures: Figures) -> None:
    en = figures.by_language["en"]
    assert en.lines == 8
    assert en.intent_accuracy == Share(6, 8)
    assert en.handed_over == Share(2, 8)
    assert en.kept_accuracy == Share(5, 6)
    assert en.also_recall == Share(0, 2)
    # promise 2·2/5, stop 1, complaint 1, other 2·1/3, thanks 0, counter-offer 1, cannot pay 0, of seven intents.
    assert en.intent_macro_f1 == pytest.approx((0.8 + 1 + 1 + 2 / 3 + 0 + 1 + 0) / 7, abs=1e-6)


def test_a_slot_is_right_by_its_whole_value_and_days_by_either_list(figures: Figures) -> None:
    en = figures.by_language["en"]
    assert en.exact["dates"] == Share(2, 2)
    assert en.exact["amount"] == Share(1, 2), "one of two amounts is not the amount"
    assert en.exact["hardship"] == Share(0, 0)


def test_a_slot_filled_where_the_label_has_none_is_counted_by_slot_and_by_line(figures: Figures) -> None:
    en = figures.by_language["en"]
    assert (en.filled["amount"], en.filled["dates"]) == (Share(1, 6), Share(0, 6))
    # Eight slots of eight lines, less the four that the labels fill.
    assert (en.false_fill, en.lines_with_false_fill) == (Share(1, 60), Share(1, 8))


def test_accuracy_of_the_surest_keeps_equals_together(figures: Figures) -> None:
    half, most, *_, everything = figures.by_language["en"].surest
    assert half == (Share(4, 8), Share(4, 4))
    assert most == (Share(8, 8), Share(6, 8)), "two handed over are equally sure: both or neither"
    assert everything == most


def test_urgent_intents_are_counted_wherever_they_stand_and_in_every_language(figures: Figures) -> None:
    assert figures.lines == 14
    assert figures.recall == {Intent.STOP: Share(2, 3), Intent.RISK: Share(0, 3), Intent.LEGAL: Share(1, 1)}
    assert figures.false == {Intent.STOP: Share(0, 11), Intent.RISK: Share(1, 11), Intent.LEGAL: Share(0, 13)}
    assert figures.risk_safe == Share(2, 3), "one is marked sensitive, one handed over, one thanked for"


def test_confusion_counts_every_line_once(figures: Figures) -> None:
    assert figures.confusion[Intent.RISK] == {Intent.COMPLAINT: 1, Intent.OTHER: 1, Intent.THANKS: 1}
    assert sum(lines for row in figures.confusion.values() for lines in row.values()) == 14


def test_times_are_nearest_rank_percentiles(figures: Figures) -> None:
    assert (figures.ms_p50, figures.ms_p99) == (7.0, 14.0)


def test_out_of_scope_recall_is_measured_where_19_of_20_in_scope_are_kept() -> None:
    inside = [scored(label("thanks"), Intent.THANKS, in_scope=0.6 + n / 100) for n in range(19)]
    lost = scored(label("thanks"), Intent.THANKS, in_scope=0.51)
    outside = [
        scored(label("other", oos=True), Intent.OTHER, oos=True, in_scope=0.1),
        scored(label("other", oos=True), Intent.THANKS, in_scope=0.55),
        scored(label("other", oos=True), Intent.THANKS, in_scope=0.6),
    ]
    # Nineteen reach 0.60; below it lie the one surely out of scope and the one at 0.55, not the one at 0.60.
    assert score([*inside, lost, *outside]).oos_recall == Share(2, 3)
    assert score([*inside[:18], lost, *outside]).oos_recall == Share(1, 3), "18 of 19 are too few: 0.51 is kept"


def test_the_object_holds_what_is_promised_and_nothing_counted_is_null(figures: Figures) -> None:
    told = figures.as_json()
    assert told["en"] == {
        "intent_macro_f1": 0.638095,
        "intent_accuracy": 0.75,
        "kept_accuracy": 0.833333,
        "handed_over": 0.25,
        "dates_exact": 1.0,
        "amount_exact": 0.5,
        "false_fill": 0.016667,
    }
    assert told["zh"]["dates_exact"] is None
    assert {key: value for key, value in told.items() if key not in {"en", "zh"}} == {
        "stop_recall": 0.666667,
        "stop_false": 0.0,
        "risk_recall": 0.0,
        "risk_safe": 0.666667,
        "risk_false": 0.090909,
        "legal_recall": 1.0,
        "oos_recall": 0.0,
        "ms_p50": 7.0,
        "ms_p99": 14.0,
    }
    assert score([]).as_json()["ms_p99"] is None


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (FOURTEEN[0], []),
        (FOURTEEN[2], ["intent: expected promise_to_pay, got cannot_pay", "amount: expected none, got 50"]),
        (FOURTEEN[3], []),
        (FOURTEEN[4], ["stop: expected it, got none"]),
        (FOURTEEN[7], ["amount: expected 100, got 100 or 150"]),
        (FOURTEEN[11], ["risk: expected none, got it"]),
        (
            scored(label("accept", conditional=True, sensitive=True), Intent.ACCEPT, slots=Slots(option="1")),
            [
                "option: expected none, got 1",
                "conditional: expected True, got False",
                "sensitive: expected True, got False",
            ],
        ),
        (
            scored(
                label("promise_to_pay", slots={"dates": ["2026-12-04"]}),
                Intent.PROMISE_TO_PAY,
                slots=Slots(dates=(NEAR,), dates_alt=(FAR,)),
            ),
            ["dates: expected 2026-12-04, got 2026-11-27"],
        ),
    ],
)
def test_a_line_passes_where_nothing_would_be_acted_on_otherwise(one: Scored, says: list[str]) -> None:
    assert differences(one) == says


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"intent": "pay"}, "intent: 'pay' is no intent; allowed: stop, "),
        ({"also": "stop"}, "also: it is no list"),
        ({"context": "chat"}, "context: 'chat'"),
        ({"tz": "Mars/Olympus"}, "tz: 'Mars/Olympus'"),
        ({"now": "2026-11-23T10:15:00"}, "now: "),
        ({"now": "yesterday"}, "now: "),
        ({"lang": "English please"}, "lang: "),
        ({"oos": "no"}, "oos: "),
        ({"mood": "sad"}, "'mood': not a field"),
        ({"text": None}, "text: "),
        ({"slots": []}, "slots: "),
        ({"slots": {"sum": 5}}, "slots.'sum'"),
        ({"slots": {"amount": "80"}}, "slots.amount"),
        ({"slots": {"amount": True}}, "slots.amount"),
        ({"slots": {"amount": -1}}, "slots.amount"),
        ({"slots": {"dates": []}}, "slots.dates: it is empty"),
        ({"slots": {"dates": ["Friday"]}}, "slots.dates"),
        ({"slots": {"n_instalments": 0}}, "slots.n_instalments"),
        ({"slots": {"frequency": "yearly"}}, "slots.frequency: 'yearly'"),
        ({"slots": {"option": 1}}, "slots.option"),
        ({"slots": {"currency": "quid"}}, "slots.currency"),
    ],
)
def test_a_label_that_is_not_of_the_schema_is_refused_by_field(change: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput) as refusal:
        label_of({**ROW, **change})
    assert refusal.value.en.startswith(f"not understood: {says}")
    assert refusal.value.zh.startswith("无法理解：")


@pytest.mark.parametrize("field", ["id", "text", "lang", "now", "tz", "locale", "context", "intent", "slots"])
def test_a_label_without_a_field_is_refused(field: str) -> None:
    with pytest.raises(BadInput, match=f"{field}: it is missing"):
        label_of({key: value for key, value in ROW.items() if key != field})


def test_no_words_of_the_reply_in_a_message_or_a_repr() -> None:
    assert "borrower" not in repr(label("thanks"))
    with pytest.raises(BadInput) as refusal:
        label_of({**ROW, "intent": "my mother died and I lost the house"})
    assert "lost the house" not in refusal.value.en
