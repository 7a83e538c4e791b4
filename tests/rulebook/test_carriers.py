"""Rules about carriage: who carries it, from what, and what is registered."""

from __future__ import annotations

import pytest

from parley.errors import BadInput
from parley.providers.kinds import KINDS
from parley.rulebook.carriers import PROVIDERS
from parley.rulebook.evaluate import judge_carriage
from parley.rulebook.load import JURISDICTIONS, load_rulebook
from parley.rulebook.prepared import Carriage
from parley.rulebook.rule import SenderParams
from parley.rulebook.terms import ReasonCode, Registered, SenderForm
from parley.run.library import data_files
from parley.settings.messages import SANDBOX
from tests.rulebook.test_load import PLACES

CARRIERS = """
[[provider]]
code = "twilio"
name = { en = "Twilio", zh = "Twilio" }
form = "long_code"
"""
RULE = """
known_from = 2026-11-23
link = "https://example.org"

[[rule]]
id = "a-sender"
kind = "sender"
layer = "self_regulation"
status = "in_force"
actors = ["all"]
purposes = ["all"]
channels = ["sms"]
providers = ["twilio"]
valid_from = 2020-01-01
citation = "Terms 1"
confidence = "primary"
text = { en = "Register.", zh = "登记。" }
params = { needs = ["sender"], forms = ["toll_free"] }
"""


def load(rule: str = RULE, carriers: str | None = CARRIERS) -> object:
    files = {JURISDICTIONS: PLACES, "us/federal/carriers.toml": rule.encode()}
    return load_rulebook(files | ({PROVIDERS: carriers.encode()} if carriers is not None else {}))


def test_a_rule_of_a_listed_provider_loads() -> None:
    load()


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('providers = ["twilio"]', 'providers = ["twillio"]', 13, "no provider 'twillio'; allowed: twilio"),
        ('needs = ["sender"]', 'needs = ["header"]', 18, "sender, template, use_case"),
        ('forms = ["toll_free"]', 'forms = ["pigeon"]', 18, "alphanumeric, short_code, long_code, toll_free"),
        ('needs = ["sender"], ', "", 18, "what must be registered"),
        ('needs = ["sender"]', 'needs = ["sender"], is_barred = true', 18, "not both"),
        ('needs = ["sender"]', 'needs = ["sender"], wants = 1', 18, "unknown key 'wants'"),
    ],
)
def test_a_mistake_is_refused_with_its_line_and_what_is_allowed(old: str, new: str, line: int, says: str) -> None:
    assert RULE.count(old) == 1
    with pytest.raises(BadInput, match=f"us/federal/carriers.toml, line {line}: ") as refused:
        load(RULE.replace(old, new))
    assert says in refused.value.en


@pytest.mark.parametrize(
    ("carriers", "says"),
    [
        (CARRIERS + CARRIERS, "line 8: provider 'twilio' is given twice"),
        (CARRIERS.replace("long_code", "horse"), "line 5: form: 'horse' is not one of"),
        (CARRIERS + "colour = 1\n", "line 6: unknown key 'colour'"),
        ("provider = 3\n", "write each provider as"),
    ],
)
def test_a_list_of_providers_with_a_mistake_is_refused(carriers: str, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        load(carriers=carriers)
    assert refused.value.en.startswith(PROVIDERS)
    assert says in refused.value.en


def test_a_rulebook_without_the_list_has_no_providers() -> None:
    with pytest.raises(BadInput, match=r"none is listed in providers\.toml"):
        load(carriers=None)


def test_every_provider_that_this_version_drives_is_listed() -> None:
    assert {SANDBOX, *KINDS} <= load_rulebook(data_files("parley.rulebook.data")).carriers.keys()


NEEDS = SenderParams(needs=frozenset({Registered.SENDER}), forms=frozenset({SenderForm.TOLL_FREE}))
BARRED = SenderParams(is_barred=True, forms=frozenset({SenderForm.TOLL_FREE}))
MISSING, BARS = ReasonCode.SENDER_NOT_REGISTERED, ReasonCode.USE_NOT_CARRIED


@pytest.mark.parametrize(
    ("params", "carriage", "code"),
    [
        (NEEDS, None, None),
        (NEEDS, Carriage("twilio", SenderForm.TOLL_FREE), MISSING),
        (NEEDS, Carriage("twilio", SenderForm.TOLL_FREE, frozenset({Registered.TEMPLATE})), MISSING),
        (NEEDS, Carriage("twilio", SenderForm.TOLL_FREE, frozenset({Registered.SENDER})), None),
        (NEEDS, Carriage("twilio", SenderForm.SHORT_CODE), None),
        # Nobody knows from what it comes: it may be a toll-free number.
        (NEEDS, Carriage("twilio"), MISSING),
        (BARRED, None, None),
        (BARRED, Carriage("twilio", SenderForm.TOLL_FREE, frozenset(Registered)), BARS),
        (BARRED, Carriage("twilio", SenderForm.SHORT_CODE), None),
        (BARRED, Carriage("twilio"), None),
        (SenderParams(is_barred=True), Carriage("twilio"), BARS),
    ],
)
def test_carriage_is_judged(params: SenderParams, carriage: Carriage | None, code: ReasonCode | None) -> None:
    assert judge_carriage(params, carriage) is code
