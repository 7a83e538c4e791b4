"""Read and write the first line of a transcript: the situation, fact by fact, in the words of one language.

One table of phrases serves both directions: `{field}` stands for a field of Situation, written as its codec says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Final

from parley.engine.situation import Situation
from parley.engine.turn import Library
from parley.locale import Language, language_of
from parley.purpose import Actor
from parley.servicing.account import Product

SUM: Final = r"[\d,]+\.\d\d"
_BETWEEN: Final = " · "


@dataclass(frozen=True, slots=True)
class _Codec:
    """How a field reads in a phrase."""

    pattern: str
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str


def minor(text: str) -> int:
    """Return hundredths of a figure written with two decimals; no currency here has another number of them."""
    return int(text.replace(",", "").replace(".", ""))


def figure(amount_minor: int) -> str:
    """Write hundredths with two decimals: 124000 → 1,240.00."""
    return f"{amount_minor // 100:,}.{amount_minor % 100:02d}"


_SUM_FIELD: Final = _Codec(SUM, minor, figure)
_CODECS: Final[Mapping[str, _Codec]] = {
    "jurisdiction": _Codec(r"[a-z]{2}(?:-[a-z]{2,3})?", str.upper, str.lower),
    "locale": _Codec(r"(?:en|zh)(?:-Han[st])?-[A-Z]{2}", str),
    "balance_minor": _SUM_FIELD,
    "currency": _Codec(r"[A-Z]{3}", str),
    "annual_rate_bps": _SUM_FIELD,
    "days_past_due": _Codec(r"\d+", int),
    "arrears_minor": _SUM_FIELD,
    "next_due_minor": _SUM_FIELD,
    "next_due_on": _Codec(r"\S+", date.fromisoformat, date.isoformat),
    "postcode": _Codec(r".+", str),
    "contract_tail": _Codec(r"\w+", str),
    "shared_tail": _Codec(r"\w+", str),
    "after": _Codec(r"\w+", str),
    "policy": _Codec(r"\S+", str),
}


@dataclass(frozen=True, slots=True)
class _Words:
    """The phrases of one language, in the order of a headline. `zip`: what a country calls its postcode."""

    actors: Mapping[Actor, str]
    products: Mapping[Product, str]
    balance: str
    rate: str
    late: str
    not_late: str
    next_due: str
    postcode: str
    contract_tail: str
    shared: str
    proven: Mapping[bool, str]
    after: str
    policy: str
    zip: Mapping[str, str]


_WORDS: Final[Mapping[Language, _Words]] = {
    Language.EN: _Words(
        actors={
            Actor.ORIGINAL_CREDITOR: "original creditor",
            Actor.THIRD_PARTY_COLLECTOR: "third-party collector",
            Actor.DEBT_BUYER: "debt buyer",
        },
        products={Product.CARD: "card", Product.LOAN: "loan", Product.INSTALMENT: "instalment plan"},
        balance="balance {balance_minor} {currency}",
        rate="rate {annual_rate_bps}%",
        late="{days_past_due} days past due: {arrears_minor}",
        not_late="not past due",
        next_due="next due {next_due_minor} on {next_due_on}",
        postcode="postcode {postcode}",
        contract_tail="contract tail {contract_tail}",
        shared="number shared with contract tail {shared_tail}",
        proven={True: "identity proven", False: "identity not proven"},
        after="after {after}",
        policy="policy {policy}",
        zip={"US": "ZIP {postcode}"},
    ),
    Language.ZH_HANS: _Words(
        actors={
            Actor.ORIGINAL_CREDITOR: "原债权人",
            Actor.THIRD_PARTY_COLLECTOR: "第三方催收机构",
            Actor.DEBT_BUYER: "债权受让人",
        },
        products={Product.CARD: "信用卡", Product.LOAN: "贷款", Product.INSTALMENT: "分期"},
        balance="余额 {balance_minor} {currency}",
        rate="年利率 {annual_rate_bps}%",
        late="逾期 {days_past_due} 天：{arrears_minor}",
        not_late="未逾期",
        next_due="下期 {next_due_minor} 于 {next_due_on}",
        postcode="邮编 {postcode}",
        contract_tail="合同尾号 {contract_tail}",
        shared="号码另有借款人共用，合同尾号 {shared_tail}",
        proven={True: "已核实本人", False: "未核实本人"},
        after="此前 {after}",
        policy="策略 {policy}",
        zip={},
    ),
    Language.ZH_HANT: _Words(
        actors={
            Actor.ORIGINAL_CREDITOR: "原債權人",
            Actor.THIRD_PARTY_COLLECTOR: "第三方催收機構",
            Actor.DEBT_BUYER: "債權受讓人",
        },
        products={Product.CARD: "信用卡", Product.LOAN: "貸款", Product.INSTALMENT: "分期付款"},
        balance="餘額 {balance_minor} {currency}",
        rate="年利率 {annual_rate_bps}%",
        late="逾期 {days_past_due} 天：{arrears_minor}",
        not_late="未逾期",
        next_due="下期 {next_due_minor} 於 {next_due_on}",
        postcode="郵遞區號 {postcode}",
        contract_tail="契約末碼 {contract_tail}",
        shared="號碼另有借款人共用，契約末碼 {shared_tail}",
        proven={True: "已驗明本人", False: "未驗明本人"},
        after="此前 {after}",
        policy="政策 {policy}",
        zip={},
    ),
}


def read_headline(line: str, library: Library) -> Situation:
    """Read the facts of a `#` line; what it does not name of a person's codes that person does not have.

    Raises ValueError for a fact nobody knows, and for an actor or a policy that is not the library's: either would
    hold silently.
    """
    facts: dict[str, Any] = {"postcode": "", "contract_tail": ""}
    for part in line.removeprefix("#").split(_BETWEEN.strip()):
        facts.update(_fact(part.strip()))
    for name, ours in (("policy", library.policy.id), ("actor", library.lender.actor)):
        said = facts.pop(name, ours)
        if said != ours:
            raise ValueError(f"the {name} is {ours}, not {said}")
    return replace(Situation(), **facts)


def write_headline(situation: Situation, library: Library) -> str:
    """Return the `#` line of *situation* in the borrower's language."""
    words = _WORDS[language_of(situation.locale)]
    country = situation.jurisdiction.partition("-")[0]
    phrases = [
        "{jurisdiction}",
        words.actors[library.lender.actor],
        "{locale}",
        words.products[situation.product],
        words.balance,
        words.rate,
        words.late if situation.days_past_due else words.not_late,
        words.next_due,
        words.zip.get(country, words.postcode) if situation.postcode else "",
        words.contract_tail if situation.contract_tail else "",
        words.shared if situation.shared_tail else "",
        words.proven[situation.is_proven],
        words.after if situation.after else "",
        words.policy,
    ]
    written = {name: codec.write(getattr(situation, name)) for name, codec in _CODECS.items() if name != "policy"}
    written["policy"] = library.policy.id
    return "# " + _BETWEEN.join(phrase.format_map(written) for phrase in phrases if phrase)


