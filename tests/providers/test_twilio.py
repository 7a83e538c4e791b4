"""Twilio's callbacks against Twilio's own library: both say the same of every post; nobody else gets anything in."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from parley.providers.port import CallbackFault, CallbackRefused, Posted
from parley.providers.twilio import KIND, TwilioCallbacks, _pairs
from tests.providers.cases_files import NOW, given

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}
READS = TwilioCallbacks(given("twilio"))
ORACLE = RequestValidator(TOKEN)


def post(url: str, form: dict[str, str] | bytes, signature: str) -> Posted:
    body = form if isinstance(form, bytes) else urlencode(form).encode()
    return Posted({"x-twilio-signature": signature}, body, url, query=url.partition("?")[2])


def is_let_in(one: Posted) -> bool:
    """Whether the signature is believed: what is signed and is no message is malformed, and nothing else."""
    found = READS.read(one, NOW)
    return not isinstance(found, CallbackRefused) or found.fault is CallbackFault.BODY


@pytest.mark.parametrize(
    ("url", "signature"),
    # github.com/twilio/twilio-python, tests/unit/test_request_validator.py, read 2026-11-26.
    [
        (URL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (URL.replace(".com", ".com:1234"), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (URL.replace(".com", ".com:1234").replace("https", "http"), "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        (URL, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (URL.replace("https", "http"), "0ZXoZLH/DfblKGATFgpif+LLRf4="),
    ],
)
def test_the_vectors_of_twilios_own_tests(url: str, signature: str) -> None:
    assert ORACLE.validate(url, FORM, signature)
    assert is_let_in(post(url, FORM, signature))


def test_fields_that_come_twice_are_signed_as_in_twilios_own_tests() -> None:
    body = b"Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234"
    assert is_let_in(post(URL, body, "IK+Dwps556ElfBT0I3Rgjkr1wJU="))


def test_a_json_body_is_known_by_its_hash_in_the_address() -> None:
    body = b'{"property": "value", "boolean": true}'
    url = f"{URL}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
    assert is_let_in(post(url, body, "a9nBmqA0ju/hNViExpshrM61xv4="))
    for other in (body + b" ", b"", b"\xff"):
        assert not is_let_in(post(url, other, "a9nBmqA0ju/hNViExpshrM61xv4="))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
HOSTS = st.sampled_from(["https://a.example", "http://a.example", "https://a.example:8443", "http://[2001:db8::1]:80"])


@drawn(
    HOSTS, st.dictionaries(TEXT.filter(bool), TEXT, max_size=6), st.dictionaries(TEXT.filter(bool), TEXT, max_size=3)
)
def test_what_twilios_library_signs_is_let_in_and_a_change_is_not(
    host: str, form: dict[str, str], query: dict[str, str]
) -> None:
    query = {name: value for name, value in query.items() if name != "bodySHA256"}
    url = f"{host}/in/main{'?' + urlencode(query) if query else ''}"
    signature = ORACLE.compute_signature(url, form)
    one = post(url, form, signature)
    assert ORACLE.validate(url, form, signature) and is_let_in(one)
    for other in (
        replace(one, url=url + "&"),
        replace(one, body=one.body + b"&Body=STOP"),
        post(url, form, signature[:-2] + ("A=" if signature[-2] != "A" else "B=")),
        post(url, form, ""),
        post(url, form, RequestValidator("12346").compute_signature(url, form)),
    ):
        assert not is_let_in(other)


def test_a_hash_in_the_address_does_not_let_an_unsigned_form_in() -> None:
    """A form is signed field by field; whoever adds a hash of their own body to the address has signed nothing."""
    body = urlencode({"MessageSid": "SM" + "a" * 32, "Body": "STOP", "From": "+12025550143", "To": "1"}).encode()
    url = f"{URL}&bodySHA256={hashlib.sha256(body).hexdigest()}"
    for signature in (ORACLE.compute_signature(URL, {}), ORACLE.compute_signature(URL, FORM)):
        assert READS.read(post(url, body, signature), NOW) == CallbackRefused(CallbackFault.SIGNATURE)


def test_too_many_fields_are_refused_before_they_are_signed() -> None:
    found = READS.read(post(URL, b"&".join(b"a%d=1" % n for n in range(300)), "x"), NOW)
    assert found == CallbackRefused(CallbackFault.BODY, "body")


def test_a_post_without_a_signature_is_refused() -> None:
    assert READS.read(Posted({}, b"", URL), NOW) == CallbackRefused(CallbackFault.HEADERS)


def test_an_empty_document_is_answered() -> None:
    """Anything else would be sent to the handset."""
    assert READS.taken.content_type == "text/xml"
    assert READS.taken.body.endswith(b"<Response/>")
    assert READS.takes_token is False


def test_an_api_key_sends_where_one_is_given() -> None:
    route = given("twilio")
    values = {**route.values, "api_key": "SK" + "b" * 32}
    route = replace(route, values=values, secrets={**route.secrets, "api_key_secret": "other"})
    assert KIND.declared.keys[2].form.fullmatch(values["api_key"])
    carrier = KIND.build(route)
    header = carrier.dialect._let_in  # type: ignore[attr-defined]
    assert header == "Basic " + "U0tiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYjpvdGhlcg=="


def test_a_field_keeps_every_octet() -> None:
    ((name, value), _) = _pairs(b"Body=%ff%F0%9F%98%80+x&MessageSid=1")
    assert (name, value.encode("utf-8", "surrogateescape")) == ("Body", b"\xff\xf0\x9f\x98\x80 x")
