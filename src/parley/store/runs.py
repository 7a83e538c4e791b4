"""What a nightly run decided: what goes out, to whom, and why not to others. Counts and accounts, nothing opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Sum

from parley.store import models

PAGE: Final = 50
LISTED: Final = 60


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in the list. `queued`, `refused`, `skipped`: accounts that had something to be said to."""

    run_id: int
    as_of: date
    started_at: datetime
    finished_at: datetime | None
    total: int
    queued: int
    refused: int
    skipped: int
    none: int


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Messages of a run that are alike, and where they stand now."""

    purpose: str
    template_key: str
    language: str
    state: str
    messages: int
    segments: int
    cost_micro: int


@dataclass(frozen=True, slots=True)
class Withheld:
    """Accounts that were not written to for one reason."""

    purpose: str
    verdict: str
    reason_code: str
    rule_id: str
    accounts: int


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One account that a run had something to say to. `thread_id`: where it was said, or the latest thread."""

    item_id: int
    account_id: UUID
    purpose: str
    verdict: str
    reason_code: str
    rule_id: str
    product: str
    jurisdiction: str
    language: str
    state: str
    thread_id: UUID | None


def runs() -> list[RunLine]:
    """Return the newest runs."""
    return [_line(row) for row in models.Run.objects.order_by("-as_of")[:LISTED]]


def find_run(run_id: int) -> RunLine | None:
    """Return one run."""
    row = models.Run.objects.filter(pk=run_id).first()
    return _line(row) if row is not None else None


def outgoing(run_id: int) -> list[Outgoing]:
    """Return what a run queued, by purpose, template, language and where it stands now."""
    keys = ("message__purpose", "message__template_key", "message__language", "message__state")
    rows = models.RunItem.objects.filter(run_id=run_id, message__isnull=False).values_list(*keys)
    counted = rows.annotate(n=Count("pk"), segments=Sum("message__segments"), cost=Sum("message__cost_micro"))
    return [Outgoing(*row) for row in counted.order_by(*keys)]


def withheld(run_id: int) -> list[Withheld]:
    """Return why others were not written to, the most frequent first."""
    keys = ("purpose", "verdict", "reason_code", "rule_id")
    rows = models.RunItem.objects.filter(run_id=run_id, message__isnull=True).values_list(*keys)
    return [Withheld(*row) for row in rows.annotate(n=Count("pk")).order_by("-n", *keys)]


def items(run_id: int, *, verdict: str, rule_id: str, reason: str, after: int) -> tuple[list[ItemLine], int]:
    """Return accounts of a run from *after* on, and where the next page begins (0: nowhere)."""
    rows = models.RunItem.objects.filter(run_id=run_id, pk__gt=after)
    chosen = {"verdict": verdict, "rule_id": rule_id, "reason_code": reason}
    rows = rows.filter(**{name: value for name, value in chosen.items() if value})
    page = list(rows.select_related("account__borrower", "account__product", "message").order_by("pk")[: PAGE + 1])
    threads = _threads(row.account.borrower_id for row in page)
    lines = [
        ItemLine(
            item_id=row.pk,
            account_id=row.account_id,
            purpose=row.purpose,
            verdict=row.verdict,
            reason_code=row.reason_code,
            rule_id=row.rule_id,
            product=row.account.product.kind,
            jurisdiction=row.account.borrower.jurisdiction,
            language=row.account.borrower.language,
            state=row.message.state if row.message is not None else "",
            thread_id=_thread_of(row, threads),
        )
        for row in page[:PAGE]
    ]
    return lines, lines[-1].item_id if len(page) > PAGE else 0


def _thread_of(row: models.RunItem, threads: Mapping[UUID, UUID]) -> UUID | None:
    if row.message is not None and row.message.conversation_id is not None:
        return row.message.conversation_id
    return threads.get(row.account.borrower_id)


def _threads(borrowers: Iterable[UUID]) -> Mapping[UUID, UUID]:
    rows = models.Conversation.objects.filter(borrower_id__in=set(borrowers)).order_by("opened_at", "id")
    return dict(rows.values_list("borrower_id", "id"))


def _line(row: models.Run) -> RunLine:
    counts: dict[str, int] = row.counts

    def of(verdict: str) -> int:
        return sum(number for name, number in counts.items() if name.endswith(f".{verdict}"))

    return RunLine(
        run_id=row.pk,
        as_of=row.as_of,
        started_at=row.started_at,
        finished_at=row.finished_at,
        total=row.total,
        queued=of("queued"),
        refused=of("refused"),
        skipped=of("skipped"),
        none=int(counts.get("none", 0)),
    )
