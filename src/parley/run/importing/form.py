"""A map as a form: one line for each field, with what the first rows say about it; and answers written into the map.

The map's text stays the one truth. What only the text can say (templates, draws) the form shows and leaves as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from parley.contact.places import zones_of
from parley.money import MINOR_DIGITS
from parley.run.importing import convert
from parley.run.importing.choices import DEFAULTS, choices_of, words_for
from parley.run.importing.fillers import Filler, Line, MapFault, places
from parley.run.importing.fits import ASKED, fit
from parley.run.importing.mapping import MapFile, compile_each
from parley.run.importing.masks import mask_cell
from parley.run.importing.reasons import BadCell
from parley.run.importing.rows import Kind, Target, Type, targets_of
from parley.run.importing.source import Record
from parley.run.importing.suggest import MISSED, UNPROVEN, Suggestion
from parley.run.importing.table import Table
from parley.run.importing.written import inline, quoted, write_map
from parley.store.importing import Answer, Choice, Filling, FormLine, MapForm, Meaning, Sentence, Wanting

# Cells shown for a column.
_SHOWN: Final = 3
# A column of more words than these says something else than a word of a closed set.
_MOST_WORDS: Final = 12
_CLOSED: Final = frozenset({Type.WORD, Type.BOOLEAN, Type.CURRENCY})
_NOWHERE: Final = Sentence(
    "Parley knows no place of this code, so nothing would be sent there. Write a code such as US-CA, GB or CN.",
    "没有该地区代码，将不会发送。请填写如 US-CA、GB、CN 的代码。",
)


@dataclass(slots=True)
class _Tried:
    """What became of the first rows in one field."""

    looked_at: int = 0
    refused: int = 0
    why: str = ""


@dataclass(slots=True)
class _Columns:
    """What is known of the file while its form is made."""

    table: Table
    kind: Kind
    suggestion: Suggestion
    fields: Mapping[str, Any]
    fillers: Mapping[str, Filler | MapFault]
    tried: dict[str, _Tried] = field(default_factory=dict)

    def index(self, name: object) -> int:
        """Return the place of a column, -1 where there is none of this name."""
        header = self.table.header
        return header.index(str(name)) if name in header else -1


def form_of(table: Table, map_file: MapFile) -> MapForm:
    """Return *map_file* as a form over *table*. Raises BadInput where the map is wrong as a whole."""
    kind, fields = map_file.kind, map_file.document.data["fields"]
    known = _Columns(table, kind, Suggestion(table, kind, ""), fields, compile_each(map_file, table.header))
    known.tried = _try(known)
    lines = tuple(_line(target, known) for target in targets_of(kind).values())
    used = {line.column for line in lines}
    told = " ".join(line.other for line in lines)
    unused = [
        name
        for index, name in enumerate(table.header)
        if name and index not in used and f"{{{name}}}" not in told and quoted(name) not in told
    ]
    return MapForm(table.header, lines, tuple(unused))


def answered(table: Table, map_file: MapFile, answers: Mapping[str, Answer]) -> str:
    """Return the map's text with *answers* in it, whole or not. Fields that nobody answered stay as they are."""
    data, kind = dict(map_file.document.data), map_file.kind
    suggestion = Suggestion(table, kind, "")
    fields = {}
    for target in targets_of(kind).values():
        told = data["fields"].get(target.name)
        answer = answers.get(target.name)
        if answer is not None:
            told = _told(target, told, answer, suggestion, table.header, kind)
        if told is not None:
            fields[target.name] = told
    return write_map({**data, "kind": str(kind), "fields": fields})


# --- from the map to the form ---


def _line(target: Target, known: _Columns) -> FormLine:
    options = known.fields.get(target.name)
    given = options if isinstance(options, dict) else {}
    filling = _filling(options)
    column = known.index(given.get("column")) if filling is Filling.COLUMN else -1
    values = known.suggestion.values[column] if column >= 0 else []
    pick = known.suggestion.picks.get(target.name)
    is_suggested = pick is not None and pick.column == column
    tried = known.tried.get(target.name, _Tried())
    meanings = tuple(_meanings(target, given, values)) if column >= 0 else ()
    choices = choices_of(target, given, values) if column >= 0 else ()
    wants, problem = _wants(target, options, choices, known)
    return FormLine(
        field=target.name,
        is_required=target.is_required,
        filling=filling,
        column=column,
        value=_shown_value(given.get("value", "")),
        words=words_for(target),
        is_closed=target.type in {Type.WORD, Type.BOOLEAN},
        example=str(known.suggestion.example(target) or "") if target.is_required else "",
        other=inline(given) if filling is Filling.OTHER else "",
        choices=choices,
        meanings=meanings,
        meaning_words=words_for(target) if meanings else (),
        shown=tuple(map(mask_cell, list(dict.fromkeys(values))[:_SHOWN])),
        sureness=str(pick.sureness) if pick is not None and is_suggested else "",
        notes=tuple(_notes(target, filling, given, values, known)),
        looked_at=tried.looked_at,
        refused=tried.refused,
        why=tried.why,
        wants=wants,
        problem=problem,
    )


