"""A template is approved for a place, a purpose and a provider, or every rule that objects is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from parley.contact.registrations import Route, read_registrations
from parley.contact.routes import read_routes, single
from parley.engine.approval import MISLABELLED, Approval, Asked, NotApproved, approve
from parley.engine.lender import PAGE_CODE_CHARS
from parley.engine.library import Library
from parley.locale import Language
from parley.messaging.template import parse
from parley.messaging.values import Value
from parley.messaging.wording import fits, read_wording, sayable
from parley.money import Money
from parley.purpose import Actor, Purpose
from tests.engine.sample import shipped_library

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
NEUTRAL = (
    "Example Card: an account date is near. Reply INFO; we check it is you. Our number is on your contract. "
    "Dana Reyes: 800-555-0100, 8-20. STOP ends texts."
)
DETAIL = (
    "Example Card: {#var#} is due on {#var#}. You can pay on pay.example.com/{#var#}; nothing to do if it is arranged. "
    "If the date or amount is hard, reply OPTIONS. Dana Reyes: 800-555-0100, 8-20. STOP ends texts."
)
EN = Language.EN


def sender(country: str, form: str = "alphanumeric") -> str:
    return (
        f'[[sender]]\nid = "H-{country}"\nproviders = ["all"]\ncountry = "{country}"\nname = "EXCARD"\n'
        f'form = "{form}"\npurposes = ["all"]\nvalid_from = 2026-01-01\n'
    )


def template(text: str, name: str = "T1", country: str = "IN", purposes: str = '["reminder"]', until: str = "") -> str:
    end = f"valid_to = {until}\n" if until else ""
    return (
        f'[[template]]\nid = "{name}"\nproviders = ["all"]\ncountry = "{country}"\npurposes = {purposes}\n'
        f'valid_from = 2026-01-01\n{end}text = "{text}"\n'
    )


CAMPAIGN = """
[[use_case]]
id = "C1"
providers = ["twilio"]
country = "US"
purposes = ["all"]
valid_from = 2026-01-01
"""


def library(registrations: str = "", provider: str = "sandbox", actor: Actor = Actor.ORIGINAL_CREDITOR) -> Library:
    shipped = shipped_library()
    carriers = shipped.rulebook.carriers
    route = Route(provider, read_registrations(registrations.encode(), carriers))
    lender = replace(shipped.lender, actor=actor)
    return replace(shipped, route=route, routes=single(provider, 0), lender=lender)


REMINDER = Asked("reminder.neutral", EN, "IN", Purpose.REMINDER)
DETAILED = replace(REMINDER, key="reminder.detail")
US = replace(REMINDER, jurisdiction="US")
CN = replace(REMINDER, language=Language.ZH_HANS, jurisdiction="CN")


@pytest.mark.parametrize(
    ("asked", "of", "relied_on"),
    [
        (US, library(), ()),
        (CN, library(), ()),
        (REMINDER, library(sender("IN") + template(NEUTRAL)), ("H-IN", "T1")),
        (DETAILED, library(sender("IN") + template(DETAIL)), ("H-IN", "T1")),
        (DETAILED, library(sender("IN") + template(DETAIL.replace("Example Card", "{#var#}"))), ("H-IN", "T1")),
        (US, library(sender("US", "short_code"), "twilio"), ("H-US",)),
        (US, library(sender("US", "long_code") + CAMPAIGN, "twilio"), ("H-US", "C1")),
        (US, library(sender("US", "toll_free"), "twilio"), ("H-US",)),
        (replace(REMINDER, jurisdiction="SG"), library(sender("SG"), "infobip"), ("H-SG",)),
        # A number is no name: the register of names is not asked.
        (replace(REMINDER, jurisdiction="SG"), library(sender("SG", "long_code"), "infobip"), ("H-SG",)),
    ],
)
def test_a_template_is_approved_with_the_registrations_it_rests_on(
    asked: Asked, of: Library, relied_on: tuple[str, ...]
) -> None:
    found = approve(asked, of, NOW)
    assert isinstance(found, Approval), found
    assert found.relied_on == relied_on
    assert (found.provider, found.rulebook_hash) == (of.route.provider, of.rulebook.hash)
    assert found.registrations == of.route.registrations.digest


def test_a_text_goes_out_only_if_every_carrier_that_may_take_it_takes_it() -> None:
    both = b"""
