"""All that is to be known of a text before it is approved: faults with their place, objections, size, proposals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from parley.engine.approval import DISCLOSES, MISLABELLED
from parley.engine.judging import Judged, Readers, judge
from parley.engine.sizing import Sample
from parley.locale import Language
from parley.messaging.segments import Encoding
from parley.money import Money
from tests.engine.sample import shipped_library
from tests.engine.test_approval import NEUTRAL, library, sender, template

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
EN, HANS = Language.EN, Language.ZH_HANS
GOOD = "{lender}: {amount} falls due on {due_on}. Pay at {page}. {agent}: {hotline}, {hours}. {stop} ends texts."
SAMPLES = [
    (Sample("US", EN, "USD", (("amount", Money(103_57, "USD")), ("due_on", date(2026, 12, 5)))), 40),
    (Sample("US-CA", EN, "USD", (("balance", Money(9_00, "USD")),)), 2),
]


def found(
    source: str, key: str = "reminder.detail", language: Language = EN, places: tuple[str, ...] = ("US",)
) -> Judged:
    readers = [Readers(place) for place in places]
    return judge(key, language, source, readers, SAMPLES, shipped_library(), NOW, page_code="x" * 15)


def test_a_sound_text_may_go_out_and_is_measured_over_the_accounts_it_may_go_to() -> None:
    judged = found(GOOD)
    assert judged.may_go_out
    assert judged.sized is not None
    assert (judged.sized.usual.count, judged.sized.worst.segments.count, judged.sized.over.rows) == (1, 1, 40)
    (preview,) = judged.previews
    # The figures are as wide as those of somebody's account, and are not theirs.
    assert "$100.00 falls due on Dec 5" in preview.text


def test_what_cannot_be_parsed_is_told_with_its_place_and_nothing_else_is_asked() -> None:
    for source, position in (("{lender}: {nmae}", 11), ("{lender} \u202e", 9), ("{n, plural, one {x}}", 1)):
        judged = found(source)
        assert [one.position for one in judged.wrong] == [position]
        assert judged.sized is None
        assert not judged.may_go_out
        assert all(one.zh for one in judged.wrong)


def test_words_that_may_not_be_are_found_where_they_stand() -> None:
    judged = found(GOOD.replace("Pay at", "Just $50. We really advise it. Pay at"))
    assert [one.position for one in judged.wrong] == [47, 52]
    assert not judged.may_go_out


def test_rules_object_with_their_citation_and_the_places() -> None:
    judged = found(GOOD, places=("US", "IN", "US-CA"))
    (one,) = judged.objecting
    assert (one.objection.rule_id, one.places) == ("in-dlt", ("IN",))
    assert one.objection.citation


def test_a_registration_that_fits_is_named_and_one_that_does_not_fit_helps_nobody() -> None:
    source = "{lender}: an account date is near. Reply INFO; we check it is you. Our number is on your contract. "
    source += "{agent}: {hotline}, {hours}. {stop} ends texts."
    registered = library(sender("IN") + template(NEUTRAL))
    asked = {"readers": [Readers("IN")], "samples": (), "library": registered, "now": NOW, "page_code": "x"}
    assert judge("reminder.neutral", EN, source, **asked).relied_on == ("H-IN", "T1")  # type: ignore[arg-type]  # by name
    other = judge("reminder.neutral", EN, source.replace("near", "close"), **asked)  # type: ignore[arg-type]  # by name
    assert [one.objection.rule_id for one in other.objecting] == ["in-dlt"]


def test_a_debt_is_not_told_before_identity_and_an_advert_is_not_slipped_in() -> None:
    shipped = "{lender}: your debt is overdue, pay now. {agent}: {hotline}, {hours}. {stop} ends texts."
    codes = {one.objection.reason_code: one for one in found(shipped, "overdue.neutral").objecting}
    assert DISCLOSES in codes
    assert "a payment is late; payment is demanded" in codes[DISCLOSES].objection.text.en
    advert = GOOD.replace("Pay at", "Exclusive offer: apply now for a loan at a special rate! Pay at")
    assert MISLABELLED in {one.objection.reason_code for one in found(advert).objecting}


def test_plain_punctuation_is_proposed_where_it_saves_and_values_are_left_alone() -> None:
    source = GOOD.replace("{amount} falls", "it\u2019s time \u2013 {amount} falls")
    judged = found(source)
    assert [one.char for one in judged.forcing] == ["\u2019", "\u2013"]
    assert judged.forcing[0].position == source.index("\u2019")
    assert judged.sized is not None
    assert judged.sized.usual.encoding is Encoding.UCS2
    assert judged.proposal is not None
    assert judged.proposal.source == GOOD.replace("{amount} falls", "it's time - {amount} falls")
    assert judged.proposal.usual.encoding is Encoding.GSM7
    assert found(judged.proposal.source).proposal is None


def test_a_plain_apostrophe_never_becomes_a_quotation() -> None:
    judged = found(GOOD.replace("{amount} falls", "\u2019{amount} falls"))
    assert judged.proposal is not None
    assert "''{amount} falls" in judged.proposal.source


def test_a_language_that_is_ucs2_anyway_is_not_told_what_forces_it() -> None:
    shipped = replace(shipped_library()).catalogue
    assert found("【{lender}】好。{agent}{hotline}{hours}{stop}{amount}{due_on}", language=HANS).forcing == ()
    assert ("reminder.detail", HANS) in shipped.texts
