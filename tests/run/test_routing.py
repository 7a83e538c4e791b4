"""A route is built from routes.toml and the home's keys; what is missing is told with its line, all at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest

from parley.errors import BadInput
from parley.providers import kinds
from parley.providers.declared import Declaration, Finding, Given, Key, Kind, KnownBy, OptOuts, Source
from parley.providers.guard import Guarded
from parley.providers.signed import SignedCallbacks
from parley.rulebook.terms import Registered
from parley.run import provider_look, routing
from parley.run.place import Home
from parley.run.provider_look import described, look, secret_names
from parley.run.routing import build_callbacks, build_carriers, given_for, pace_of, routes_of
from parley.settings.inbound import Inbound
from parley.settings.messages import Messages
from parley.settings.model import Settings
from parley.store.keys import KeyFiles, create_webhook_secret, keep_route_secret, load_route_secret
from tests.run.test_routes import Carrier

SETTINGS = Settings(messages=Messages(provider="routes"), inbound=Inbound(public_url="https://sms.example.com"))
DECLARED = Declaration(
    code="pigeon",
    en="Pigeon Post",
    zh="信鸽邮递",
    keys=(
        Key("host", "The host's name.", "主机名。", re.compile(r"[a-z.]+")),
        Key("window", "How many at once.", "同时数量。", re.compile(r"\d+"), default="10"),
        Key("password", "The password.", "密码。", is_secret=True),
    ),
    can_look_up=False,
    deduplicates=False,
    settle_seconds=60,
    opt_outs=OptOuts.ANSWERED,
    posts_back=True,
    sources=(Source("https://pigeon.example.com/docs", date(2026, 11, 26)),),
    per_second=30,
    needs=frozenset({Registered.SENDER}),
    countries=frozenset({"GB", "IE"}),
    known_by=KnownBy.ADDRESS,
)
ROUTES = b"""
[[route]]
name = "post"
kind = "pigeon"
countries = ["GB"]
cost_per_segment_micro = 100
[route.with]
host = "pigeon.example.com"
"""
REGISTERED = """
[[sender]]
id = "S1"
providers = ["all"]
country = "GB"
purposes = ["all"]
valid_from = 2026-01-01
valid_to = 2026-12-10
name = "EXCARD"
form = "alphanumeric"
"""
TODAY = date(2026, 11, 26)
probed: list[Given] = []


def build(given: Given) -> Carrier:
    return Carrier(given.name)


def probe(given: Given) -> Finding:
    probed.append(given)
    return Finding(is_well=True, en="It knows us.", zh="凭据有效。")


PIGEON = Kind(DECLARED, build, lambda given: SignedCallbacks(given.callback_secrets), probe)


@pytest.fixture(autouse=True)
def pigeon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    known: Mapping[str, Kind] = MappingProxyType({**kinds.KINDS, "pigeon": PIGEON})
    for module in (routing, provider_look):
        monkeypatch.setattr(module, "KINDS", known)
    probed.clear()
    return iter(())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "routes.toml").write_bytes(ROUTES)
    (tmp_path / "registrations.toml").write_text(REGISTERED)
    return Home(tmp_path)


@pytest.fixture
def keys(tmp_path: Path) -> KeyFiles:
    source = KeyFiles(tmp_path / "keys")
    source.folder.mkdir(mode=0o700)
    keep_route_secret(source.folder, "post", "password", "hunter2 with spaces")
    create_webhook_secret(source.folder, "callback-post")
    return source


def told(home: Home, keys: KeyFiles, settings: Settings = SETTINGS, today: date = TODAY) -> dict[bool, list[str]]:
    found: dict[bool, list[str]] = {True: [], False: []}
    for one in look(home, settings, keys, "post", today):
        assert one.zh
        found[one.is_well].append(one.en)
    return found


def test_a_route_gets_its_values_its_secrets_and_the_guard_against_invented_numbers(home: Home, keys: KeyFiles) -> None:
    routes = routes_of(ROUTES)
    given = given_for(routes.lines[0], PIGEON, home, SETTINGS, keys)
    assert isinstance(given, Given)
    assert dict(given.values) == {"host": "pigeon.example.com", "window": "10"}
    assert dict(given.secrets) == {"password": "hunter2 with spaces"}
    assert given.public_url == "https://sms.example.com" and len(given.callback_secrets) == 1
    assert "hunter2" not in repr(given)
    carriers = build_carriers(routes, home, SETTINGS, keys)
    assert isinstance(carriers.providers["post"], Guarded)
    assert list(build_callbacks(routes, home, SETTINGS, keys)) == ["post"]


def test_a_route_is_paced_as_its_kind_says_unless_its_file_says_otherwise() -> None:
    assert pace_of(routes_of(ROUTES)).rates["post"].per_second == 30
    slower = ROUTES.replace(b"[route.with]", b"per_second = 5\nburst = 7\n[route.with]")
    rate = pace_of(routes_of(slower)).rates["post"]
    assert (rate.per_second, rate.burst) == (5, 7)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ((b'host = "pigeon.example.com"', b""), "lacks host"),
        ((b'host = "pigeon.example.com"', b'host = "PIGEON"'), "line 8: host is not of its form"),
        ((b"[route.with]", b"[route.with]\nhots = 1"), "line 8: pigeon has no key 'hots'; it has host, window"),
        ((b"[route.with]", b'[route.with]\npassword = "x"'), "line 8: password is a secret and does not belong"),
    ],
)
def test_a_wrong_key_is_told_with_its_line(
    home: Home, keys: KeyFiles, changed: tuple[bytes, bytes], words: str
) -> None:
    with pytest.raises(BadInput, match=re.escape(words)):
        build_carriers(routes_of(ROUTES.replace(*changed)), home, SETTINGS, keys)


DESCRIBED = b"""
[[route]]
name = "post"
kind = "generic"
countries = ["GB"]
cost_per_segment_micro = 8300
[route.with]
description = "gateway.toml"
"""
GATEWAY = """
[request]
address = "https://gateway.example/send"
body = "form"
[request.fields]
to = "{to}"
"""


def test_a_key_that_names_a_file_gives_what_stands_in_it(home: Home, keys: KeyFiles) -> None:
    (home.root / "gateway.toml").write_text(GATEWAY)
    routes = routes_of(DESCRIBED)
    given = given_for(routes.lines[0], kinds.KINDS["generic"], home, SETTINGS, keys)
    assert isinstance(given, Given) and given.values["description"] == GATEWAY
    assert build_carriers(routes, home, SETTINGS, keys).providers["post"].can_look_up is False
    assert list(build_callbacks(routes, home, SETTINGS, keys)) == ["post"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("gateway.toml", None, "line 8: gateway.toml cannot be read: No such file"),
        ("gateway.toml", b"\xff", "line 8: gateway.toml cannot be read: not UTF-8"),
        ("../gateway.toml", None, "line 8: ../gateway.toml is not in the home's folder"),
        ("/etc/hostname", None, "line 8: /etc/hostname is not in the home's folder"),
        (
            "gateway.toml",
            GATEWAY.replace('body = "form"', 'body = "xml"').encode(),
            "line 4: body: 'xml' is not one of",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_line(
    home: Home, keys: KeyFiles, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (home.root / name).write_bytes(content)
    routes = DESCRIBED.replace(b"gateway.toml", name.encode())
    home.routes_file.write_bytes(routes)
    with pytest.raises(BadInput, match=re.escape(words)):
        build_carriers(routes_of(routes), home, SETTINGS, keys)
    assert any(words in problem for problem in told(home, keys)[False])


def test_a_kind_that_there_is_not_is_refused_with_its_line() -> None:
    with pytest.raises(BadInput, match="line 2: 'owl' is none of"):
        routes_of(ROUTES.replace(b'"pigeon"', b'"owl"'))


def test_everything_that_is_missing_is_told_at_once(home: Home, tmp_path: Path) -> None:
    wider = ROUTES.replace(b'["GB"]', b'["GB", "FR"]')
    home.routes_file.write_bytes(wider.replace(b'host = "pigeon.example.com"', b""))
    bare = replace(SETTINGS, messages=Messages(), inbound=Inbound())
    wrong = "\n".join(told(home, KeyFiles(tmp_path / "none"), bare)[False])
    for words in (
        "messages.provider is 'sandbox'",
        "lacks host",
        "The secret password of route post is missing",
        "no secret, or a damaged one, to verify callbacks",
        "does not serve FR",
        "carries nothing to FR without a registered sender",
        "S1 ends on 2026-12-10",
        "inbound.public_url is empty",
    ):
        assert words in wrong
    assert probed == []


def test_a_route_that_lacks_nothing_is_asked_without_effect(home: Home, keys: KeyFiles) -> None:
    found = told(home, keys, today=date(2026, 6, 1))
    assert found[False] == []
    assert "It knows us." in found[True] and len(probed) == 1
    assert any("https://sms.example.com/in/post" in each for each in found[True])
    assert any("cannot be asked by our reference" in each and "answers a STOP itself" in each for each in found[True])


def test_a_registration_that_ended_or_has_not_begun_is_none(home: Home, keys: KeyFiles) -> None:
    for day in (date(2026, 12, 11), date(2025, 12, 31)):
        assert any("without a registered sender" in each for each in told(home, keys, today=day)[False])


def test_a_secret_is_kept_for_its_owner_alone_and_exchanged_whole(keys: KeyFiles) -> None:
    path = keys.folder / "route-post-password.key"
    assert path.stat().st_mode & 0o777 == 0o600
    keep_route_secret(keys.folder, "post", "password", "other")
    assert load_route_secret(keys, "post", "password") == "other"


def test_what_a_kind_declares_is_told_in_words(home: Home) -> None:
    lines = "\n".join(described(DECLARED, is_whole=True, chinese=False))
    said = ("as another message", "takes 30 messages a second", "160 / 153 letters or 70 / 67 signs")
    told = ("Pigeon Post", "host", "needed", "= '10'", "secret", "https://pigeon.example.com/docs (2026-11-26)")
    for words in (*said, *told):
        assert words in lines
    assert secret_names(home, "post") == ["password"]
    with pytest.raises(BadInput, match=r"routes\.toml names post"):
        secret_names(home, "other")
