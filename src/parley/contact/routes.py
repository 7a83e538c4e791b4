"""Which route carries a text? By the number's country and prefix, the purpose, the language, cost and health. Pure.

The file `routes.toml` of a home names the routes; its order decides between those of one cost. What no route serves is
not sent: a country that nobody named, a number that takes no texts or makes somebody rich (SMS pumping).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final, TypeVar

import phonenumbers
from phonenumbers import PhoneNumberType as Kind

from parley.contact.number_lookup import TAKES_NO_TEXTS as NO_TEXTS
from parley.contact.number_lookup import LineType
from parley.ids import Msisdn
from parley.locale import Language
from parley.purpose import Purpose
from parley.rulebook.document import read_document, tables_of
from parley.rulebook.fields import Fields

E = TypeVar("E", bound=StrEnum)

FILE: Final = "routes.toml"
ALL: Final = "all"
NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,19}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_NETWORK: Final = re.compile(r"\d{3}-\d{2,3}")
_NUMBER: Final = re.compile(r"\+[1-9]\d{7,14}", re.ASCII)
LONGEST_OWNER_CHARS: Final = 60
_PREFIX: Final = re.compile(r"\+[1-9]\d{0,10}")
# A text to one of these costs whoever sends it more than carriage, or is read aloud to whoever picks up, or reaches no
# telephone at all. Where a plan does not tell a fixed line from a mobile, it may be one.
TAKES_NO_TEXTS: Final = frozenset(
    {
        Kind.PREMIUM_RATE,
        Kind.SHARED_COST,
        Kind.TOLL_FREE,
        Kind.UAN,
        Kind.VOICEMAIL,
        Kind.PAGER,
        Kind.FIXED_LINE,
    }
)


class Health(IntEnum):
    """How a route is: well, one that delivers less than it did, or one that takes nothing now."""

    WELL = 0
    POOR = 1
    DOWN = 2


class NoRoute(StrEnum):
    """Why no route carries a text; the last three pass with time."""

    TAKES_NO_TEXTS = "number_takes_no_texts"
    COUNTRY = "country_not_served"
    NOT_CARRIED = "no_route_for_it"
    DOWN = "routes_down"
    FULL = "routes_full"
    BUDGET = "prefix_budget_spent"


@dataclass(frozen=True, slots=True)
class Line:
    """One route: its name, which is the carrier's in the ledger, and its kind, which rules know.

    Units: `cost_per_segment_micro` millionths of the route's currency, `per_second` messages (0: what the kind says).
    Empty `countries` serves any (the sandbox alone); empty `prefixes` all numbers of its countries. `networks`: only
    numbers that a look-up found on one of them; a number of which nothing was found is on none. `given`: the kind's
    own keys with their values and lines.
    """

    name: str
    kind: str
    countries: frozenset[str]
    prefixes: tuple[str, ...]
    purposes: frozenset[Purpose]
    languages: frozenset[Language]
    cost_per_segment_micro: int
    networks: frozenset[str] = frozenset()
    per_second: int = 0
    burst: int = 100
    given: Mapping[str, tuple[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    at_line: int = 1

    def reaches(self, number: Msisdn) -> bool:
        """Say whether *number* is in a country and under a prefix that it is for."""
        return (not self.countries or country_of(number) in self.countries) and (
            not self.prefixes or number.e164.startswith(self.prefixes)
        )

    def serves(self, to: To) -> bool:
        """Say whether it carries such a text at all."""
        return (
            (not self.countries or to.country in self.countries)
            and (not self.prefixes or to.number.e164.startswith(self.prefixes))
            and (not self.networks or to.network in self.networks)
            and to.purpose in self.purposes
            and to.language in self.languages
        )


@dataclass(frozen=True, slots=True)
class Budget:
    """The most messages an hour, over all routes, to numbers that begin so; the longest prefix counts."""

    prefix: str
    per_hour: int


@dataclass(frozen=True, slots=True)
class ListedNumber:
    """A telephone of the lender's own staff that test messages may go to, and whose it is."""

    number: Msisdn
    owner: str


