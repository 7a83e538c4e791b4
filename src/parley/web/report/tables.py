"""The tables of the report: which figures of `report.json` stand in which row and column."""

from __future__ import annotations

from datetime import date

from parley.locale import Language
from parley.messaging.values import Kind, shown
from parley.web.charts.compared import within
from parley.web.charts.table import Cell, Column, Row, Table, largest_first, share
from parley.web.charts.tones import OPEN, TONE_OF_STATE
from parley.web.report.source import Source


def counted(source: Source, section: str, corner: str, start: str) -> Table:
    """Return a section of plain counts, largest first, with each one's share."""
    counts = source.at(section)
    whole = sum(counts.values())
    rows = (
        Row(
            source.term(start, key) if key else source.say("report.unread"),
            (source.number(section, key), share(count, whole)),
        )
        for key, count in counts.items()
    )
    columns = (Column(source.say("report.count"), tone=1), Column(source.say("report.of_all")))
    return Table(source.say(corner), columns, largest_first(rows))


def listed(source: Source, section: str, corner: str, start: str) -> Table:
    """Return a section of figures of different kinds, as they stand; nothing is drawn."""
    rows = (Row(source.term(start, key), (source.number(section, key),)) for key in source.at(section))
    return Table(source.say(corner), (Column(source.say("report.count")),), tuple(rows))


def violations(source: Source) -> Table:
    """Return the violations, those that were found first."""
    table = listed(source, "violations", "report.violation", "violation.")
    return Table(table.corner, table.columns, largest_first(table.rows))


def parameters(source: Source) -> Table:
    """Return what the run was asked for."""
    rows = []
    for key, value in source.at("parameters").items():
        cell: Cell = source.number("parameters", key)
        if isinstance(value, str):
            cell = source.term("report.locale.", value)
        rows.append(Row(source.term("report.parameter.", key), (cell,)))
    return Table(source.say("report.parameter"), (Column(source.say("report.value")),), tuple(rows))


def book(source: Source) -> Table:
    """Return the accounts by jurisdiction, and below them how many there are."""
    counts = source.at("accounts", "by_jurisdiction")
    whole = sum(counts.values())
    rows = (
        Row(source.place(code), (source.number("accounts", "by_jurisdiction", code), share(count, whole)))
        for code, count in counts.items()
    )
    columns = (Column(source.say("report.accounts"), tone=1), Column(source.say("report.of_all")))
    return Table(source.say("report.place"), columns, largest_first(rows))


def book_totals(source: Source) -> Table:
    """Return how many accounts there are, and how many of them are held out."""
    rows = tuple(
        Row(source.say(f"report.{key}"), (source.number("accounts", key),)) for key in ("imported", "held_out")
    )
    return Table(source.say("report.figure"), (Column(source.say("report.count")),), rows)


def funnel(source: Source) -> Table:
    """Return how far the simulated borrowers came."""
    steps = source.at("funnel")
    first = next(iter(steps.values()), 0)
    rows, before = [], first
    for key, count in steps.items():
        cells = (source.number("funnel", key), share(count, first), share(count, before))
        rows.append(Row(source.term("report.funnel.", key), cells))
        before = count
    columns = (
        Column(source.say("report.accounts"), tone=1),
        Column(source.say("report.of_all")),
        Column(source.say("report.of_before")),
    )
    return Table(source.say("report.step"), columns, tuple(rows))


def by_day(source: Source, *names: str) -> Table:
    """Return figures of each day, one column for each of *names*."""
    days = source.at("by_day")
    first = date.fromisoformat(next(iter(days), date.min.isoformat()))
    rows = tuple(
        Row(
            shown(Kind.DATE, date.fromisoformat(day), source.language, first),
            tuple(source.number("by_day", day, name) for name in names),
        )
        for day in days
    )
    columns = tuple(Column(source.say(f"report.{name}"), tone=number) for number, name in enumerate(names, start=1))
    return Table(source.say("report.day"), columns, rows)


def messages(source: Source) -> Table:
    """Return the messages by kind and state."""
    section = source.at("messages")
    held = {state for states in section.values() for state in states}
    states = [state for state in TONE_OF_STATE if state in held] + sorted(held - TONE_OF_STATE.keys())
    columns = tuple(Column(source.term("ledger.", state), TONE_OF_STATE.get(state, OPEN)) for state in states)
    rows = (
        Row(source.term("purpose.", kind), tuple(source.number("messages", kind, state) for state in states))
        for kind in section
    )
    return Table(source.say("report.kind"), columns, largest_first(rows, range(len(states))))


