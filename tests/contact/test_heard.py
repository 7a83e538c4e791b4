"""Scenarios whose history is told in words alone: what the borrower wrote decides, without an outcome beside it."""

from __future__ import annotations

from typing import Any

import pytest

from parley.contact.scenario_file import scenarios_of
from parley.contact.scenario_run import run_scenarios
from parley.run.library import build_words
from parley.run.scenario_files import law

RULEBOOK, WORDS = law(), build_words()
MINIRANDA = "Acme Recovery, a debt collector, about your Oakbank account. Reply STOP to stop texts to this number."


def scenario(text: str, decision: str, reason: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a schema
    entry = {
        "at": "2026-11-20T12:00-06:00",
        "channel": more.pop("by", "sms"),
        "direction": "in",
        "purpose": more.pop("after", "collection"),
        "text": text,
    }
    jurisdiction, zone = more.pop("place", ("US", "America/Chicago"))
    expect = {"decision": decision, "reason_code": reason}
    if "not_before" in more:
        expect["not_before"] = more.pop("not_before")
    given = {
        "actor": "third_party_collector",
        "purpose": "collection",
        "channel": "sms",
        "days_past_due": 30,
        "debtor": {"timezones": [zone], "language": "en", "flags": []},
        # A Monday at noon in Chicago.
        "now": "2026-11-23T12:00-06:00",
        "history": [entry],
        **more,
    }
    return {
        "id": text,
        "jurisdiction": jurisdiction,
        "citation": "words alone",
        "confidence": "primary",
        "given": given,
        "expect": expect,
    }


CREDITOR = {"actor": "original_creditor"}
CN: dict[str, Any] = {"place": ("CN", "Asia/Shanghai"), "now": "2026-11-23T10:00+08:00", **CREDITOR}
GB: dict[str, Any] = {"place": ("GB", "Europe/London"), "now": "2026-11-23T12:00+00:00", **CREDITOR}


@pytest.mark.parametrize(
    "case",
    [
        scenario("please stop texting me", "block", "opted_out"),
        scenario("take me off your list", "block", "opted_out"),
        scenario("no más mensajes, STOP", "block", "opted_out"),
        scenario("stop calling me", "block", "opted_out", by="call", channel="call"),
        scenario("stop calling me", "allow", "ok"),
        scenario("stop calling me", "block", "opted_out", channel="call"),
        scenario("stop sending me offers", "allow", "ok"),
        scenario("stop sending me offers", "block", "opted_out", purpose="promotion", **CREDITOR),
        scenario("Do not contact me again about this debt", "block", "cease_contact", by="post"),
        scenario("I refuse to pay this debt", "block", "cease_contact", by="email"),
        scenario("My attorney is handling this, call her", "block", "represented"),
        scenario("I filed for chapter 13 in May", "block", "insolvency_stay"),
        scenario("I dispute this debt", "block", "disputed", by="post"),
        scenario("who is this?", "allow", "ok"),
        scenario("ok I will pay on Friday", "allow", "ok"),
        scenario("don't text me at work", "defer", "inconvenient_time", not_before="2026-11-23T18:00-06:00"),
        scenario("only after 6", "defer", "inconvenient_time", not_before="2026-11-23T18:00-06:00"),
        scenario("not before 2pm please", "defer", "inconvenient_time", not_before="2026-11-23T14:00-06:00"),
        scenario("text me only on weekends", "defer", "inconvenient_time", not_before="2026-11-28T08:00-06:00"),
        scenario("nothing until the 1st", "defer", "inconvenient_time", not_before="2026-12-01T08:00-06:00"),
        scenario("don't text me after 9pm", "allow", "ok"),
        scenario("TD", "block", "opted_out", after="promotion", purpose="promotion", **CN),
        scenario("别再发广告了", "block", "opted_out", after="promotion", purpose="promotion", **CN),
        scenario("I am in a breathing space", "block", "breathing_space", **GB),
        scenario("StepChange are dealing with my debts", "block", "plan_in_progress", **GB),
        scenario("I dispute this debt", "block", "disputed", **GB),
    ],
)
def test_words_alone_decide(case: dict[str, Any]) -> None:
    outcome = run_scenarios(scenarios_of([case]), RULEBOOK, WORDS)
    assert [line for difference in outcome.differences for line in difference.lines] == []


def test_an_answer_in_a_breathing_space_may_not_press() -> None:
    asked = {
        "at": "2026-11-23T11:55+00:00",
        "channel": "sms",
        "direction": "in",
        "purpose": "negotiation_reply",
        "text": "is it due?",
    }
    for text, decision in (("Oakbank: nothing is due now.", "allow"), ("Oakbank: please pay GBP 45 today.", "block")):
        case = scenario("", decision, "ok" if decision == "allow" else "breathing_space", **GB)
        case["id"] = decision
        case["given"] |= {"text": text, "purpose": "negotiation_reply", "history": [asked]}
        case["given"]["debtor"]["flags"] = ["breathing_space"]
        outcome = run_scenarios(scenarios_of([case]), RULEBOOK, WORDS)
        assert [line for difference in outcome.differences for line in difference.lines] == []
