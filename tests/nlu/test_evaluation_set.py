"""Is the hand-written evaluation set well formed, broad, apart from the visible examples, and frozen."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

HERE: Final = Path(__file__).parent
FOLDER: Final = HERE / "evaluation"
VISIBLE: Final = HERE / "cases" / "examples.jsonl"

# Frozen before the reader was tuned. A changed label needs its reason in evaluation/README.md, then the new sum here.
FROZEN: Final = {
    "en.jsonl": "c4011f9781cf2aec8a7e49a0c7facccb10628bbdfc0a6265b00fd758509bff70",
    "zh.jsonl": "6a128bc04119c26e9245b2f84c6d09834166f53f0ccab1810c35c788dd2d3bba",
}

# The label guide's lists, written out here and not taken from the reader: this is the exam, not the pupil.
INTENTS: Final = frozenset(
    "stop help promise_to_pay ask_plan accept decline counter_offer cannot_pay already_paid dispute wrong_number "
    "fraud_claim ask_human complaint call_time legal risk ask_info thanks other".split()
)
CONTEXTS: Final = frozenset("reminder overdue offer plan_confirm risk_alert promo limit_change".split())
HARDSHIPS: Final = frozenset("job_loss reduced_income wage_arrears cost_of_living benefit_delay".split())
SENSITIVE_HARDSHIPS: Final = frozenset(
    "illness bereavement divorce disaster incarceration mental_health addiction".split()
)
CHOICES: Final = {
    "currency": frozenset("USD GBP INR NGN PHP SGD AUD CNY TWD HKD".split()),
    "frequency": frozenset("daily weekly biweekly semimonthly monthly".split()),
    "date_anchor": frozenset("payday benefit tax_refund".split()),
    "hardship": HARDSHIPS | SENSITIVE_HARDSHIPS,
}
SLOTS: Final = frozenset({"amount", "n_instalments", "dates", "dates_alt", "option", *CHOICES})
REQUIRED: Final = frozenset("id text lang now tz locale context intent also slots oos sensitive note".split())
OPTIONAL: Final = frozenset({"mix", "conditional"})
OWN_LANGUAGES: Final = {"en.jsonl": frozenset({"en"}), "zh.jsonl": frozenset({"zh-Hans", "zh-Hant", "yue-Hant"})}
# First in this order that a reply expresses is its primary intent.
PRIORITY: Final = ("risk", "legal", "stop", "fraud_claim", "wrong_number")

Line = dict[str, Any]


def lines_of(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def own_lines(name: str) -> list[Line]:
    return [line for line in lines_of(FOLDER / name) if line["lang"] in OWN_LANGUAGES[name]]


def normal(text: str) -> str:
    """Return what is left of *text* without case, width, spaces and marks; marks alone stay as they are."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if sign.isalnum()) or "".join(folded.split())


def likeness(one: str, other: str) -> float:
    """Return the share of common four-sign pieces of two normalised texts, 0 to 1."""
    first, second = pieces(one), pieces(other)
    return len(first & second) / len(first | second)


def pieces(text: str) -> set[str]:
    framed = f"^{text}$"
    return {framed[at : at + 4] for at in range(max(1, len(framed) - 3))}


def slot_problems(line: Line) -> list[str]:
    slots = line["slots"]
    found = [f"unknown slot {name}" for name in slots.keys() - SLOTS]
    found += [
        f"{name} {slots[name]}" for name, allowed in CHOICES.items() if name in slots and slots[name] not in allowed
    ]
    amount, count = slots.get("amount", 1), slots.get("n_instalments", 1)
    if type(amount) not in {int, float} or amount <= 0:
        found.append("amount is no positive number")
    if type(count) is not int or count <= 0:
        found.append("n_instalments is no positive whole number")
    if "currency" in slots and "amount" not in slots:
        found.append("a currency without an amount")
    if not re.fullmatch(r"[1-9]|[A-Z]", slots.get("option", "1")):
        found.append("option is neither a digit nor a capital letter")
    if "option" in slots and line["context"] != "offer":
        found.append("an option where no menu is open")
    return found + date_problems(line)