def _fact(part: str) -> dict[str, Any]:
    """Return the fields that one phrase names, in whatever language."""
    if part in _fixed():
        name, value = _fixed()[part]
        return {name: value}
    for pattern in _patterns():
        found = pattern.fullmatch(part)
        if found is not None:
            return {name: _CODECS[name].read(text) for name, text in found.groupdict().items()}
    raise ValueError(f"{part!r} is no fact of a headline")


@cache
def _fixed() -> Mapping[str, tuple[str, object]]:
    """Return the phrases that stand for one value."""
    fixed: dict[str, tuple[str, object]] = {}
    for words in _WORDS.values():
        fixed |= {phrase: ("actor", actor) for actor, phrase in words.actors.items()}
        fixed |= {phrase: ("product", product) for product, phrase in words.products.items()}
        fixed |= {phrase: ("is_proven", proven) for proven, phrase in words.proven.items()}
        fixed[words.not_late] = ("days_past_due", 0)
    return fixed


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Return the phrases with fields as patterns with a group for each field."""
    phrases = ["{jurisdiction}", "{locale}"]
    for words in _WORDS.values():
        phrases += [words.balance, words.rate, words.late, words.next_due, *words.zip.values()]
        phrases += [words.postcode, words.contract_tail, words.shared, words.after, words.policy]
    return tuple(re.compile(re.sub(r"\\{(\w+)\\}", _group, re.escape(phrase))) for phrase in phrases)


def _group(found: re.Match[str]) -> str:
    return f"(?P<{found[1]}>{_CODECS[found[1]].pattern})"
