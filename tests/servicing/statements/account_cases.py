"""Golden statements of accounts: walked day by day by the naive ledger, and replayed by `parley`."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from importlib import resources

from parley.ids import AccountId
from parley.servicing.account import Account, Balance, Due, Product
from parley.servicing.allocation_order import Component, Situation, choose, load_waterfalls
from parley.servicing.card_order import choose_card_order, load_card_orders
from parley.servicing.daycount import DayCount
from parley.servicing.history import Accrued, Asked, Charged, Event, Ordered, Paid, Reversed, replay
from parley.servicing.rate import Rate
from parley.servicing.statements.account import account_statement
from tests.servicing.naive_ledger import NAMES, NaiveLedger
from tests.servicing.statements.case import EN, HANS, HANT, Case, forms
from tests.servicing.statements.figures import months
from tests.servicing.statements.pages import Cell, Money, Page, Part, Term

DATA = resources.files("parley.servicing") / "data"
WATERFALLS = load_waterfalls((DATA / "waterfall.toml").read_bytes())
CARD_ORDER = choose_card_order(load_card_orders((DATA / "card_order.toml").read_bytes()), "US")


def account_page(start: Account, ledger: NaiveLedger, as_of: date, gone: list[Paid]) -> Page:
    end = ledger.lines[-1] if ledger.lines else None
    owed_now = dict(ledger.owed)
    late_since = ledger.late_since(as_of)
    held = sum(ledger.held.values())
    fields: dict[str, Cell] = {
        "as_of": as_of,
        "owed": Money(sum(owed_now.values())),
        "arrears": Money(ledger.arrears(as_of)),
        "days_past_due": (as_of - late_since).days if late_since else 0,
        "held": Money(held),
    }
    assert end is None or end.held == held
    opening = {name: getattr(start.balance, name) for name in NAMES}
    charged = {name: sum(one.amount for one in ledger.lines if one.what == f"charged_{name}") for name in NAMES}
    owed_rows: list[list[Cell]] = []
    sums = [0, 0, 0, 0]
    for name in NAMES:
        figures = [opening[name], charged[name], opening[name] + charged[name] - owed_now[name], owed_now[name]]
        sums = [a + b for a, b in zip(sums, figures, strict=True)]
        owed_rows.append([Term(name), *(Money(minor) for minor in figures)])
    parts = [
        Part(
            "owed",
            ["component", "opening", "charged", "paid", "closing"],
            owed_rows,
            [None, *(Money(minor) for minor in sums)],
        )
    ]
    if ledger.asked:
        rows: list[list[Cell]] = []
        for on in sorted(ledger.asked):
            asked, still = ledger.asked[on], ledger.open_dues[on]
            rows.append([on, Money(asked), Money(asked - still), Money(still)])
        asked, still = sum(ledger.asked.values()), sum(ledger.open_dues.values())
        total: list[Cell] = [None, Money(asked), Money(asked - still), Money(still)]
        parts.append(Part("dues", ["due_on", "asked", "paid", "open"], rows, total))
    if ledger.lines:
        parts.append(_entries(opening, ledger))
    if gone:
        back: list[list[Cell]] = [[one.on, one.payment_id, Money(one.amount_minor)] for one in gone]
        parts.append(Part("reversed", ["on", "payment_id", "amount"], back))
    return Page("account", start.currency, ["as_of", "owed", "arrears", "held"], fields, parts)


def _entries(opening: dict[str, int], ledger: NaiveLedger) -> Part:
    rows: list[list[Cell]] = []
    before = opening
    for line in ledger.lines:
        moved = [line.owed[name] - before[name] for name in NAMES]
        cells: list[Cell] = [line.on, Term(line.what), line.payment or None]
        cells.append(None if line.what == "ordered" else Money(line.amount))
        cells += [Money(minor) if minor else None for minor in moved]
        rows.append([*cells, Money(sum(line.owed.values())), Money(line.held)])
        before = line.owed
    return Part("entries", ["on", "event", "payment_id", "amount", *NAMES, "owed", "held"], rows)


def account_case(
    name: str,
    kept: dict[str, str],
    currency: str,
    start: tuple[Balance, tuple[Due, ...]],
    events: list[Event],
    as_of: date,
    order: str = "standard",
) -> Case:
    account = Account(AccountId(uuid.UUID(int=5)), Product.LOAN, currency, start[0], 1_500, start[1])
    ledger = NaiveLedger(account, WATERFALLS[order])
    ledger.walk(events, date(2026, 1, 1), as_of)
    taken_back = {event.payment_id for event in events if isinstance(event, Reversed)}
    gone = [event for event in events if isinstance(event, Paid) and event.payment_id in taken_back]
    page = account_page(account, ledger, as_of, gone)
    return Case(name, kept, page, lambda: account_statement(replay(account, events, WATERFALLS[order]), as_of))


def monthly(amount: int, interest: list[int]) -> list[Event]:
    """Interest and an instalment at the end of each month of 2026."""
    events: list[Event] = []
    for on, charge in zip(months(date(2026, 1, 31), len(interest)), interest, strict=True):
        events += [Charged(on, Component.INTEREST, charge), Asked(on, amount)]
    return events


LOAN = (Balance(principal=100_000), ())
KEPT_PLAN = choose(WATERFALLS, "CN", Situation.PLAN_KEPT)
BACK_DATED: list[Event] = [*monthly(10_000, [1_000, 900, 800]), Paid(date(2026, 3, 31), "P-2", 10_000)]
LATE = Paid(date(2026, 1, 31), "P-1", 10_000)
ACCRUED = [
    Accrued(b, a, Rate.of_percent(Decimal("18.25")), DayCount.ACTUAL_365F)
    for a, b in zip([date(2026, 1, 1), *months(date(2026, 1, 31), 2)], months(date(2026, 1, 31), 3), strict=True)
]
ACCOUNTS = [
    account_case(
        "account_paid_in_time",
        forms(EN, HANS, HANT, EN),
        "USD",
        LOAN,
        [
            *monthly(10_000, [1_000, 900, 800]),
            *(Paid(on, f"P-{k}", 10_000) for k, on in enumerate(months(date(2026, 1, 31), 3), 1)),
        ],
        date(2026, 4, 1),
    ),
    account_case(
        "account_under_payment",
        forms(HANS, EN, HANS, HANT),
        "CNY",
        (Balance(500_000, 3_000, 1_500, 800, 2_000), (Due(date(2025, 12, 31), 45_000, 5_000),)),
        [
            *monthly(45_000, [4_950, 4_800]),
            Paid(date(2026, 1, 20), "A1", 20_000),
            Charged(date(2026, 2, 10), Component.PENALTY_INTEREST, 310),
        ],
        date(2026, 3, 5),
        "china",
    ),
    account_case(
        "account_over_payment",
        forms(EN, HANT, EN, HANS),
        "KWD",
        (Balance(principal=40_000), (Due(date(2026, 1, 31), 40_000),)),
        [
            Paid(date(2026, 1, 15), "first", 50_500),
            Charged(date(2026, 2, 1), Component.FEE, 2_250),
            Charged(date(2026, 2, 20), Component.PRINCIPAL, 6_000),
        ],
        date(2026, 2, 28),
    ),
    account_case(
        "account_reversal",
        forms(HANT, EN, HANT, EN),
        "JPY",
        LOAN,
        [*monthly(10_000, [1_000, 900, 800]), LATE, Paid(date(2026, 3, 2), "P-2", 12_000), Reversed("P-1")],
        date(2026, 4, 10),
        "japan",
    ),
    account_case(
        "account_before_back_dated",
        forms(EN, HANS, EN, HANT),
        "EUR",
        LOAN,
        BACK_DATED,
        date(2026, 4, 1),
        "germany",
    ),
    account_case(
        "account_after_back_dated",
        forms(EN, HANS, EN, HANT),
        "EUR",
        LOAN,
        [*BACK_DATED, LATE],
        date(2026, 4, 1),
        "germany",
    ),
    account_case(
        "account_interest_by_the_day",
        forms(HANS, HANS, EN, EN),
        "CNY",
        (Balance(principal=1_000_000), ()),
        [*ACCRUED, Paid(date(2026, 2, 11), "A", 300_000), Paid(date(2026, 3, 3), "B", 50_000)],
        date(2026, 3, 31),
        "china",
    ),
    account_case(
        "account_plan_kept",
        forms(HANS, HANT, HANS, EN),
        "CNY",
        (Balance(300_000, 9_000, 2_000), (Due(date(2025, 12, 1), 30_000),)),
        [
            Paid(date(2026, 1, 5), "A", 5_000),
            Ordered(date(2026, 1, 10), KEPT_PLAN),
            Paid(date(2026, 1, 31), "B", 25_000),
        ],
        date(2026, 2, 1),
        "china",
    ),
    account_case(
        "account_untouched",
        forms(HANT, EN, HANS, HANT),
        "TWD",
        (Balance(123_456, 789), (Due(date(2026, 1, 31), 5_000),)),
        [],
        date(2026, 1, 31),
        "taiwan",
    ),
]
