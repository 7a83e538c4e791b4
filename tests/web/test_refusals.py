"""Every no to a member of staff is a sentence in their language, with who, what and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from parley.engine.acts import ActRefusal, No, refuse, refuse_stale
from parley.locale import Language
from parley.web.console.refusals import refused_words

AT = datetime(2026, 11, 3, 19, 5, tzinfo=UTC)


def told(refusal: ActRefusal, language: Language = Language.EN, who: str = "") -> str:
    return refused_words(refusal, language, who=who, zone_name="America/New_York", currency="USD")


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("no", list(No))
def test_every_refusal_is_told_in_words(no: No, language: Language) -> None:
    refusal = replace(
        refuse(no, needed_minor=43_21, last_on=date(2026, 12, 5)), reason_code="quiet_hours", at=AT, event="turn"
    )
    words = told(refusal, language)
    assert words.endswith((".", "。")) and "{" not in words


def test_who_was_faster_with_what_and_when_is_named() -> None:
    assert told(refuse_stale(7, "person.answered", AT), who="Ming").startswith("Ming: Answered, 14:05.")
    assert told(refuse_stale(None, "wrote", AT)).startswith("The borrower: A message came in, 14:05.")
    assert told(refuse_stale(None, "turn", AT), Language.ZH_HANS).startswith("系统：已回复（14:05）。")


def test_amounts_days_and_rules_are_named() -> None:
    assert "$43.21" in told(refuse(No.NOTHING_FITS, needed_minor=43_21))
    assert "Dec 5, 2026" in told(refuse(No.FIRST_DAY, last_on=date(2026, 12, 5)))
    by_gate = replace(refuse(No.GATE), reason_code="quiet_hours")
    assert told(by_gate) != told(replace(by_gate, reason_code="frequency_cap"))