def date_problems(line: Line) -> list[str]:
    slots = line["slots"]
    if "dates_alt" in slots and "dates" not in slots:
        return ["dates_alt without dates"]
    now = datetime.fromisoformat(line["now"])
    if now.tzinfo is None:
        return ["now without an offset"]
    today = now.astimezone(ZoneInfo(line["tz"])).date()
    found = []
    for name in ("dates", "dates_alt"):
        if name not in slots:
            continue
        days = [date.fromisoformat(day) for day in slots[name]]
        if not days or days != sorted(set(days)) or [day.isoformat() for day in days] != slots[name]:
            found.append(f"{name} empty, not in order, or not as YYYY-MM-DD")
        past = "already_paid" in {line["intent"], *line["also"]}
        reach = (today - timedelta(60), today) if past else (today, today + timedelta(120))
        if any(not reach[0] <= day <= reach[1] for day in days):
            found.append(f"{name} outside {reach[0]} to {reach[1]}")
    return found


def label_problems(line: Line, own: frozenset[str]) -> list[str]:
    intent, also = line["intent"], line["also"]
    said = {intent, *also}
    scam_question = intent == "help" and also == ["fraud_claim"]
    ranked = [rank for rank in PRIORITY if rank in said]
    hardship = line["slots"].get("hardship")
    checks = {
        "unknown intent": bool(said - INTENTS),
        "an intent twice": len(said) != 1 + len(also),
        "primary intent against the order": bool(ranked) and intent != ranked[0] and not scam_question,
        "unknown context": line["context"] not in CONTEXTS,
        "oos and other go together": line["oos"] is not (intent == "other"),
        "other beside another intent": "other" in also or (intent == "other" and bool(also or line["slots"])),
        "risk or a grave hardship is sensitive": not line["sensitive"]
        and ("risk" in said or hardship in SENSITIVE_HARDSHIPS),
        "counter_offer answers an offer": "counter_offer" in said and line["context"] != "offer",
        "conditional is true or absent": line.get("conditional", True) is not True,
        "only these hang on a condition": "conditional" in line
        and not said & {"promise_to_pay", "counter_offer", "accept"},
        "another language is stop, risk or other": line["lang"] not in own and intent not in {"stop", "risk", "other"},
    }
    return [name for name, wrong in checks.items() if wrong]


def problems(line: Line, own: frozenset[str]) -> list[str]:
    if not REQUIRED <= line.keys() <= REQUIRED | OPTIONAL:
        return [f"fields {sorted(line)}"]
    kinds: dict[str, type] = dict.fromkeys(REQUIRED, str) | {
        "also": list,
        "slots": dict,
        "oos": bool,
        "sensitive": bool,
    }
    wrong = [f"{name} is no {kind.__name__}" for name, kind in kinds.items() if type(line[name]) is not kind]
    if wrong or not line["text"]:
        return wrong or ["no text"]
    mix = line.get("mix", ["tl"])
    found = [] if mix and all(re.fullmatch(r"[a-z]{2,3}|en-or-pinyin", entry) for entry in mix) else ["mix"]
    return found + slot_problems(line) + label_problems(line, own)


@pytest.mark.parametrize("name", FROZEN)
def test_the_set_is_unchanged_since_it_was_frozen(name: str) -> None:
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == FROZEN[name]


@pytest.mark.parametrize("name", FROZEN)
def test_every_line_keeps_the_guide(name: str) -> None:
    found = {line["id"]: problems(line, OWN_LANGUAGES[name]) for line in lines_of(FOLDER / name)}
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


