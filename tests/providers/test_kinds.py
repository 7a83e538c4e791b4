"""What every kind of carrier must hold to, whichever it is: one that is added is tried here without a word more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from parley.contact.routes import NAME
from parley.errors import OutsideFailed
from parley.ids import Msisdn
from parley.providers.declared import Given, Kind, KnownBy
from parley.providers.kinds import KINDS
from parley.providers.port import Accepted, CallbackRefused, Posted, Submission
from parley.providers.statuses import load_statuses
from parley.run.rulebooks import shipped_rulebook

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SECRETS = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx")
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
posting = pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if kind.callbacks is not None], ids=lambda kind: kind.declared.code
)
# What a value of each key may be, where no default says one. Nothing listens at these addresses.
VALUES = {
    "host": "127.0.0.1",
    "port": "1",
    "base_url": "https://127.0.0.1:1",
    "endpoint": "https://127.0.0.1:1",
}


def given(kind: Kind) -> Given:
    """Give each key its default, or something of its form."""
    values, secrets = {}, {}
    for key in kind.declared.keys:
        if key.is_secret:
            secrets[key.name] = "a-secret"
        elif key.is_file:
            values[key.name] = described()
        else:
            is_free = key.default is None or key.name in VALUES
            values[key.name] = _of_form(key.name, key.form) if is_free else key.default or ""
    return Given("route", values, secrets, SECRETS, "https://sms.example.com")


def described() -> str:
    """Return the worked example of the documentation, of a carrier at which nobody listens."""
    page = (Path(__file__).parents[2] / "docs" / "connect-generic.md").read_text(encoding="utf-8")
    example = page.split("```toml gateway.toml\n")[1].split("```")[0]
    return example.replace("https://gateway.example", "https://127.0.0.1:1")


def _of_form(name: str, form: re.Pattern[str]) -> str:
    tried = (
        VALUES.get(name, ""),
        "example",
        "a1",
        "1400000000",
        f"AC{0:032}",
        "https://127.0.0.1",
        "12345",
        f"{0:032}",
    )
    return next(one for one in tried if one and form.fullmatch(one))


@every_kind
def test_what_it_declares_is_whole_and_in_both_languages(kind: Kind) -> None:
    declared = kind.declared
    assert NAME.fullmatch(declared.code) and declared.en and declared.zh
    for key in declared.keys:
        assert key.en.endswith(".") and key.zh.endswith("。"), key.name
        assert key.default is None or not key.is_secret or key.default == "", key.name
        assert key.default in {None, ""} or key.form.fullmatch(key.default or ""), key.name
    assert len({key.name for key in declared.keys}) == len(declared.keys)
    assert declared.settle_seconds >= 30
    assert declared.sources and all(one.read_on <= date(2026, 12, 31) for one in declared.sources)
    assert declared.code in shipped_rulebook().carriers


@every_kind
def test_its_codes_are_a_table_in_both_languages_and_a_code_of_nobody_is_no_yes(kind: Kind) -> None:
    if any(key.is_file for key in kind.declared.keys):
        # Of a carrier described in a file the codes stand there.
        return
    table = load_statuses(kind.declared.code)
    for status in table.statuses.values():
        assert status.words.en[-1] in ".?" and status.words.zh[-1] in "。？", status.code
        # What the ledger keeps of a code.
        assert len(status.code) <= 60
    assert not isinstance(table.outcome("no such code"), Accepted)


@every_kind
def test_it_is_built_without_a_connection_and_says_what_it_declared(kind: Kind) -> None:
    provider = kind.build(given(kind))
    try:
        assert provider.name == "route"
        assert provider.settle_seconds >= 30
        is_described = any(key.is_file for key in kind.declared.keys)
        assert provider.can_look_up is kind.declared.can_look_up or is_described
        assert not provider.takes_synthetic
    finally:
        provider.close()


@every_kind
def test_where_nobody_listens_nothing_is_taken_and_nothing_raised_for_one_message(kind: Kind) -> None:
    provider = kind.build(given(kind))
    to, ends = Msisdn("+8613800138000"), NOW + timedelta(days=1)
    one = Submission("9cb26c1f-2f0a-83bc-b32f-d45d13db5433", to, "你好", 1, ends, is_synthetic=False)
    try:
        with suppress(OutsideFailed):
            (answer,) = provider.submit([one], NOW)
            assert not isinstance(answer, Accepted)
    finally:
        provider.close()


@posting
def test_what_it_posts_is_known_as_it_declared(kind: Kind) -> None:
    assert kind.callbacks is not None
    callbacks = kind.callbacks(given(kind))
    assert callbacks.takes_token is (kind.declared.known_by is KnownBy.ADDRESS)
    assert callbacks.taken.content_type


def strange() -> Iterator[Posted]:
    for body in (b"", b"{}", b"[]", b"null", b"\xff\xfe", b"[" * 5_000, b'{"a":' * 2_000, b"a=b&a=c", b"x" * 60_000):
        for token in ("", "x", "\udcff"):
            for headers in ({}, {"content-type": "application/json"}, {"authorization": "Basic Og=="}):
                yield Posted(headers, body, "https://sms.example.com/in/route", token, "ref=x")


@posting
def test_what_anybody_posts_is_refused_without_an_exception(kind: Kind) -> None:
    assert kind.callbacks is not None
    callbacks = kind.callbacks(given(kind))
    for posted in strange():
        assert isinstance(callbacks.read(posted, NOW), CallbackRefused)
