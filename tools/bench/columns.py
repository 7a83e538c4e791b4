"""How long does the gate take for a whole book? By the column, beside one by one and beside the bare reading of files.

The loop is timed on a sample, on facts that are ready: making them from rows would be more than deciding them. Its rate
is that of the sample; "as many times as fast" compares accounts in a second. All three are of one core's time, so that
who else is at work on the machine does not decide. Every decision of the sample is compared.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt

from parley.columnar.database import database_in_memory
from parley.columnar.gate.bucket import Book, Columns, write_bucket
from parley.contact.columns import Approach, ContactClass, Legend, Place, State
from parley.contact.dimensions import Occurring
from parley.contact.explain import word_of
from parley.contact.facts import Consent, Contact, ContactFacts, Designation, Direction, Discloses, Flag, Outcome
from parley.contact.gate import Decision, GateSettings, Refused, decide
from parley.contact.places import load_places, zones_of
from parley.purpose import Actor, Channel, Purpose
from parley.rulebook.book import EVERYWHERE, NOWHERE, Rulebook
from parley.rulebook.load import load_rulebook
from parley.rulebook.prepared import OptOut
from parley.rulebook.rule import WeekWindows
from parley.rulebook.terms import OptOutScope
from parley.run.library import data_files
from tools.bench.figures import Figure
from tools.bench.stage import Size, Watch

_NOW: Final = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
_TODAY: Final = date(2026, 11, 23)
_DAYS: Final = 31
_CONTACTS_EACH: Final = 10
_BUCKET_ACCOUNTS: Final = 125_000
_DAY_MINUTES: Final = 24 * 60
_AFTERNOON: Final = ((12 * 60, 18 * 60),)
_BINDING: Final = GateSettings(unsigned_exceptions_bind=True)
# Identity proven, no plan, no text.
_PROVEN: Final = (True, None, None)
_SCOPES: Final = tuple(OptOutScope)
# How an account is approached that is not past due, and how one that is.
_APPROACHES: Final = tuple(
    Approach(_NOW, _TODAY, Actor.ORIGINAL_CREDITOR, purpose, Channel.SMS, Discloses.NOTHING, *_PROVEN)
    for purpose in (Purpose.REMINDER, Purpose.COLLECTION)
)

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Bucket:
    """A bucket as it is written: the rows of its three tables."""

    accounts: Columns
    opt_outs: Columns
    contacts: Columns


def columns(size: Size, folder: Path, _database_url: str) -> list[Figure]:
    """Decide a book with every rule on: by column, one by one, and only read."""
    rulebook = load_rulebook(data_files("parley.rulebook.data"))
    legend = _legend(rulebook)
    each = min(_BUCKET_ACCOUNTS, size.book // 2)
    buckets = [folder / f"{number:03}" for number in range(size.book // each)]
    for number, path in enumerate(buckets):
        bucket = _draw(number, each, legend)
        write_bucket(path, bucket.accounts, bucket.opt_outs, bucket.contacts)
    watch = Watch.start()
    _read_bare(folder)
    scan = watch.stop().cpu
    found: Counter[str] = Counter()
    watch = Watch.start()
    with closing(Book(_occurring(legend), rulebook, _BINDING)) as book:
        for path in buckets:
            found += book.judge(path, path / "out")
    whole = watch.stop()
    first = _draw(0, each, legend)
    facts = _facts(first, legend, size.book_singly)
    seconds, decisions = _one_by_one(facts, rulebook)
    _compare(buckets[0], facts, decisions)
    accounts, contacts = each * len(buckets), each * len(buckets) * _CONTACTS_EACH
    said = ", ".join(f"{found[verdict]:,} {verdict}" for verdict in ("allow", "defer", "block", "ask"))
    loop = len(facts) / sum(seconds)
    slowest = sorted(seconds)[len(seconds) * 99 // 100] * 1_000
    print(f"columns: {accounts:,} accounts, {contacts:,} past contacts, {len(rulebook.rules)} rules: {said}")
    return [
        Figure("columns: the whole book", whole.wall, "seconds"),
        Figure("columns: accounts decided", accounts / whole.cpu, "accounts/cpu-s"),
        Figure("columns: baseline, the same files only read", scan, "cpu-seconds"),
        Figure("columns: as many times the bare reading", whole.cpu / scan, "times", aim=3, is_ceiling=True),
        Figure(f"columns: baseline, a loop, {len(facts):,} of them", loop, "accounts/cpu-s"),
        Figure("columns: as many times as fast as the loop", accounts / whole.cpu / loop, "times", aim=15),
        Figure("columns: one decision by day, 99 of 100 within", slowest, "ms", aim=2, is_ceiling=True),
    ]


def _legend(rulebook: Rulebook) -> Legend:
    """Return places of every jurisdiction, states of which most are plain, and the usual kinds of contact."""
    known = load_places("places.toml", data_files("parley.contact.data")["places.toml"])
    codes = sorted(rulebook.jurisdictions.keys() - {EVERYWHERE, NOWHERE})
    places = [
        Place(code, zones_of(known, code), product) for code in codes for product in ("credit_card", "consumer_loan")
    ]
    consents = frozenset({Consent.CONTACT, Consent.MARKETING})
    weeks: list[WeekWindows] = [tuple(_AFTERNOON if day != free else () for day in range(7)) for free in range(7)]  # type: ignore[misc]  # seven days each
    states = [
        State(frozenset(), consents, (), ()),
        *(State(frozenset({flag}), consents, (), ()) for flag in Flag if flag is not Flag.HISTORY_AHEAD),
        *(State(frozenset(), consents, (Designation(only=week),), ()) for week in weeks),
        *(
            State(frozenset({Flag.BREATHING_SPACE}), consents, (), ((Flag.BREATHING_SPACE, (day,)),))
            for day in (_TODAY - timedelta(days=n) for n in range(1, 90, 3))
        ),
    ]
    purposes = (Purpose.REMINDER, Purpose.COLLECTION, Purpose.SERVICING, Purpose.PROMOTION)
    classes = [
        ContactClass(Channel.SMS, Direction.OUT, purpose, Outcome.DELIVERED, is_answer=False) for purpose in purposes
    ]
    classes += [
        ContactClass(Channel.CALL, Direction.OUT, Purpose.COLLECTION, outcome, is_answer=False)
        for outcome in (Outcome.CONVERSATION, Outcome.NO_ANSWER, Outcome.UNCONNECTED)
    ]
    classes += [
        ContactClass(Channel.SMS, Direction.OUT, Purpose.NEGOTIATION_REPLY, None, is_answer=True),
        ContactClass(Channel.SMS, Direction.IN, Purpose.COLLECTION, None, is_answer=False),
    ]
    return Legend(tuple(places), tuple(states), tuple(classes))


def _occurring(legend: Legend) -> Occurring:
    """Return that everything occurs everywhere."""
    keys = [(place, approach, False) for place in range(len(legend.places)) for approach in range(len(_APPROACHES))]
    special = [n for n, state in enumerate(legend.states) if state.designations or state.since]
    return Occurring(legend, _APPROACHES, keys, [(state, key) for state in special for key in keys])


def _draw(number: int, size: int, legend: Legend) -> _Bucket:
    """Draw a bucket: an account in seven is somebody's second, one in ten is in a state of its own."""
    dice = np.random.default_rng(number)
    account = np.arange(size, dtype=np.int64)
    person = np.where(account % 7 == 0, account // 7, account)
    plain = dice.random(size) < 0.9  # noqa: PLR2004
    late = dice.integers(-25, 120, size)
    contract = np.datetime64(_TODAY, "D") - dice.integers(0, 5_000, size).astype("timedelta64[D]")
    ids = np.array([str(UUID(int=number << 64 | one)) for one in range(size)], dtype=object)
    accounts = {
        "account_id": ids,
        "wish": ids,
        "account": account,
        "person": person,
        "address": person,
        "place": dice.integers(0, len(legend.places), size),
        "state": np.where(plain, 0, dice.integers(0, len(legend.states), size)),
        "oldest_open_on": _instants(np.datetime64(_TODAY, "D") - late.astype("timedelta64[D]")),
        "contract_on": _instants(contract),
        "approach": (late > 0).astype(np.int64),
    }
    refusing = np.unique(dice.integers(0, size, size // 30))
    age = dice.integers(1, 60 * _DAY_MINUTES, len(refusing))
    opt_outs = {
        "person": refusing,
        "nth": np.zeros(len(refusing), dtype=np.int64),
        "scope": np.array([_SCOPES[one].value for one in dice.integers(0, len(_SCOPES), len(refusing))], dtype=object),
        "channel": np.array(["sms"] * len(refusing), dtype=object),
        "address": np.full(len(refusing), -1),
        "refused_at": _minutes_ago(age),
        "confirmed_at": _minutes_ago(age - 1),
    }
    about = dice.integers(0, size, size * _CONTACTS_EACH)
    made_at = _minutes_ago(dice.integers(1, _DAYS * _DAY_MINUTES, len(about)))
    kind = dice.integers(0, len(legend.classes), len(about))
    answers = np.array([one.is_answer for one in legend.classes])[kind]
    contacts = {
        "person": person[about],
        "account": about,
        "address": person[about],
        "class": kind,
        "made_at": made_at,
        "answers_at": np.where(answers, made_at - np.timedelta64(5, "m"), np.datetime64("NaT")),
    }
    return _Bucket(accounts, opt_outs, contacts)


def _instants(days: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return days.astype("datetime64[us]")


def _minutes_ago(minutes: Ints) -> npt.NDArray[Any]:
    return np.datetime64(_NOW.replace(tzinfo=None), "us") - minutes.astype("timedelta64[m]")


def _read_bare(folder: Path) -> None:
    """Read every value of every file, and keep none."""
    with closing(database_in_memory()) as database:
        for pattern in ("*/accounts.parquet", "*/opt_outs.parquet", "*/contacts.parquet"):
            database.read_parquet(str(folder / pattern)).aggregate("max(COLUMNS(*))").fetchall()


def _facts(bucket: _Bucket, legend: Legend, most: int) -> list[ContactFacts]:
    """Return the facts of the first accounts, as the gate is asked about one borrower."""
    history: dict[int, list[Contact]] = {}
    past = bucket.contacts
    for row in np.flatnonzero(past["person"] < most):
        one = legend.classes[int(past["class"][row])]
        answered = past["answers_at"][row]
        contact = Contact(
            at=_at(past["made_at"][row]),
            channel=one.channel,
            direction=one.direction,
            purpose=one.purpose,
            outcome=one.outcome,
            answers_at=None if np.isnat(answered) else _at(answered),
            account=str(past["account"][row]),
            address=str(past["address"][row]),
        )
        history.setdefault(int(past["person"][row]), []).append(contact)
    refused = {int(person): row for row, person in enumerate(bucket.opt_outs["person"])}
    return [_account_facts(bucket, legend, row, history, refused) for row in range(most)]


def _account_facts(
    bucket: _Bucket, legend: Legend, row: int, history: Mapping[int, list[Contact]], refused: Mapping[int, int]
) -> ContactFacts:
    accounts, opt_outs = bucket.accounts, bucket.opt_outs
    place, state = legend.places[int(accounts["place"][row])], legend.states[int(accounts["state"][row])]
    days = (_TODAY - accounts["oldest_open_on"][row].astype("datetime64[D]").item()).days
    approach = _APPROACHES[int(accounts["approach"][row])]
    person = int(accounts["person"][row])
    nth = refused.get(person)
    return ContactFacts(
        now=_NOW,
        jurisdiction=place.jurisdiction,
        zones=place.zones,
        purpose=approach.purpose,
        channel=approach.channel,
        actor=approach.actor,
        product=place.product,
        days_past_due=days,
        consents=state.consents,
        opt_outs=()
        if nth is None
        else (
            OptOut(
                OptOutScope(opt_outs["scope"][nth]),
                _at(opt_outs["refused_at"][nth]),
                Channel.SMS,
                None,
                _at(opt_outs["confirmed_at"][nth]),
            ),
        ),
        flags=state.flags,
        designations=state.designations,
        since=dict(state.since),
        contract_on=accounts["contract_on"][row].astype("datetime64[D]").item(),
        identity_proven=True,
        history=tuple(history.get(person, ())),
        account=str(row),
        address=str(person),
    )


def _at(value: Any) -> datetime:  # noqa: ANN401 - one value of a column
    found: datetime = value.astype("datetime64[us]").item()
    return found.replace(tzinfo=UTC)


def _one_by_one(facts: list[ContactFacts], rulebook: Rulebook) -> tuple[list[float], list[Decision]]:
    """Decide one after the other, after as many to warm up as fill the caches. Returns the seconds of each."""
    for one in facts[: len(facts) // 4]:
        decide(one, rulebook, _BINDING)
    seconds, decisions = [], []
    for one in facts:
        started = time.process_time()
        decision = decide(one, rulebook, _BINDING)
        seconds.append(time.process_time() - started)
        decisions.append(decision)
    return seconds, decisions


def _compare(path: Path, facts: list[ContactFacts], decisions: list[Decision]) -> None:
    """Stop where the two forms differ on the sample."""
    with closing(database_in_memory()) as database:
        rows = database.read_parquet(str(path / "out" / "decisions.parquet")).limit(len(facts)).fetchall()
        told = database.read_parquet(str(path / "out" / "refusals.parquet")).fetchall()
    rules: dict[int, list[str]] = {}
    for situation, _, rule, _, _ in told:
        rules.setdefault(situation, []).append(rule)
    for (_, _, days, _, verdict, situation, retry_at, _), one, decision in zip(rows, facts, decisions, strict=True):
        refused = decision if isinstance(decision, Refused) else None
        expected = (word_of(decision), [refusal.rule_id for refusal in refused.refusals] if refused else [])
        at = refused.retry_at.replace(tzinfo=None) if refused and refused.retry_at else None
        assert days == one.days_past_due
        assert verdict == "ask" or (verdict, rules.get(situation, [])) == expected, "both forms say the same"
        assert verdict == "ask" or retry_at == at, "both forms name the same instant"