def segments(source: Source) -> Table:
    """Return what was sent, by kind: messages, segments, cost."""
    rows = (
        Row(
            source.term("purpose.", kind),
            tuple(source.number("sent_by_purpose", kind, name) for name in ("messages", "segments", "cost_micro")),
        )
        for kind in source.at("sent_by_purpose")
    )
    columns = (
        Column(source.say("report.sent_messages")),
        Column(source.say("report.sent_segments"), tone=1),
        Column(source.say("report.cost")),
    )
    return Table(source.say("report.kind"), columns, largest_first(rows, (1,)))


def nightly(source: Source) -> Table:
    """Return the decisions of the nights: purpose and verdict in one name."""
    rows = []
    for key in source.at("nightly"):
        purpose, _, verdict = key.partition(".")
        label = _pair(source, source.term("purpose.", purpose), source.term("report.nightly.", verdict))
        label = label if verdict else source.say("report.nothing_to_say")
        rows.append(Row(label, (source.number("nightly", key),)))
    return Table(source.say("report.decision"), (Column(source.say("report.count"), tone=1),), largest_first(rows))


def refusals(source: Source) -> Table:
    """Return the refusals by rule and by when they were said, with the rule's citation and its sentence."""
    section = source.at("refusals_by_rule")
    ids = sorted({rule_id for counts in section.values() for rule_id in counts})
    columns = []
    for number, when in enumerate(section, start=1):
        stage, _, verdict = when.partition(".")
        columns.append(Column(_pair(source, source.term("stage.", stage), source.term("verdict.", verdict)), number))
    rows = (
        Row(rule_id, (*(source.number("refusals_by_rule", when, rule_id) for when in section), *_said(source, rule_id)))
        for rule_id in ids
    )
    words = (Column(source.say(f"report.{name}")) for name in ("layer", "citation", "rule_text"))
    return Table(source.say("report.rule"), (*columns, *words), largest_first(rows, range(len(columns))))


def _pair(source: Source, first: str, second: str) -> str:
    return source.say("report.pair", first=first, second=second)


def _said(source: Source, rule_id: str) -> tuple[str, str, str]:
    """Return a rule's layer, where it is written (policy: why it is so), and its sentence."""
    tongue = "en" if source.language is Language.EN else "zh"
    rule = source.at("rules", rule_id)
    why = rule.get("citation", "") or rule.get("reason", {}).get(tongue, "")
    return source.term("layer.", rule.get("layer", "")), why, rule.get("text", {}).get(tongue, "")


def amounts(source: Source) -> Table:
    """Return what was agreed in each currency."""
    names = ("balance", "interest", "relief")
    rows = tuple(
        Row(
            currency,
            (
                source.number("agreed_by_currency", currency, "arrangements"),
                source.number("agreed_by_currency", currency, "rate_lowered"),
                *(source.amount(currency, "agreed_by_currency", currency, f"{name}_minor") for name in names),
            ),
        )
        for currency in source.at("agreed_by_currency")
    )
    labels = ("arrangements", "rate_lowered", *names)
    return Table(source.say("report.currency"), tuple(Column(source.say(f"report.{name}")) for name in labels), rows)


def agreements(source: Source) -> Table:
    """Return the arrangements by standing, and their instalments."""
    rows = []
    for key in source.at("agreements"):
        label = source.term("standing.", key)
        label = source.term("report.agreements.", key) if label == key else label
        rows.append(Row(label, (source.number("agreements", key),)))
    return Table(source.say("report.agreements.what"), (Column(source.say("report.count")),), tuple(rows))


def cures(source: Source) -> Table:
    """Return the arms: which share of those past due was cured, how far chance goes, and the counts."""
    rows = []
    for arm, counts in source.at("cures").items():
        past_due, cured = counts["past_due"], counts["cured"]
        numbers = (source.number("cures", arm, name) for name in ("cured", "past_due", "fell_behind", "accounts"))
        rows.append(Row(source.term("arm.", arm), (share(cured, past_due), *within(cured, past_due), *numbers)))
    names = ("low", "high", "cured", "past_due", "fell_behind", "accounts")
    drawn = Column(source.say("report.cures.cured_share"), tone=1, low=1, high=2)
    return Table(
        source.say("report.arm"), (drawn, *(Column(source.say(f"report.cures.{name}")) for name in names)), tuple(rows)
    )


def campaigns(source: Source) -> Table:
    """Return the campaigns: whom they reached, whom the gate left out."""
    names = ("reached", "excluded", "segments")
    rows = tuple(
        Row(campaign, tuple(source.number("campaigns", campaign, name) for name in names))
        for campaign in source.at("campaigns")
    )
    tones = {"reached": 1, "excluded": 8}
    columns = tuple(Column(source.say(f"report.campaigns.{name}"), tones.get(name, 0)) for name in names)
    return Table(source.say("report.campaign"), columns, rows)