[[route]]
name = "one"
kind = "infobip"
countries = ["US"]
cost_per_segment_micro = 1
[[route]]
name = "two"
kind = "twilio"
countries = ["US"]
purposes = ["reminder"]
cost_per_segment_micro = 2
"""
    of = replace(library(), routes=read_routes(both))
    found = approve(US, of, NOW)
    assert isinstance(found, NotApproved) and found.provider == "twilio"
    assert isinstance(approve(replace(US, purpose=Purpose.SERVICING), of, NOW), Approval)


@pytest.mark.parametrize(
    ("asked", "of", "reason", "rules"),
    [
        (REMINDER, library(), "sender_not_registered", ["in-dlt"]),
        (REMINDER, library(sender("IN")), "sender_not_registered", ["in-dlt"]),
        (REMINDER, library(template(NEUTRAL)), "sender_not_registered", ["in-dlt"]),
        (REMINDER, library(sender("IN") + template(NEUTRAL + " ")), "sender_not_registered", ["in-dlt"]),
        (REMINDER, library(sender("IN") + template(DETAIL)), "sender_not_registered", ["in-dlt"]),
        (REMINDER, library(sender("IN") + template(NEUTRAL, until="2026-11-25")), "sender_not_registered", ["in-dlt"]),
        (REMINDER, library(sender("SG") + template(NEUTRAL, country="SG")), "sender_not_registered", ["in-dlt"]),
        (
            REMINDER,
            library(sender("IN") + template(NEUTRAL, purposes='["promotion"]')),
            "sender_not_registered",
            ["in-dlt"],
        ),
        # A variable may not take in words of ours.
        (
            DETAILED,
            library(sender("IN") + template(DETAIL.replace(" is due on {#var#}", ""))),
            "sender_not_registered",
            ["in-dlt"],
        ),
        (US, library(provider="twilio"), "sender_not_registered", ["us-twilio-10dlc", "us-twilio-toll-free"]),
        (US, library(sender("US", "long_code"), "twilio"), "sender_not_registered", ["us-twilio-10dlc"]),
        (US, library(sender("US"), "twilio"), "use_not_carried", ["us-no-alphanumeric"]),
        (
            US,
            library(sender("US", "short_code"), "twilio", Actor.THIRD_PARTY_COLLECTOR),
            "use_not_carried",
            ["us-twilio-third-party-debt"],
        ),
        (
            Asked("promotion.offer", EN, "US", Purpose.PROMOTION, "loan"),
            library(sender("US", "short_code"), "twilio"),
            "use_not_carried",
            ["us-twilio-loan-promotion"],
        ),
        (CN, library(provider="alibaba"), "sender_not_registered", ["cn-alibaba-registered", "cn-alibaba-finance"]),
        (CN, library(provider="tencent"), "sender_not_registered", ["cn-tencent-registered", "cn-tencent-finance"]),
        # English to the mainland is not signed in brackets.
        (replace(CN, language=EN), library(), "missing_content", ["cn-signature"]),
        (replace(REMINDER, jurisdiction="AU"), library(provider="infobip"), "sender_not_registered",
         ["au-sender-id-register"]),
    ],
)  # fmt: skip
def test_every_rule_that_objects_is_named_with_its_citation(
    asked: Asked, of: Library, reason: str, rules: list[str]
) -> None:
    found = approve(asked, of, NOW)
    assert isinstance(found, NotApproved), found
    assert [one.rule_id for one in found.objections] == rules
    assert found.objections[0].reason_code == reason
    for one in found.objections:
        rule = of.rulebook.rule(one.rule_id)
        assert (one.citation, one.layer, one.text) == (rule.source, rule.layer, rule.text)


def test_what_is_registered_is_what_each_borrower_gets() -> None:
    page = f"pay.example.com/{'x' * PAGE_CODE_CHARS}"
    words = {**shipped_library().lender.words("IN", EN), "page": page}
    values: dict[str, Value] = {**words, "amount": Money(500_00, "INR"), "due_on": date(2026, 12, 5)}
    text = shipped_library().catalogue.render("reminder.detail", EN, values, today=NOW.date()).text
    assert page in text
    assert fits(read_wording(DETAIL), text)


@pytest.mark.parametrize(("text", "is_approved"), [(DETAIL, False), (DETAIL.replace("Dana Reyes", "{#var#}"), True)])
def test_where_people_of_the_desk_are_named_their_names_need_a_variable(text: str, is_approved: bool) -> None:
    of = library(sender("IN") + template(text))
    of = replace(of, lender=replace(of.lender, names_people=True))
    assert isinstance(approve(DETAILED, of, NOW), Approval) is is_approved


@pytest.mark.parametrize(("signature", "is_approved"), [("示例金融", True), ("示例", False), ("别家", False)])
def test_a_sender_with_a_signature_is_that_of_texts_signed_so(signature: str, is_approved: bool) -> None:
    signed = sender("SG") + f'signature = "{signature}"\n'
    asked = replace(REMINDER, jurisdiction="SG", language=Language.ZH_HANS)
    assert isinstance(approve(asked, library(signed, "infobip"), NOW), Approval) is is_approved


@pytest.mark.parametrize(("before", "is_approved"), [("", True), ("【示例金融】", True), ("【别家】", False)])
def test_a_text_may_be_registered_without_the_signature_that_its_carrier_puts_before_it(
    before: str, is_approved: bool
) -> None:
    asked = replace(REMINDER, jurisdiction="IN", language=Language.ZH_HANS)
    text = "您的账户有日期临近。回复“查询”，会先核实本人；我们的号码见您的合同。专员{1} {2}（{3}），拒收请回复{4}。"
    assert isinstance(approve(asked, library(sender("IN") + template(before + text)), NOW), Approval) is is_approved


def test_a_line_of_advice_that_a_place_lacks_is_not_to_be_registered() -> None:
    template = shipped_library().catalogue.texts["hand_over.person", EN]
    assert len(sayable(template, {"advice": ""})) == 10
    assert len(sayable(template, {"advice": "NFCC 800-388-2227"})) == 20
    # What names advice in any case keeps its texts; it is not said there.
    assert len(sayable(shipped_library().catalogue.texts["offer.none", EN], {"advice": ""})) == 10


def test_one_reading_that_is_not_registered_is_enough() -> None:
    asked = Asked("hand_over.person", EN, "IN", Purpose.NEGOTIATION_REPLY)
    # No free advice is on record in India, so no text with it is said there.
    text = "Example Card: a person will contact you {}. Dana Reyes: 800-555-0100, 8-20. STOP ends texts."
    days = [f"on {day}day" for day in ("Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun")]
    each = [
        template(text.format(when), name=when, purposes='["negotiation_reply"]')
        for when in ("soon", *(f"{day} by {{#var#}}" for day in ("today", "tomorrow", *days)))
    ]
    assert isinstance(approve(asked, library(sender("IN") + "".join(each)), NOW), Approval)
    assert isinstance(approve(asked, library(sender("IN") + "".join(each[1:])), NOW), NotApproved)


def test_a_text_that_is_for_more_than_its_label_says_is_refused() -> None:
    shipped = library()
    texts = {**shipped.catalogue.texts}
    texts["reminder.neutral", EN] = parse(
        "{lender}: a date is coming up. Exclusive offer: apply now for a loan at a special rate! {agent}: {hotline}, "
        "{hours}. {stop} ends texts.",
        shipped.catalogue.standing,
    )
    changed = replace(shipped, catalogue=replace(shipped.catalogue, texts=texts))
    found = approve(US, changed, NOW)
    assert isinstance(found, NotApproved)
    assert MISLABELLED in [one.reason_code for one in found.objections]