@dataclass(frozen=True, slots=True)
class To:
    """Whom a text is for, and what it is. `country`: of the number, ISO 3166; empty where its plan does not say.

    `network`, `line`: what a look-up found of the number, where one did, not long ago.
    """

    number: Msisdn
    country: str
    purpose: Purpose
    language: Language
    network: str = ""
    line: LineType | None = None


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes of a deployment in the order of its file, and its budgets, the longest prefix first.

    `test_numbers`: the only ones that test messages go to.
    """

    lines: tuple[Line, ...]
    budgets: tuple[Budget, ...] = ()
    test_numbers: tuple[ListedNumber, ...] = ()

    @property
    def is_single(self) -> bool:
        """Whether there is one route for everything, so that nothing is asked of a number."""
        return len(self.lines) == 1 and not self.lines[0].countries

    def line(self, name: str) -> Line | None:
        """Return the route called *name*."""
        return next((line for line in self.lines if line.name == name), None)

    def to(
        self, number: Msisdn, purpose: Purpose, language: Language, network: str = "", line: LineType | None = None
    ) -> To:
        """Return whom a text is for, as routes tell numbers apart; *network* and *line* where a look-up found them."""
        return To(number, "" if self.is_single else country_of(number), purpose, language, network, line)

    def candidates(self, to: To, health: Mapping[str, Health], full: Iterable[str] = ()) -> Sequence[Line] | NoRoute:
        """Return the routes that may carry the text now, the best first: well before poor, then cheap before dear.

        *full*: the names of routes that take nothing more at this moment; a text waits for them rather than go dearer.
        """
        if to.line in NO_TEXTS or (not self.is_single and takes_no_texts(to.number)):
            return NoRoute.TAKES_NO_TEXTS
        serving = [line for line in self.lines if line.serves(to)]
        if not serving:
            is_served = any(not line.countries or to.country in line.countries for line in self.lines)
            return NoRoute.NOT_CARRIED if is_served else NoRoute.COUNTRY
        up = [line for line in serving if health.get(line.name, Health.WELL) is not Health.DOWN]
        if not up:
            return NoRoute.DOWN
        best = sorted(up, key=lambda line: (health.get(line.name, Health.WELL), line.cost_per_segment_micro))
        taken = frozenset(full)
        return NoRoute.FULL if best[0].name in taken else [line for line in best if line.name not in taken]

    def kinds(self, country: str, purpose: Purpose) -> tuple[str, ...]:
        """Return the kinds of carrier by which a text of *purpose* may leave for *country*, the cheapest first."""
        cheapest = sorted(self.lines, key=lambda line: line.cost_per_segment_micro)
        serving = [line for line in cheapest if purpose in line.purposes and _is_served(line, country)]
        return tuple(dict.fromkeys(line.kind for line in serving))

    def budget_of(self, number: Msisdn) -> Budget | None:
        """Return the budget that a message to *number* counts for."""
        return next((one for one in self.budgets if number.e164.startswith(one.prefix)), None)


def single(kind: str, cost_per_segment_micro: int, per_second: int = 0, burst: int = 100) -> Routes:
    """Return one route for everything, called like its kind: that of a home without a file of routes."""
    line = Line(
        *(kind, kind, frozenset(), (), frozenset(Purpose), frozenset(Language), cost_per_segment_micro),
        per_second=per_second,
        burst=burst,
    )
    return Routes((line,))


@lru_cache(maxsize=65_536)
def country_of(number: Msisdn) -> str:
    """Return the country of *number* by its plan, ISO 3166; of a plan that several share, the one it says; else ""."""
    try:
        parsed = phonenumbers.parse(number.e164)
    except phonenumbers.NumberParseException:
        return ""
    return str(phonenumbers.region_code_for_number(parsed) or "")


@lru_cache(maxsize=65_536)
def takes_no_texts(number: Msisdn) -> bool:
    """Say whether *number* is of a kind that takes no texts, or makes its sender pay; see TAKES_NO_TEXTS."""
    try:
        parsed = phonenumbers.parse(number.e164)
    except phonenumbers.NumberParseException:
        return True
    return phonenumbers.number_type(parsed) in TAKES_NO_TEXTS


def read_routes(content: bytes, path: str = FILE) -> Routes:
    """Return the routes of a file. Raises BadInput with file and line where it does not hold together or is empty."""
    top = read_document(path, content)
    lines: list[Line] = []
    for table in tables_of(top, "route"):
        line = _line(table)
        if any(line.name == other.name for other in lines):
            table.fail("name", f"route {line.name!r} is given twice", f"通道 {line.name!r} 重复")
        lines.append(line)
    if not lines:
        top.fail("route", "it names no [[route]]; see docs/routes.md", "没有 [[route]]；见 docs/routes.md")
    budgets = [_budget(table) for table in tables_of(top, "budget")]
    numbers = _test_numbers(top)
    top.finish()
    return Routes(tuple(lines), tuple(sorted(budgets, key=lambda one: (-len(one.prefix), one.prefix))), numbers)


def read_test_numbers(content: bytes, path: str = FILE) -> tuple[ListedNumber, ...]:
    """Return the numbers for test messages of a file, whatever routes it names; none of an empty one.

    Raises BadInput with file and line where one does not hold together.
    """
    return _test_numbers(read_document(path, content)) if content else ()


def _line(table: Fields) -> Line:
    name = table.text("name")
    if NAME.fullmatch(name) is None:
        table.fail(
            "name",
            "a route is named by 1 to 20 small letters, figures and dashes, such as twilio-us",
            "通道名由 1 至 20 个小写字母、数字和连字符组成，例如 twilio-us",
        )
    countries = table.words("countries")
    if not countries or any(_COUNTRY.fullmatch(one) is None for one in countries):
        table.fail(
            "countries",
            "name the countries it serves by code, such as ['GB', 'IE']; what nobody named is not served",
            "请以代码列出所服务的国家或地区，例如 ['GB', 'IE']；未列出者不予发送",
        )
    prefixes = table.words("prefixes") if table.has("prefixes") else frozenset()
    if any(_PREFIX.fullmatch(one) is None for one in prefixes):
        table.fail("prefixes", "a prefix is + and figures, such as '+4477'", "号段为 + 加数字，例如 '+4477'")
    networks = table.words("networks") if table.has("networks") else frozenset()
    if any(_NETWORK.fullmatch(one) is None for one in networks):
        table.fail("networks", "a network is a code such as '310-410'", "网络为代码，例如 '310-410'")
    line = Line(
        name=name,
        kind=table.text("kind"),
        countries=countries,
        prefixes=tuple(sorted(prefixes)),
        purposes=_words(table, "purposes", Purpose),
        languages=_words(table, "languages", Language),
        cost_per_segment_micro=_count(table, "cost_per_segment_micro", 10_000_000),
        networks=networks,
        per_second=_count(table, "per_second", 10_000) if table.has("per_second") else 0,
        burst=(table.number("burst", 1, 100_000) or 100) if table.has("burst") else 100,
        given=_given(table),
        at_line=table.first_line,
    )
    table.finish()
    return line


def _given(table: Fields) -> Mapping[str, tuple[str, int]]:
    """Return the keys of the kind, each with its value as text and its line."""
    inner = table.sub("with")
    found: dict[str, tuple[str, int]] = {}
    for key in inner.table:
        value = inner.get(key)
        if isinstance(value, bool):
            value = "true" if value else "false"
        if not isinstance(value, str | int):
            inner.fail(key, f"{key} is a text, a whole number, true or false", f"{key} 应为文本、整数、true 或 false")
        found[key] = (str(value), inner.line_of(key))
    return MappingProxyType(found)


def _budget(table: Fields) -> Budget:
    prefix = table.text("prefix")
    if _PREFIX.fullmatch(prefix) is None:
        table.fail("prefix", "a prefix is + and figures, such as '+4477'", "号段为 + 加数字，例如 '+4477'")
    per_hour = table.number("per_hour", 1, 10_000_000)
    if per_hour is None:
        table.fail("per_hour", "per_hour is missing", "缺少 per_hour")
    table.finish()
    return Budget(prefix, per_hour)


def _test_numbers(top: Fields) -> tuple[ListedNumber, ...]:
    found: list[ListedNumber] = []
    for table in tables_of(top, "test_number"):
        told, owner = table.text("number"), table.text("owner").strip()
        if _NUMBER.fullmatch(told) is None or takes_no_texts(Msisdn(told)):
            # The number is not repeated: it is somebody's.
            table.fail(
                "number",
                "number is a mobile number in international form: + and 8 to 15 figures",
                "number 为国际格式的手机号码：+ 加 8 至 15 位数字",
            )
        if not owner or len(owner) > LONGEST_OWNER_CHARS or not owner.isprintable():
            most = LONGEST_OWNER_CHARS
            table.fail("owner", f"owner is 1 to {most} characters on one line", f"owner 为单行 1 至 {most} 个字符")
        if any(owner == other.owner for other in found):
            table.fail("owner", f"owner {owner!r} is given twice", f"owner {owner!r} 重复")
        table.finish()
        found.append(ListedNumber(Msisdn(told), owner))
    return tuple(found)


def _words(table: Fields, key: str, kinds: type[E]) -> frozenset[E]:
    """Return words of a closed set; absent or `all`: every one."""
    if not table.has(key):
        return frozenset(kinds)
    words = table.words(key)
    if words == {ALL}:
        return frozenset(kinds)
    return table.some_of(key, kinds)


def _count(table: Fields, key: str, most: int) -> int:
    number = table.number(key, 0, most)
    if number is None:
        table.fail(key, f"{key} is missing", f"缺少 {key}")
    return number


def _is_served(line: Line, country: str) -> bool:
    return not line.countries or country.split("-", maxsplit=1)[0] in line.countries
