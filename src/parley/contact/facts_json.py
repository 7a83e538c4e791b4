"""Keep what a decision was made from, as plain values, so that it can be made again to the byte; and read it back.

A field is written by its declared type and left out where it holds its default, so a fact that rules begin to look at
is kept without a line here. Accounts and addresses are only ever compared: they are kept as numbers of their own,
which lead to no row. What is left (days, states, instants of contacts) stands unsealed in other tables too.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Any, Final, NamedTuple, Union, get_args, get_origin, get_type_hints

from parley.contact.facts import ContactFacts
from parley.contact.prepare import GateSettings
from parley.errors import HomeUnusable

_FACTS: Final = "facts"
_GATE: Final = "gate"


def facts_to_json(facts: ContactFacts, settings: GateSettings) -> dict[str, Any]:
    """Return everything `gate.decide` was told but the rulebook, fit for JSON."""
    return {_FACTS: _writer(ContactFacts)(_numbered(facts)), _GATE: _writer(GateSettings)(settings)}


def facts_from_json(kept: Mapping[str, Any]) -> tuple[ContactFacts, GateSettings]:
    """Return what `facts_to_json` was given. Raises HomeUnusable for what this version cannot read."""
    try:
        return _reader(ContactFacts)(kept[_FACTS]), _reader(GateSettings)(kept[_GATE])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise HomeUnusable(
            "The facts of a stored decision cannot be read: another version wrote them, or they were changed outside "
            "Parley. Run `parley audit verify`.",
            "无法读取某项已存决定的事实：可能由其他版本写入，或在 Parley 之外被改动。请运行 `parley audit verify`。",
        ) from None


def _numbered(facts: ContactFacts) -> ContactFacts:
    """Return *facts* with accounts and addresses numbered in the order they appear; None stays: it is not known."""
    accounts: dict[str, str] = {}
    addresses: dict[str, str] = {}

    def number(known: dict[str, str], name: str | None) -> str | None:
        return None if name is None else known.setdefault(name, str(len(known) + 1))

    return replace(
        facts,
        account=number(accounts, facts.account),
        address=number(addresses, facts.address),
        history=tuple(
            replace(one, account=number(accounts, one.account), address=number(addresses, one.address))
            for one in facts.history
        ),
        opt_outs=tuple(replace(one, address=number(addresses, one.address)) for one in facts.opt_outs),
    )


class _Form(NamedTuple):
    """How values of one type are written and read back."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _same(value: Any) -> Any:  # noqa: ANN401 - a value of JSON
    return value


_PLAIN: Final[dict[object, _Form]] = {
    str: _Form(_same, _same),
    int: _Form(_same, _same),
    bool: _Form(_same, _same),
    type(None): _Form(_same, _same),
    datetime: _Form(datetime.isoformat, datetime.fromisoformat),
    date: _Form(date.isoformat, date.fromisoformat),
    Fraction: _Form(str, Fraction),
}


def _writer(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - a type as an annotation states it
    return _form(kind).write


def _reader(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - a type as an annotation states it
    return _form(kind).read


@cache
def _form(kind: Any) -> _Form:  # noqa: ANN401 - a type as an annotation states it
    """Return how a type is written: plain values, closed sets, dataclasses, and tuples, sets and tables of them."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _optional(kind)
    if origin is tuple:
        return _tuple(parts)
    if origin is frozenset:
        one = _form(parts[0])
        return _Form(lambda values: sorted(map(one.write, values)), lambda values: frozenset(map(one.read, values)))
    if origin is not None and issubclass(origin, Mapping):
        key, value = map(_form, parts)
        return _Form(
            lambda table: {key.write(name): value.write(held) for name, held in table.items()},
            lambda table: {key.read(name): value.read(held) for name, held in table.items()},
        )
    if is_dataclass(kind):
        return _record(kind)
    assert issubclass(kind, StrEnum), f"{kind} has no form that is kept"
    return _Form(lambda member: member.value, kind)


def _optional(kind: Any) -> _Form:  # noqa: ANN401 - as above
    others = [part for part in get_args(kind) if part is not type(None)]
    assert len(others) == 1, f"{kind} is more than one type or None"
    one = _form(others[0])
    return _Form(
        lambda value: None if value is None else one.write(value),
        lambda value: None if value is None else one.read(value),
    )


def _tuple(parts: tuple[Any, ...]) -> _Form:
    """Return the form of a tuple: of any length of one type, or of as many types as it has places."""
    if len(parts) > 1 and parts[1] is ...:
        one = _form(parts[0])
        return _Form(lambda values: [one.write(value) for value in values], lambda values: tuple(map(one.read, values)))
    each = [_form(part) for part in parts]
    return _Form(
        lambda values: [form.write(value) for form, value in zip(each, values, strict=True)],
        lambda values: tuple(form.read(value) for form, value in zip(each, values, strict=True)),
    )


def _record(kind: Any) -> _Form:  # noqa: ANN401 - a dataclass
    hints = get_type_hints(kind)
    parts = [(one.name, _form(hints[one.name]), _default(one)) for one in fields(kind)]
    forms = {name: form for name, form, _ in parts}

    def write(record: object) -> dict[str, Any]:
        held = [(name, form, getattr(record, name), usual) for name, form, usual in parts]
        return {name: form.write(value) for name, form, value, usual in held if value != usual}

    def read(table: Mapping[str, Any]) -> object:
        return kind(**{name: forms[name].read(value) for name, value in table.items()})

    return _Form(write, read)


def _default(field: Field[Any]) -> object:
    """Return what a field holds where nothing is said; MISSING, which no value equals, where it must be said."""
    return field.default_factory() if field.default_factory is not MISSING else field.default
