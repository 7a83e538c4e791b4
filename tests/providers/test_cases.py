"""Every carrier over HTTP does what its case table says, to the letter; the payloads are its own documentation's."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from parley.ids import Msisdn
from parley.providers.declared import Given, Kind
from parley.providers.kinds import KINDS
from parley.providers.outgoing import Request, Response
from parley.providers.over_http import HttpCarrier
from parley.providers.port import Asked, CallbackRefused, LookupState, Posted
from tests.providers.cases_files import (
    NOW,
    REFERENCE,
    TABLES,
    brought,
    cases,
    given,
    names,
    posted,
    submission,
    told,
)

Case = dict[str, Any]


def carrier(kind: Kind, route: Given) -> HttpCarrier:
    built = kind.build(route)
    assert isinstance(built, HttpCarrier)
    return built


@pytest.mark.parametrize(("kind", "route", "case"), list(cases("submission")), ids=names("submission"))
def test_a_message_leaves_as_the_carrier_wants_it(kind: Kind, route: Given, case: Case) -> None:
    written = carrier(kind, route).dialect.request(submission(case), NOW)
    if "outcome" in case:
        assert not isinstance(written, Request)
        assert told(written) == case["outcome"]
        return
    assert isinstance(written, Request)
    assert (written.method, written.url) == (case["method"], case["url"])
    assert written.headers.items() >= case.get("headers", {}).items()
    if "form" in case:
        assert dict(parse_qsl(written.body.decode(), strict_parsing=True)) == case["form"]
    elif "json" in case:
        assert json.loads(written.body) == json.loads(case["json"])
    else:
        assert written.body == case.get("body", "").encode()


@pytest.mark.parametrize(("kind", "route", "case"), list(cases("answer")), ids=names("answer"))
def test_an_answer_is_read_as_it_is_meant(kind: Kind, route: Given, case: Case) -> None:
    one = submission({"to": "+15558675310", "text": "x", "minutes": 5})
    answer = Response(case["status"], case["body"].encode())
    assert told(carrier(kind, route)._outcome(answer, one)) == case["outcome"]


@pytest.mark.parametrize(("kind", "route", "case"), list(cases("lookup")), ids=names("lookup"))
def test_a_message_is_looked_up_by_our_reference(kind: Kind, route: Given, case: Case) -> None:
    assert carrier(kind, route).can_look_up
    asked = Asked(REFERENCE, Msisdn("+15558675310"), NOW - timedelta(hours=case.get("hours_ago", 0)))
    dialect = carrier(kind, route).dialect
    question = dialect.question(asked, NOW)
    if "url" not in case:
        assert question is None
        return
    assert question is not None and (question.method, question.url) == ("GET", case["url"])
    found = dialect.found(Response(case["status"], case["body"].encode()), asked)
    assert found.provider_id == case.get("found")
    assert found.state is (LookupState.FOUND if "found" in case else LookupState.NOT_FOUND)


@pytest.mark.parametrize(("kind", "route", "case"), list(cases("callback")), ids=names("callback"))
def test_a_callback_brings_what_it_says(kind: Kind, route: Given, case: Case) -> None:
    assert kind.callbacks is not None and kind.declared.posts_back
    reads = kind.callbacks(route)
    sign = SIGN.get(kind.declared.code)
    post = sign(posted(case)) if sign else posted(case)
    found, wanted = reads.read(post, NOW), brought(case, NOW)
    if isinstance(wanted, str):
        assert isinstance(found, CallbackRefused)
        assert f"{found.fault}:{found.where}" == wanted
    else:
        assert found == wanted
        # The same post again reads the same: the inbox knows it by its ids.
        assert reads.read(post, NOW) == wanted
    assert reads.takes_token is ("token" in case)


def twilio(post: Posted) -> Posted:
    signed = post.url + "".join(
        name + value for name, value in sorted(parse_qsl(post.body.decode(), keep_blank_values=True))
    )
    signature = base64.b64encode(hmac.digest(b"12345", signed.encode(), "sha1")).decode()
    return replace(post, headers={"x-twilio-signature": signature})


# How the callbacks of a kind are signed, where they are.
SIGN = {"twilio": twilio}


@pytest.mark.parametrize("code", sorted(TABLES))
def test_a_table_has_cases_of_everything_and_says_where_each_is_from(code: str) -> None:
    table, declared, built = TABLES[code], KINDS[code].declared, carrier(KINDS[code], given(code))
    every = [case for what in ("submission", "answer", "lookup", "callback") for case in table.get(what, [])]
    assert {case["source"] for case in every} > {"ours"}
    assert all(table.get(what) for what in ("submission", "answer", "callback"))
    assert bool(table.get("lookup")) is built.can_look_up
    assert all(source.address.startswith("https://") for source in declared.sources) and declared.sources


@pytest.mark.parametrize("code", sorted(TABLES))
def test_nothing_of_a_lender_prints(code: str) -> None:
    route = given(code)
    printed = repr(route) + repr(carrier(KINDS[code], route))
    assert not any(secret in printed for secret in [*route.secrets.values(), *route.callback_secrets] if secret)


@pytest.mark.parametrize("code", [code for code in sorted(TABLES) if "sender" in given(code).values])
def test_a_carrier_without_a_sender_stops_the_route(code: str) -> None:
    route = given(code)
    bare = replace(route, values={**route.values, "sender": "", "messaging_service": ""})
    one = submission({"to": "+15558675310", "text": "x", "minutes": 5})
    assert told(carrier(KINDS[code], bare).submit([one], NOW)[0]) == "halted:no_sender"