def _filling(options: object) -> Filling:
    if options is None:
        return Filling.NONE
    if isinstance(options, dict) and "column" in options and "fill" not in options:
        return Filling.COLUMN
    if isinstance(options, dict) and set(options) == {"value"}:
        return Filling.VALUE
    return Filling.OTHER


def _shown_value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _wants(
    target: Target, options: object, choices: tuple[Choice, ...], known: _Columns
) -> tuple[Wanting, Sentence | None]:
    if options is None or options == {"value": ""}:
        return (Wanting.VALUE if target.is_required else Wanting.NOTHING), None
    if any(choice.value == ASKED for choice in choices):
        return Wanting.CHOICE, None
    fault = known.fillers.get(target.name)
    if isinstance(fault, MapFault):
        return Wanting.CORRECTION, Sentence(f"{fault.en}.", f"{fault.zh}。")
    return Wanting.NOTHING, None


def _notes(
    target: Target, filling: Filling, given: Mapping[str, Any], values: list[str], known: _Columns
) -> Iterator[Sentence]:
    if filling is Filling.NONE and known.kind is Kind.ACCOUNTS:
        if target.name in MISSED:
            yield MISSED[target.name]
        if target.name == "postcode" and "contract_tail" not in known.fields:
            yield UNPROVEN
    if filling is Filling.COLUMN and target.type not in _CLOSED:
        yield from fit(target, values, is_expense=known.kind is Kind.TRANSACTIONS).notes
    if target.name == "jurisdiction":
        codes = {str(given.get("value", ""))} if filling is Filling.VALUE else set(values)
        if any(code and not zones_of(places(), code) for code in codes):
            yield _NOWHERE


def _meanings(target: Target, given: Mapping[str, Any], values: list[str]) -> Iterator[Meaning]:
    """Yield the words of a column and what each means, where it is one of a closed set or has a table."""
    distinct = sorted(set(values))
    table = given.get("table", {})
    if (target.type not in _CLOSED and not table) or len(distinct) > _MOST_WORDS:
        return
    means = [_meaning(target, raw, table) for raw in distinct]
    if not table and all(means):
        return
    for raw, word in zip(distinct, means, strict=True):
        yield Meaning(raw if word or values.count(raw) > 1 else mask_cell(raw), word)


def _meaning(target: Target, raw: str, table: Mapping[str, Any]) -> str:
    if table:
        return _shown_value(table.get(raw, ""))
    if target.type is Type.BOOLEAN:
        try:
            return _shown_value(convert.boolean(raw))
        except BadCell:
            return ""
    return raw if raw in (target.words or MINOR_DIGITS) else ""


def _try(known: _Columns) -> dict[str, _Tried]:
    """Let the first rows through what fills each field, and count those it refuses."""
    width, targets = len(known.table.header), targets_of(known.kind)
    tried = {name: _Tried() for name in known.fillers}
    for record in known.suggestion.sample:
        if len(record.cells) == width:
            _try_row(record, known.fillers, targets, tried)
    return tried


def _try_row(
    record: Record,
    fillers: Mapping[str, Filler | MapFault],
    targets: Mapping[str, Target],
    tried: Mapping[str, _Tried],
) -> None:
    line = Line(record.cells, record.faults, "")
    for name, filler in fillers.items():
        # An amount cannot be judged where its currency is not known.
        is_blind = targets[name].type is Type.MONEY and "currency" not in line.values
        if isinstance(filler, MapFault) or is_blind:
            continue
        one = tried[name]
        one.looked_at += 1
        try:
            value = filler(line)
        except BadCell as bad:
            one.refused += 1
            one.why = one.why or bad.reason.value
        else:
            if value is not None:
                line.values[name] = value


# --- from answers to the map ---


def _told(
    target: Target, told: object, answer: Answer, suggestion: Suggestion, header: Sequence[str], kind: Kind
) -> object:
    """Return what the map says of a field after *answer*; *told* is what it says so far."""
    match answer.filling:
        case Filling.NONE:
            return None
        case Filling.VALUE:
            return {"value": answer.value} if answer.value or target.is_required else None
        case Filling.OTHER:
            return told
        case Filling.COLUMN:
            if not 0 <= answer.column < len(header):
                return told
            heading, values = header[answer.column], suggestion.values[answer.column]
            if isinstance(told, dict) and told.get("column") == heading:
                return _refined(target, told, answer, values)
            pick = suggestion.picks.get(target.name)
            if pick is not None and pick.column == answer.column and "column" in pick.options:
                return dict(pick.options)
            found = fit(target, values, is_expense=kind is Kind.TRANSACTIONS)
            return {"column": heading, **found.options}


def _refined(target: Target, told: Mapping[str, Any], answer: Answer, values: list[str]) -> dict[str, Any]:
    """Return a field of the same column with what else was chosen about it."""
    options = dict(told)
    for name, value in answer.choices.items():
        options.pop(name, None)
        if value and value != DEFAULTS.get((target.type, name), ""):
            options[name] = value
    if answer.means:
        distinct = sorted(set(values))
        table = dict(options.get("table", {}))
        for place, word in answer.means.items():
            if 0 <= place < len(distinct):
                table.pop(distinct[place], None)
                if word:
                    table[distinct[place]] = word == "true" if target.type is Type.BOOLEAN else word
        options["table"] = table
        if not table:
            del options["table"]
    return options
