"""A bucket on disk is decided as its contacts at hand are, and again the same; a budget is one cut over all buckets."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import numpy as np
import pytest

from parley.columnar.gate.bucket import ACCOUNTS, CONTACTS, Book, Columns, judged_in, wishes_in, write_bucket
from parley.columnar.gate.budget import Cut, cut
from parley.columnar.gate.tables import BUCKET
from parley.contact.columns import Approach, Legend
from parley.contact.dimensions import Occurring
from parley.contact.facts import Contact, ContactFacts, Discloses
from parley.contact.gate import GateSettings
from parley.purpose import Actor, Channel, Purpose
from parley.rulebook.book import Rulebook
from tests.columnar.gate.at_hand import class_of, decide_all, place_of, state_of
from tests.columnar.gate.draws import batch
from tests.columnar.gate.test_equal import load

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
BINDING = GateSettings(unsigned_exceptions_bind=True)
NOT_PAST_DUE, PAST_DUE = APPROACHES = (
    Approach(NOW, TODAY, Actor.ORIGINAL_CREDITOR, Purpose.REMINDER, Channel.SMS, Discloses.NOTHING, True, None, None),
    Approach(NOW, TODAY, Actor.ORIGINAL_CREDITOR, Purpose.COLLECTION, Channel.SMS, Discloses.DEBT, True, None, None),
)


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load(with_lender=True)


def night_facts(seed: int, rulebook: Rulebook) -> list[ContactFacts]:
    """Draw borrowers, and ask the same of all of them."""
    found = []
    for facts in batch(seed, 400, rulebook):
        late = facts.days_past_due > 0
        approach = PAST_DUE if late else NOT_PAST_DUE
        shift = NOW - facts.now
        found.append(
            ContactFacts(
                now=NOW,
                jurisdiction=facts.jurisdiction,
                zones=facts.zones,
                purpose=approach.purpose,
                channel=approach.channel,
                product=facts.product,
                days_past_due=facts.days_past_due,
                consents=facts.consents,
                flags=facts.flags,
                designations=facts.designations,
                identity_proven=True,
                discloses=approach.discloses,
                history=tuple(moved(one, shift) for one in facts.history if one.at > facts.now - timedelta(days=30)),
                since=facts.since,
                contract_on=facts.contract_on,
                account="A",
                address="home",
            )
        )
    return found


def moved(one: Contact, shift: timedelta) -> Contact:
    answers_at = one.answers_at + shift if one.answers_at is not None else None
    return Contact(
        one.at + shift, one.channel, one.direction, one.purpose, one.outcome, answers_at, one.account, one.address
    )


def table(columns: str, rows: Sequence[Sequence[object]]) -> Columns:
    found: dict[str, Any] = {}
    for place, column in enumerate(columns.split(", ")):
        name, kind = column.split()
        values = [row[place] for row in rows]
        if kind == "INTEGER":
            found[name] = np.array([-1 if one is None else one for one in values], dtype=np.int64)
        elif kind in {"DATE", "TIMESTAMP"}:
            found[name] = np.array([plain(one) for one in values], dtype="datetime64[us]")
        else:
            found[name] = np.array([str(one) for one in values], dtype=object)
    return found


def plain(value: object) -> object:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def occurring_in(books: Iterable[list[ContactFacts]]) -> Occurring:
    facts = [one for book in books for one in book]
    places, states = tuple(dict.fromkeys(map(place_of, facts))), tuple(dict.fromkeys(map(state_of, facts)))
    classes = tuple(dict.fromkeys(class_of(contact) for one in facts for contact in one.history))
    keys = [(place, approach, False) for place in range(len(places)) for approach in range(len(APPROACHES))]
    special = [n for n, state in enumerate(states) if state.designations or state.since]
    return Occurring(
        Legend(places, states, classes), APPROACHES, keys, [(state, key) for state in special for key in keys]
    )


def write(folder: Path, facts: list[ContactFacts], legend: Legend) -> None:
    addresses = {"home": 0, "work": 1, None: None}
    accounts = [
        (
            UUID(int=number),
            UUID(int=number),
            number,
            number,
            addresses["home"],
            legend.places.index(place_of(one)),
            legend.states.index(state_of(one)),
            TODAY - timedelta(days=one.days_past_due),
            one.contract_on,
            int(one.days_past_due > 0),
        )
        for number, one in enumerate(facts)
    ]
    contacts = [
        (
            number,
            {None: None, "A": number}.get(contact.account, len(facts)),
            addresses[contact.address],
            legend.classes.index(class_of(contact)),
            contact.at,
            contact.answers_at,
        )
        for number, one in enumerate(facts)
        for contact in one.history
    ]
    write_bucket(folder, table(ACCOUNTS, accounts), table(BUCKET["opt_outs"], []), table(CONTACTS, contacts))


def told(out: Path) -> list[tuple[str, tuple[str, ...], object, int, str]]:
    with closing(duckdb.connect()) as database:
        decided = database.read_parquet(str(out / "decisions.parquet")).fetchall()
        refusals = database.read_parquet(str(out / "refusals.parquet")).fetchall()
    rules: dict[int, list[str]] = {}
    for situation, _, rule, _, _ in refusals:
        rules.setdefault(situation, []).append(rule)
    return [
        (verdict, tuple(rules.get(situation, ())), retry_at, days, bucket)
        for _, _, days, bucket, verdict, situation, retry_at, _ in decided
    ]


def test_buckets_of_a_night_are_decided_as_their_contacts_at_hand(tmp_path: Path, rulebook: Rulebook) -> None:
    books = [night_facts(seed, rulebook) for seed in (1, 2)]
    occurring = occurring_in(books)
    with closing(Book(occurring, rulebook, BINDING)) as book:
        for number, facts in enumerate(books):
            write(tmp_path / str(number), facts, occurring.legend)
            counts = book.judge(tmp_path / str(number), tmp_path / "out" / str(number))
            expected = [
                (
                    one.verdict,
                    tuple(rule for rule, _, _ in one.refusals),
                    one.retry_at.replace(tzinfo=None) if one.retry_at else None,
                    one.days,
                    one.bucket,
                )
                for one in decide_all(facts, TODAY, rulebook, BINDING)
            ]
            assert told(tmp_path / "out" / str(number)) == expected
            assert sum(counts.values()) == len(facts) and counts["defer"] and counts["block"] and counts["allow"]


def test_a_bucket_decided_again_or_alone_writes_the_same_files(tmp_path: Path, rulebook: Rulebook) -> None:
    books = [night_facts(seed, rulebook) for seed in (3, 4)]
    occurring = occurring_in(books)
    for number, facts in enumerate(books):
        write(tmp_path / str(number), facts, occurring.legend)
    first, second = tmp_path / "first", tmp_path / "second"
    with closing(Book(occurring, rulebook, BINDING)) as book:
        for number in (0, 1, 1):
            book.judge(tmp_path / str(number), first / str(number))
    with closing(Book(occurring, rulebook, BINDING)) as book:
        book.judge(tmp_path / "1", second / "1")
    for name in ("decisions.parquet", "refusals.parquet"):
        assert (first / "1" / name).read_bytes() == (second / "1" / name).read_bytes()


def test_a_bucket_written_again_is_the_same(tmp_path: Path, rulebook: Rulebook) -> None:
    facts = night_facts(5, rulebook)
    legend = occurring_in([facts]).legend
    write(tmp_path / "once", facts, legend)
    for _ in range(2):
        write(tmp_path / "twice", facts, legend)
    assert len(files_of(tmp_path / "once")) == 3
    assert files_of(tmp_path / "twice") == files_of(tmp_path / "once")


def test_what_was_decided_is_read_back_by_account(tmp_path: Path, rulebook: Rulebook) -> None:
    facts = night_facts(7, rulebook)
    occurring = occurring_in([facts])
    write(tmp_path, facts, occurring.legend)
    with closing(Book(occurring, rulebook, BINDING)) as book:
        counts = book.judge(tmp_path, tmp_path / "out")
    found = judged_in(tmp_path / "out")
    assert Counter(one.verdict for _, one in found.values()) == counts
    assert wishes_in(tmp_path) == {account: wish for account, (wish, _) in found.items()}
    for (_, ours), one in zip(found.values(), decide_all(facts, TODAY, rulebook, BINDING), strict=True):
        assert (ours.verdict, ours.retry_at, ours.is_lasting) == (one.verdict, one.retry_at, one.is_lasting)


def test_a_bucket_holds_numbers_days_and_words_of_closed_sets_only(tmp_path: Path, rulebook: Rulebook) -> None:
    facts = night_facts(6, rulebook)
    write(tmp_path, facts, occurring_in([facts]).legend)
    refused = (0, 0, "channel", "sms", None, NOW, None)
    write_bucket(tmp_path / "refused", table(ACCOUNTS, []), table(BUCKET["opt_outs"], [refused]), table(CONTACTS, []))
    words: dict[str, set[object]] = {}
    with closing(duckdb.connect()) as database:
        for path in tmp_path.rglob("*.parquet"):
            held = database.read_parquet(str(path), hive_partitioning=False)
            texts = [name for name, kind in zip(held.columns, held.types, strict=True) if str(kind) == "VARCHAR"]
            for name in texts:
                words.setdefault(name, set()).update(value for (value,) in held.project(name).fetchall())
            assert {str(kind) for kind in held.types} <= {"INTEGER", "DATE", "TIMESTAMP", "UUID", "VARCHAR"}
    assert words == {"scope": {"channel"}, "channel": {"sms"}}


def files_of(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def candidates(path: Path, rows: Sequence[tuple[UUID, int, int]]) -> Path:
    with closing(duckdb.connect()) as database:
        database.execute("CREATE TABLE c (account_id UUID, priority BIGINT, cost_micro BIGINT)")
        database.executemany("INSERT INTO c VALUES (?, ?, ?)", [(str(one), rank, cost) for one, rank, cost in rows])
        database.table("c").write_parquet(str(path))
    return path


def test_the_cut_pays_for_the_first_ones_and_for_no_more(tmp_path: Path) -> None:
    for seed in range(30):
        dice = random.Random(seed)
        rows = [(UUID(int=n), dice.randrange(4), dice.randrange(3)) for n in range(40)]
        files = [candidates(tmp_path / f"{seed}-{k}", rows[k::3]) for k in range(3)]
        budget = dice.randrange(60)
        spent, paid = 0, set()
        for one, _, cost in sorted(rows, key=lambda row: (-row[1], row[0])):
            spent += cost
            if spent > budget:
                break
            paid.add(one)
        found = cut(files, budget)
        assert {one for one, rank, _ in rows if found is not None and found.takes(rank, one)} == paid


def test_a_budget_for_nobody_is_no_cut_and_costs_beyond_64_bits_add_up(tmp_path: Path) -> None:
    most = 2**63 - 1
    files = [candidates(tmp_path / "one", [(UUID(int=1), 5, most), (UUID(int=2), 4, most)])]
    assert cut(files, 10) is None
    assert cut(files, 2 * most) == Cut(4, UUID(int=2))
