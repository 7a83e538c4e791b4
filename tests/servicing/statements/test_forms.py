"""The same cents in every form and language: each form is read back and compared with the statement itself."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from importlib import resources

import pytest

from parley.ids import AccountId
from parley.locale import Language
from parley.money import MINOR_DIGITS
from parley.servicing.account import Account, Balance, Due, Product
from parley.servicing.allocation_order import Component, load_waterfalls
from parley.servicing.history import Asked, Charged, Event, Paid, Reversed, replay
from parley.servicing.interest import Frequency
from parley.servicing.schedule import level_schedule
from parley.servicing.statements import words
from parley.servicing.statements.account import account_statement
from parley.servicing.statements.machine import as_csv, as_json
from parley.servicing.statements.plans import plan_statement
from parley.servicing.statements.value import Amount, Statement
from parley.servicing.statements.written import as_markdown, as_text, percent_text

WATERFALLS = load_waterfalls((resources.files("parley.servicing") / "data" / "waterfall.toml").read_bytes())
D = date(2026, 1, 1)
FIGURE = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
# A date is no amount.
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def amounts(statement: Statement) -> list[list[dict[str, int]]]:
    """Return the minor units of every row of every table by column: the truth the forms are compared with."""
    return [
        [
            {column: cell.minor for column, cell in zip(table.columns, row, strict=True) if isinstance(cell, Amount)}
            for row in [*table.rows, *([table.total] if table.total else [])]
        ]
        for table in statement.tables
    ]


def minor_of(text: str, currency: str) -> int:
    value = Decimal(text.replace(",", "")).scaleb(MINOR_DIGITS[currency])
    assert value == int(value)
    assert len(text.partition(".")[2]) == MINOR_DIGITS[currency], "an amount has all decimals of its currency"
    return int(value)


def from_markdown(text: str, statement: Statement) -> list[list[dict[str, int]]]:
    blocks: list[list[list[str]]] = []
    for before, line in zip(["", *text.splitlines()], text.splitlines(), strict=False):
        if line.startswith("|"):
            if not before.startswith("|"):
                blocks.append([])
            blocks[-1].append([cell.strip() for cell in line.split("|")[1:-1]])
    return [
        [
            {
                column: minor_of(row[k], statement.currency)
                for k, column in enumerate(table.columns)
                if row[k] and isinstance(next((one[k] for one in table.rows if one[k] is not None), None), Amount)
            }
            for row in rows[2:]
        ]
        for table, rows in zip(statement.tables, blocks, strict=True)
    ]


def from_json(text: str, statement: Statement) -> list[list[dict[str, int]]]:
    whole = json.loads(text, parse_float=Decimal)
    found = []
    for table in whole["tables"]:
        rows = [*table["rows"], *([table["total"]] if "total" in table else [])]
        by_row = [
            {name: cell for name, cell in row.items() if isinstance(cell, dict) and "minor" in cell} for row in rows
        ]
        for row in by_row:
            assert all(cell["minor"] == minor_of(cell["decimal"], statement.currency) for cell in row.values())
        found.append([{name: cell["minor"] for name, cell in row.items()} for row in by_row])
    return found


def from_csv(text: str, statement: Statement) -> list[list[dict[str, int]]]:
    lines = list(csv.DictReader(io.StringIO(text)))[1:]
    found = []
    for table in statement.tables:
        mine = [line for line in lines if line["part"].partition(".")[0] == table.key]
        rows = []
        for line in mine:
            row = {name: int(line[f"{name}_minor"]) for name in table.columns if line.get(f"{name}_minor")}
            assert all(minor_of(line[name], statement.currency) == minor for name, minor in row.items())
            rows.append(row)
        found.append(rows)
    return found


def figures_in_text(text: str) -> list[list[str]]:
    return [FIGURE.findall(DATE.sub("", line)) for line in text.splitlines()]


def statements(dice: random.Random) -> Iterator[Statement]:
    currency = dice.choice(["USD", "CNY", "JPY", "KRW", "KWD", "BHD"])
    plan = level_schedule(
        dice.randint(100, 9_000_000),
        dice.randrange(0, 4_000, 25),
        dice.randint(2, 12),
        D,
        currency,
        dice.choice(list(Frequency)),
    )
    yield plan_statement(plan)
    dues = (Due(D - timedelta(days=20), 9_000, dice.randint(0, 9_000)), Due(D + timedelta(days=10), 5_000))
    balance = Balance(*(dice.choice([0, dice.randint(1, 900_000)]) for _ in range(5)))
    start = Account(AccountId(uuid.UUID(int=1)), Product.CARD, currency, balance, 1_500, dues)
    events: list[Event] = [
        Charged(D, dice.choice(list(Component)), dice.randint(1, 9_000)),
        Asked(D, dice.randint(1, 9_000)),
    ]
    events += [
        Paid(D + timedelta(days=dice.randint(0, 30)), f"no-{number}", dice.randint(1, 1_500_000))
        for number in range(dice.randint(1, 5))
    ]
    if dice.random() < 0.5:
        events.append(Reversed("no-0"))
    yield account_statement(replay(start, events, dice.choice(list(WATERFALLS.values()))), D + timedelta(days=31))


def test_every_form_and_language_holds_the_same_cents(*, full_size: bool) -> None:
    dice = random.Random("forms")
    for _ in range(5_000 if full_size else 60):
        for statement in statements(dice):
            truth = amounts(statement)
            for language in Language:
                assert from_markdown(as_markdown(statement, language), statement) == truth
                assert from_json(as_json(statement, language), statement) == truth
                assert from_csv(as_csv(statement, language), statement) == truth
                tables = as_text(statement, language).split("\n\n", 1)[1]
                lines = [line for line in figures_in_text(tables) if line]
                shown = [
                    [cell for cell in line.split("|")[1:-1] if cell.strip()]
                    for line in as_markdown(statement, language).splitlines()
                    if line.startswith("|")
                ]
                in_markdown = [FIGURE.findall(DATE.sub("", " ".join(line))) for line in shown]
                assert lines == [line for line in in_markdown if line and line != ["---"]]


def test_summary_says_in_words_what_the_figures_are() -> None:
    statement = plan_statement(level_schedule(124_000, 790, 23, date(2026, 12, 5), "USD"))
    summary = json.loads(as_json(statement, Language.EN))["summary"]
    assert summary["total"]["value"] == {"minor": 134_032, "decimal": "1340.32"}
    assert summary["rate"] == {"label": "Annual rate, nominal", "value": "7.90"}
    line = list(csv.DictReader(io.StringIO(as_csv(statement, Language.ZH_HANS))))[1]
    assert (line["part"], line["total_minor"], line["total"], line["frequency"]) == (
        "summary",
        "134032",
        "1340.32",
        "month",
    )


def test_one_payment_is_one_payment() -> None:
    statement = plan_statement(level_schedule(5_000, 0, 1, D, "USD"))
    assert as_text(statement, Language.EN).splitlines()[1].startswith("1 payment, monthly · total 50.00 USD")


@pytest.mark.parametrize(
    ("exact", "text"),
    [
        (Fraction(0), "0.00"), (Fraction(79, 10), "7.90"), (Fraction("9.4822"), "9.4822"),
        (Fraction(1, 3), "0.333333"), (Fraction(2, 3), "0.666667"), (Fraction(10_000), "10000.00"),
    ],
)  # fmt: skip
def test_rate_has_the_decimals_it_needs(exact: Fraction, text: str) -> None:
    assert percent_text(exact) == text


def test_spreadsheet_runs_no_payment_number() -> None:
    start = Account(AccountId(uuid.UUID(int=1)), Product.CARD, "USD", Balance(principal=500), 1_500, ())
    found = replay(start, [Paid(D, '=HYPERLINK("x")', 100)], WATERFALLS["standard"])
    assert "\"'=HYPERLINK(" in as_csv(account_statement(found, D), Language.EN)


def test_statement_prints_no_figure() -> None:
    start = Account(
        AccountId(uuid.UUID(int=1)), Product.CARD, "USD", Balance(principal=98_765), 1_500, (Due(D, 4_321),)
    )
    assert not re.search("98765|4321", repr(account_statement(replay(start, [], WATERFALLS["standard"]), D)))


@pytest.mark.parametrize("table", ["TITLES", "PARTS", "FIELDS", "WORDS", "PHRASES"])
def test_every_key_has_words_in_three_languages(table: str) -> None:
    rows: dict[str, tuple[str, ...]] = getattr(words, table)
    for key, row in rows.items():
        assert len(row) == 3
        assert all(row), key
        assert len({tuple(sorted(re.findall(r"\{\w+\}", text))) for text in row}) == 1, key
