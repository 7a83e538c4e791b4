"""Amounts by band: a letter instead of a figure. A band is read as the end that is safe for the borrower.

Income is read at the lower end of its band and spending at the upper end, so a band never makes a capacity larger than
the exact figure would. The last band is open: income is read at its lower end; spending has no safe end there, so the
figure is asked for. Bands are of a month and policy, not law; each currency has its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from parley.money import LARGEST_MINOR, MINOR_DIGITS
from parley.negotiation.budget.financial_statement import Cost, FinancialStatement, Income, Rhythm, Topic
from parley.negotiation.budget.reference import digest_of
from parley.negotiation.budget.tables import TableReader
from parley.settings.toml import parse

FILE_NAME: Final = "bands.toml"
# So many a text names, from A to H.
BANDS: Final = 8
BANDED: Final = (Topic.INCOME, Topic.HOUSING, Topic.ESSENTIALS, Topic.OTHER_DEBTS)
# Where nothing may be spent the first band is "none".
_MAY_BE_NONE: Final = frozenset({Topic.HOUSING, Topic.OTHER_DEBTS})
_ID: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Band:
    """Above `above_minor` up to and with `up_to_minor`, None where open. `letter` is the reply that means it.

    The first band begins at zero and holds it; where it also ends there, it is "none".
    """

    letter: str
    above_minor: int
    up_to_minor: int | None


@dataclass(frozen=True, slots=True)
class Bands:
    """The bands of each question in each currency, as one file has them. `digest` is the SHA-256 of the file."""

    id: str
    digest: str
    by_currency: Mapping[str, Mapping[Topic, tuple[Band, ...]]]

    def of(self, currency: str, topic: Topic) -> tuple[Band, ...]:
        """Return the bands of *topic*; none where the amount itself is asked for."""
        return self.by_currency.get(currency, {}).get(topic, ())


def load_bands(raw: bytes, source_name: str) -> Bands:
    """Read a file of bands. Raises BadInput naming *source_name*, the line, the key and what is allowed."""
    document = parse(raw, source_name)
    top = TableReader(document, document.data)
    currencies = set(document.data) - {"id", "reason_en", "reason_zh"}
    top.allow({"id", "reason_en", "reason_zh"}, set(MINOR_DIGITS))
    for key in ("reason_en", "reason_zh"):
        top.text(key)
    by_currency = {
        currency: _topics(TableReader(document, document.data[currency], currency)) for currency in sorted(currencies)
    }
    return Bands(top.text("id", _ID, "sample-bands"), digest_of(raw), by_currency)


def _topics(reader: TableReader) -> Mapping[Topic, tuple[Band, ...]]:
    reader.allow({topic.value for topic in BANDED})
    return {topic: _bands(reader, topic) for topic in BANDED}


def _bands(reader: TableReader, key: str) -> tuple[Band, ...]:
    edges = reader.wholes(key)
    if len(edges) != BANDS - 1:
        raise reader.bad(
            f"needs {BANDS - 1} edges: a text names {BANDS} bands", f"须有 {BANDS - 1} 个界线：短信列 {BANDS} 档", key
        )
    if (edges[0] == 0) != (key in _MAY_BE_NONE):
        raise reader.bad(
            "begins at 0 where nothing may be spent (housing, other_debts), and above it elsewhere",
            "仅 housing 与 other_debts 的首个界线为 0，其余须大于 0",
            key,
        )
    if any(edge % 10 ** MINOR_DIGITS[str(reader.path[0])] for edge in edges):
        raise reader.bad("has an edge with cents; a text shows whole sums", "的界线含角分；短信只显示整数金额", key)
    if list(edges) != sorted(set(edges)) or edges[-1] == 0 or edges[-1] > LARGEST_MINOR:
        raise reader.bad("needs edges that rise and end above zero", "的界线须递增，且最后一个大于零", key)
    above = (0, *edges)
    return tuple(
        Band("ABCDEFGH"[at], above[at], edges[at] if at < len(edges) else None) for at in range(len(edges) + 1)
    )


def answer_band(statement: FinancialStatement, topic: Topic, band: Band) -> FinancialStatement:
    """Return *statement* with *band* as the answer to *topic*, which is one of those that have bands.

    An open band of spending leaves the question open for the figure.
    """
    assert topic in BANDED, "a household has no bands"
    settled = {"skipped": statement.skipped - {topic}, "wants_figure": statement.wants_figure - {topic}}
    if topic is Topic.INCOME:
        payday = statement.income.payday if statement.income else None
        return statement.but(income=Income(band.above_minor, Rhythm.MONTHLY, payday), **settled)
    if band.up_to_minor is None:
        return statement.but(
            **{topic.value: None}, skipped=settled["skipped"], wants_figure=statement.wants_figure | {topic}
        )
    return statement.but(**{topic.value: Cost(band.up_to_minor)}, **settled)
