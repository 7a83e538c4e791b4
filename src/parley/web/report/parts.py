"""What stands where on the page: sections, and in each its figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from parley.web.charts.figure import Form
from parley.web.charts.table import Table
from parley.web.report import tables
from parley.web.report.source import Source


@dataclass(frozen=True, slots=True)
class Part:
    """One figure: its name on the page, the section of the report it shows, how it is made and drawn.

    `title` and `lead` are keys of words. A report without `key` (an older one) has no such figure.
    """

    name: str
    key: str
    title: str
    form: Form
    table: Callable[[Source], Table]
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its figures."""

    name: str
    title: str
    parts: tuple[Part, ...]


def _counted(section: str, title: str, corner: str, start: str) -> Part:
    make = partial(tables.counted, section=section, corner=corner, start=start)
    return Part(section.replace("_", "-"), section, title, Form.BARS, make)


def _listed(section: str, title: str, corner: str, start: str) -> Part:
    make = partial(tables.listed, section=section, corner=corner, start=start)
    return Part(section.replace("_", "-"), section, title, Form.TABLE, make)


def _days(name: str, *columns: str) -> Part:
    def make(source: Source) -> Table:
        return tables.by_day(source, *columns)

    return Part(f"days-{name}", "by_day", f"report.days.{name}", Form.LINES, make, "report.days.lead")


SECTIONS: Final = (
    Section(
        "checks",
        "report.promises_kept",
        (
            Part("violations", "violations", "report.violations_by_kind", Form.TABLE, tables.violations),
            _listed("checked", "report.looked_at", "report.looked_at.what", "report.checked."),
        ),
    ),
    Section(
        "short",
        "report.short",
        (
            _listed("outcome", "report.short.figures", "report.figure", "report.outcome."),
            Part("funnel", "funnel", "report.funnel", Form.BARS, tables.funnel, "report.funnel.lead"),
        ),
    ),
    Section(
        "messages",
        "report.messages",
        (
            Part("by-kind", "messages", "report.messages.by_kind", Form.BARS, tables.messages, "report.messages.lead"),
            Part("sent", "sent_by_purpose", "report.segments", Form.BARS, tables.segments, "report.segments.lead"),
            _listed("segments", "report.by_encoding", "report.encoding", "report.encoding."),
        ),
    ),
    Section(
        "days",
        "report.days",
        (
            _days("sent", "sent"),
            _days("answers", "replies", "arrangements", "promises"),
            _days("payments", "payments"),
        ),
    ),
    Section(
        "gate",
        "report.gate",
        (
            Part("nightly", "nightly", "report.nightly", Form.BARS, tables.nightly, "report.nightly.lead"),
            Part(
                "refusals",
                "refusals_by_rule",
                "report.refusals",
                Form.BARS,
                tables.refusals,
                "report.refusals.lead",
            ),
        ),
    ),
    Section(
        "talks",
        "report.talks",
        (
            _counted("replies_by_intent", "report.replies_by_intent", "report.intent", "intent."),
            _counted("conversations_by_state", "report.conversations", "report.state", "state."),
            _counted("hand_overs_by_reason", "report.hand_overs", "report.reason", "reason."),
        ),
    ),
    Section(
        "agreed",
        "report.agreed",
        (
            Part("agreements", "agreements", "report.agreements", Form.TABLE, tables.agreements),
            Part("amounts", "agreed_by_currency", "report.amounts", Form.TABLE, tables.amounts, "report.amounts.lead"),
            _counted("promises", "report.promises_by_standing", "report.standing", "standing."),
        ),
    ),
    Section(
        "cures",
        "report.cures",
        (Part("cures-by-arm", "cures", "report.cures.by_arm", Form.BARS, tables.cures),),
    ),
    Section(
        "campaigns",
        "report.campaigns",
        (Part("campaigns-figures", "campaigns", "report.campaigns.figures", Form.BARS, tables.campaigns),),
    ),
    Section(
        "run",
        "report.run",
        (
            Part("parameters", "parameters", "report.parameters", Form.TABLE, tables.parameters),
            Part("book", "accounts", "report.book", Form.BARS, tables.book),
            Part("book-totals", "accounts", "report.book_totals", Form.TABLE, tables.book_totals),
        ),
    ),
)
