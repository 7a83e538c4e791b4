"""A first map for a file, from its headings and values: what each column is, how sure that is, what only people know.

What is not certain is said beside the line; what decides and cannot be told (whose law, which day of 03/04/2026) is not
guessed: its line waits for an answer, and the map does not run before it has one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import Any, Final

from parley.run.importing.fillers import places
from parley.run.importing.fits import Fit, fit
from parley.run.importing.headings import EXACT, Country, countries, match, plain, words_of
from parley.run.importing.rows import Kind, Target, Type, targets_of
from parley.run.importing.table import Table
from parley.run.importing.written import inline, quoted
from parley.store.importing import Sentence

SAMPLE_ROWS: Final = 500
# Fields that stand for made-up data, or that no heading names.
_NOT_SUGGESTED: Final = frozenset({"is_synthetic", "history", "is_rate_assumed", "minimum_percent_bps"})
# Fields that a map may lack and that a lender must hear of.
MISSED: Final = {
    "phone": Sentence("No column of numbers: nobody can be written to.", "没有电话号码列：无法发送短信。"),
    "next_due_on": Sentence("No due date: no reminder will be sent.", "没有应还日：不会发送还款提醒。"),
}
# What makes a row itself, where one field does; "" where several do together.
_KEYS: Final = {
    Kind.ACCOUNTS: "reference",
    Kind.PAYMENTS: "key",
    Kind.TRANSACTIONS: "key",
    Kind.LIMITS: "",
    Kind.CONSENTS: "",
    Kind.DO_NOT_CONTACT: "",
}
UNPROVEN: Final = Sentence(
    "Neither postcode nor end of the contract number: identity cannot be proven by text, so no debt facts are told.",
    "没有邮政编码或合同号末几位：无法通过短信核实本人，不会告知债务信息。",
)
_HALF: Final = 2
_MOST: Final = 10


class Sureness(StrEnum):
    """How sure it is that a column fills a field."""

    SURE = "sure"
    LIKELY = "likely"
    GUESS = "guess"


_SURENESS: Final = {
    Sureness.SURE: Sentence("sure: heading and values agree", "确定：列名与取值均相符"),
    Sureness.LIKELY: Sentence("likely", "很可能"),
    Sureness.GUESS: Sentence("a guess: look closely", "猜测：请仔细核对"),
}


@dataclass(frozen=True, slots=True)
class Pick:
    """A column for a field: what the map says, how well heading and values fit."""

    target: Target
    column: int
    heading: int
    fit: Fit
    options: Mapping[str, Any]

    @property
    def score(self) -> int:
        """Rank picks: the heading counts more than the values."""
        share = self.fit.fits * EXACT // self.fit.of if self.fit.of else 0
        return self.heading * 2 + share

    @property
    def sureness(self) -> Sureness:
        """How sure it is."""
        fits_all = self.fit.of > 0 and self.fit.fits == self.fit.of
        fits_most = self.fit.fits * _MOST >= self.fit.of * (_MOST - 1)
        if self.heading == EXACT and fits_all:
            return Sureness.SURE
        return Sureness.LIKELY if fits_most and self.heading else Sureness.GUESS


class Suggestion:
    """The map being made for one file: a column for each field it knows one for, and what the first rows hold."""

    def __init__(self, table: Table, kind: Kind, file_name: str, *, chinese: bool = False) -> None:
        self._table, self._kind, self._file_name, self._chinese = table, kind, file_name, chinese
        self._targets = targets_of(kind)
        self.sample = tuple(islice(table.records(), SAMPLE_ROWS))
        # What the first rows hold in each column, blanks left out.
        self.values = [
            [one.cells[index].strip() for one in self.sample if index < len(one.cells) and one.cells[index].strip()]
            for index in range(len(table.header))
        ]
        self.picks = self._choose()
        self._decide_region()
        self._country = self._find_country()

    def text(self) -> str:
        """Return the map as TOML."""
        fields = [line for target in self._targets.values() for line in self._field(target)]
        needed = sum(line.startswith(("# NEEDED", "# ASKED")) for line in fields)
        lines = [*self._top(needed), "", "[fields]", *fields, *self._unused(), ""]
        return "\n".join(_printed(line) if line.startswith("#") else line for line in lines)

    def _say(self, en: str, zh: str) -> str:
        return zh if self._chinese else en

    def _top(self, needed: int) -> Iterator[str]:
        manner = self._table.manner
        yield "# " + self._say(
            f"Suggested from {self._file_name}. Read each line before you import with it.",
            f"根据 {self._file_name} 建议。导入前请逐行核对。",
        )
        if needed:
            yield "# " + self._say(
                f"{needed} answers are needed: look for NEEDED and ASKED.",
                f"需要补充 {needed} 处：请查找 NEEDED 与 ASKED。",
            )
        yield f'kind = "{self._kind}"'
        if manner.encoding and manner.encoding != "utf-8":
            yield f"encoding = {quoted(manner.encoding)}"
        if manner.delimiter not in {"", ","}:
            yield f"delimiter = {quoted(manner.delimiter)}"
        if len(manner.sheets) > 1:
            yield f"sheet = {quoted(manner.sheet)}"
        if self._table.header_row > 1:
            yield f"header_row = {self._table.header_row}"

    def _field(self, target: Target) -> Iterator[str]:
        pick = self.picks.get(target.name)
        if pick is not None:
            yield from self._found(pick)
        elif target.name == "zones":
            yield "# " + self._say(
                "Every zone of the jurisdiction counts; messages leave when it is day in all of them.",
                "按法域的全部时区计算，须在所有时区的允许时段内才发送。",
            )
            yield 'zones = { from = "jurisdiction" }'
        elif target.is_required:
            yield from self._needed(target)
        elif target.name in MISSED:
            yield f"# {self._say(*MISSED[target.name])} {target.name}"
        elif target.name == "contract_tail" and "postcode" not in self.picks:
            yield f"# {self._say(*UNPROVEN)} postcode, contract_tail"

    def _found(self, pick: Pick) -> Iterator[str]:
        found = pick.fit
        counted = self._say(f"{found.fits} of {found.of} values fit", f"{found.of} 个值中 {found.fits} 个符合")
        yield f"# {self._say(*_SURENESS[pick.sureness])} · {counted}"
        for note in found.notes:
            yield f"# {self._say(*note)}"
        for asked in found.asks:
            yield f"# ASKED {self._say(*asked)}"
        yield f"{pick.target.name} = {inline(pick.options)}"

    def _needed(self, target: Target) -> Iterator[str]:
        """Say what is missing, with one constant for all rows as an example of how to give it."""
        yield f"# NEEDED {self._say(target.en, target.zh)} " + self._say(
            'One value for all rows as below, or { column = "…" }.', '可如下为所有行写同一个值，或写 { column = "…" }。'
        )
        yield f"# {target.name} = {inline({'value': self.example(target) or '…'})}"

    def example(self, target: Target) -> str | int | None:
        """Return a value that all rows might have, a proposal; None for a field that each row has its own of."""
        country = self._country
        told = {
            "language": country.language if country else "en",
            "jurisdiction": country.jurisdiction if country else "US-CA",
            "currency": country.currency if country else "USD",
            "product_kind": "card" if "credit_limit" in self.picks else "loan",
            "product": "card-1" if "credit_limit" in self.picks else "loan-1",
        }
        if target.name in told:
            return told[target.name]
        return 18 if target.type is Type.RATE else None

    def _unused(self) -> Iterator[str]:
        used = {pick.column for pick in self.picks.values()}
        names = [name for index, name in enumerate(self._table.header) if index not in used and name]
        if names:
            yield ""
            yield "# " + self._say(f"Not used: {', '.join(names)}", f"未使用的列：{'、'.join(names)}")

    def _choose(self) -> dict[str, Pick]:
        """Give each field the column that fits it best, the surest first; a column serves one field."""
        wanted = [target for target in self._targets.values() if target.name not in _NOT_SUGGESTED]
        every = [
            pick
            for index, heading in enumerate(self._table.header)
            if heading
            for target in wanted
            if (pick := self._pick(target, index, heading)) is not None
        ]
        chosen: dict[str, Pick] = {}
        taken: set[int] = set()
        for pick in sorted(every, key=lambda one: (-one.score, one.column)):
            if pick.target.name not in chosen and pick.column not in taken:
                chosen[pick.target.name] = pick
                taken.add(pick.column)
        return chosen

    def _pick(self, target: Target, index: int, heading: str) -> Pick | None:
        named, values = match(heading, self._kind, target.name), self.values[index]
        # A number of a person shows itself whatever stands above it.
        if not named and target.type is not Type.PHONE:
            return None
        if target.name == "jurisdiction":
            return self._place(target, index, heading, named)
        if target.name == _KEYS[self._kind] and len(set(values)) * _MOST < len(values) * (_MOST - 1):
            # Two rows of one key are one row too many, so a column that says the same again and again is another.
            return None
        found = fit(target, values, is_expense=self._kind is Kind.TRANSACTIONS)
        is_fitting = found.fits * _HALF >= found.of and (found.of > 0 or named == EXACT)
        # Days that no form reads still have their column: why they do not fit is what must be said.
        if not is_fitting and not (named == EXACT and found.notes):
            return None
        if not named and found.fits * _MOST < found.of * (_MOST - 1):
            return None
        return Pick(target, index, named, found, {"column": heading, **found.options})

    def _place(self, target: Target, index: int, heading: str, named: int) -> Pick | None:
        """Take codes of jurisdictions as they are, states of the United States with their country before them."""
        values = self.values[index]
        known = places().zones
        states = sum(f"US-{value}" in known for value in values)
        codes = sum(value in known or ("-" in value and value.partition("-")[0] in known) for value in values)
        if values and codes == len(values):
            return Pick(target, index, named, Fit(codes, len(values)), {"column": heading})
        if values and states * _MOST >= len(values) * (_MOST - 1) and not set(heading) & set("{}"):
            return Pick(target, index, named, Fit(states, len(values)), {"template": f"US-{{{heading}}}"})
        return None

    def _decide_region(self) -> None:
        """Let the place or the currency decide where numbers fit two countries alike."""
        phone, place = self.picks.get("phone"), self._find_country()
        if phone is not None and place is not None and place.code in phone.fit.either:
            found = replace(phone.fit, asks=())
            options = {**phone.options, "region": place.code}
            self.picks["phone"] = replace(phone, fit=found, options=options)

    def _find_country(self) -> Country | None:
        """Return the country that numbers, else places, else the currency, point to; None where none does."""
        every = countries()
        phone = self.picks.get("phone")
        if phone is not None and phone.options.get("region") in every:
            return every[str(phone.options["region"])]
        place = self.picks.get("jurisdiction")
        if place is not None:
            lands = {"US"} if "template" in place.options else {one[:2] for one in self.values[place.column]}
            if len(lands) == 1 and lands <= set(every):
                return every[lands.pop()]
        codes = self._currencies()
        found = [country for country in every.values() if {country.currency} == codes]
        return found[0] if len(found) == 1 else None

    def _currencies(self) -> set[str]:
        """Return the currencies that their column names, or else the signs of the amounts."""
        pick = self.picks.get("currency")
        if pick is not None:
            table = dict(pick.options.get("table", {}))
            return {str(table.get(one, one)) for one in self.values[pick.column]}
        signs = {str(one.options["sign"]) for one in self.picks.values() if "sign" in one.options}
        return {words_of("currency").get(plain(sign), "") for sign in signs}


def suggest(table: Table, kind: Kind, file_name: str, *, chinese: bool) -> str:
    """Return a map for *table* as TOML, with comments in one language. Holds no value of a person."""
    return Suggestion(table, kind, file_name, chinese=chinese).text()


def _printed(comment: str) -> str:
    """Return a comment that stays one: a heading in it may hold the end of a line."""
    return "".join(one if one.isprintable() else " " for one in comment)
