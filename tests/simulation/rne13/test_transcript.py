"""What somebody else's negotiator did, read from a row; a claim the borrower would not have agreed to is none."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from parley.simulation.rne13.case import Wrong
from parley.simulation.rne13.talk import Closed, Talk
from parley.simulation.rne13.transcript import talk_of
from tests.simulation.rne13.conftest import case

CASES = {one.id: one for one in (case(), case(id="v", vulnerable=True))}
ROW: dict[str, Any] = {
    "id": "c-1", "closed": "agreed", "messages": 6, "segments": 11, "bad_messages": 1,
    "violations": {"other_number": 1},
    "offers": [{"payments": 3, "first_day": 14}, {"discount": Decimal("0.1"), "payments": 6, "first_day": 20}],
    "agreed": 2,
}  # fmt: skip


def test_an_agreed_offer_is_priced_as_that_of_the_others() -> None:
    talk = talk_of(ROW, CASES)
    assert isinstance(talk, Talk) and talk.agreement is not None
    assert (talk.agreement.payments_minor, talk.agreement.days[0]) == ((18_000,) * 6, 20)
    assert talk.agreement.discount_bps(120_000) == 1_000
    assert (talk.messages, talk.segments, talk.bad_messages) == (6, 11, 1)
    assert talk.violations == Counter(other_number=1)


def test_a_claim_beyond_what_the_borrower_agrees_to_counts_as_none() -> None:
    talk = talk_of(ROW | {"agreed": 1}, CASES)
    assert isinstance(talk, Talk)
    assert (talk.closed, talk.agreement) == (Closed.SILENT, None)
    assert talk.violations == Counter(other_number=1, not_agreed_to=1)


def test_a_claim_with_who_needs_a_person_stays_one_to_be_counted() -> None:
    talk = talk_of(ROW | {"id": "v"}, CASES)
    assert isinstance(talk, Talk) and talk.agreement is not None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "nobody"}, "id"), ({"id": 3}, "id"), ({"closed": "won"}, "closed"), ({"messages": -1}, "messages"),
        ({"segments": Decimal("1.5")}, "segments"), ({"violations": {"x": -1}}, "violations"),
        ({"violations": [1]}, "violations"), ({"offers": {}}, "offers"), ({"offers": [{"payments": 0}]}, "offers"),
        ({"offers": [{"payments": 3, "colour": "red"}]}, "offers"), ({"agreed": 3}, "agreed"),
        ({"offers": [{"payments": 3, "discount": 1}], "agreed": 1}, "offers"),
        ({"agreed": None}, "agreed"), ({"closed": "refused"}, "agreed"), ({"agreed": True}, "agreed"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_refused_by_field_in_both_languages(changes: dict[str, Any], field: str) -> None:
    wrong = talk_of(ROW | changes, CASES)
    assert isinstance(wrong, Wrong) and wrong.field == field
    assert f"`{field}`" in wrong.en and f"`{field}`" in wrong.zh


def test_little_is_needed_to_say_that_nothing_was_agreed() -> None:
    talk = talk_of({"id": "c-1", "closed": "silent"}, CASES)
    assert isinstance(talk, Talk) and (talk.messages, talk.agreement) == (0, None)