def test_ids_are_unique() -> None:
    ids = [line["id"] for name in FROZEN for line in lines_of(FOLDER / name)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", FROZEN)
def test_each_language_has_its_share_of_every_intent(name: str) -> None:
    lines = own_lines(name)
    assert len(lines) >= 320
    primary = Counter(line["intent"] for line in lines)
    assert {intent for intent in INTENTS if primary[intent] < 9} == set()
    for grave, least in {"stop": 40, "risk": 18, "legal": 15, "other": 30, "promise_to_pay": 50}.items():
        assert primary[grave] >= least, grave
    hardships = {line["slots"].get("hardship") for line in lines}
    assert hardships >= CHOICES["hardship"]


@pytest.mark.parametrize(
    ("field", "value", "least"),
    [
        ("locale", "en-US", 90),
        ("locale", "en-GB", 60),
        ("locale", "en-IN", 40),
        ("locale", "en-NG", 25),
        ("locale", "en-PH", 25),
        ("locale", "en-SG", 25),
        ("locale", "en-AU", 30),
        ("lang", "zh-Hans", 200),
        ("lang", "zh-Hant", 100),
        ("lang", "yue-Hant", 100),
        ("conditional", True, 12),
    ],
)
def test_every_place_speaks(field: str, value: str | bool, least: int) -> None:
    lines = [line for name in FROZEN for line in lines_of(FOLDER / name)]
    assert sum(line.get(field) == value for line in lines) >= least


def test_other_languages_are_there() -> None:
    foreign = [line for name in FROZEN for line in lines_of(FOLDER / name) if line["lang"] not in OWN_LANGUAGES[name]]
    assert {line["lang"] for line in foreign} >= {"es", "tl", "hi", "fr", "pt", "ms", "id", "vi", "ja", "ko"}
    assert {line["intent"] for line in foreign} == {"stop", "risk", "other"}


def test_no_line_is_a_visible_example() -> None:
    visible = [normal(line["text"]) for line in lines_of(VISIBLE)]
    written = [(line["id"], normal(line["text"])) for name in FROZEN for line in lines_of(FOLDER / name)]
    near = [(where, seen) for where, text in written for seen in visible if text == seen or likeness(text, seen) >= 0.3]
    assert near == []


def test_no_two_lines_are_nearly_the_same() -> None:
    texts = [(line["id"], pieces(normal(line["text"]))) for name in FROZEN for line in lines_of(FOLDER / name)]
    near = [
        (one, other)
        for (one, first), (other, second) in combinations(texts, 2)
        # Sets of very unequal size cannot be alike: that spares most of half a million pairs.
        if min(len(first), len(second)) >= 0.55 * max(len(first), len(second))
        and len(first & second) / len(first | second) >= 0.55
    ]
    assert near == []


GOOD: Final[Line] = {
    "id": "t", "text": "ok", "lang": "en", "now": "2027-01-12T09:20:00-05:00", "tz": "America/New_York",
    "locale": "en-US", "context": "overdue", "intent": "promise_to_pay", "also": [],
    "slots": {"dates": ["2027-01-15"]}, "oos": False, "sensitive": False, "note": "",
}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"intent": "pay"},
        {"context": "chat"},
        {"also": ["stop"]},
        {"also": ["promise_to_pay"]},
        {"oos": True},
        {"intent": "risk"},
        {"intent": "counter_offer"},
        {"intent": "other", "oos": True},
        {"conditional": False},
        {"lang": "es"},
        {"mix": []},
        {"note": None},
        {"text": ""},
        {"slots": {"hardship": "illness"}},
        {"slots": {"amount": "80"}},
        {"slots": {"amount": True}},
        {"slots": {"currency": "USD"}},
        {"slots": {"option": "1"}},
        {"slots": {"when": "soon"}},
        {"slots": {"frequency": "yearly"}},
        {"slots": {"dates": []}},
        {"slots": {"dates": ["20270115"]}},
        {"slots": {"dates": ["2027-01-11"]}},
        {"slots": {"dates": ["2027-01-20", "2027-01-15"]}},
        {"slots": {"dates_alt": ["2027-01-15"]}},
        {"now": "2027-01-12T09:20:00"},
        {"extra": 1},
    ],
)
def test_the_check_sees_a_wrong_line(change: Line) -> None:
    assert problems(GOOD, frozenset({"en"})) == []
    assert problems(GOOD | change, frozenset({"en"})) != []


def test_likeness_sees_case_width_and_marks() -> None:
    assert normal("ＳＴＯＰ!") == normal("s t o p") == "stop"
    assert likeness("stop", "stop") == 1
    assert likeness("stop", "paid") == 0
