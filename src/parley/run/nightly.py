"""The nightly run: every account once a night, one transaction for each chunk, keyed (run, account).

Run again it adds nothing; killed half-way and run again it ends the same, because a chunk is done or not begun, and a
message's id is derived from what it is about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from parley.contact.facts import Hold
from parley.contact.gate import Refused
from parley.engine.announce import Announcement, Figures, announce
from parley.engine.nightly import Cadence, Trigger, trigger
from parley.engine.turn import Library
from parley.ids import derive_id
from parley.negotiation.state import ENDED, SETTLED, State
from parley.run.queueing import message_row
from parley.store import audit, models
from parley.store.book import Page, chunks_for, load_accounts, load_page, open_talks, points_of, talks_on
from parley.store.bulk import insert_all, insert_new
from parley.store.lock import borrower_lock
from parley.store.outbox import decision_row, give_up_receipts
from parley.store.records import load_records
from parley.store.rows import account_of, party_of
from parley.store.standing import close_stale, settle_arrangements, settle_promises
from parley.store.vault import Vault

# While a talk goes on, the machine does not start another subject.
QUIET_AFTER_REPLY: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class NightlyTerms:
    """What the run must know of the deployment."""

    cadence: Cadence
    chunk_accounts: int
    last_use_hours: int
    cost_per_segment_micro: int


def run_nightly(
    as_of: date,
    now: datetime,
    library: Library,
    terms: NightlyTerms,
    vault: Vault,
    on_chunk: Callable[[int, int], None],
) -> models.Run:
    """Decide the whole book for *as_of*; *on_chunk* hears (chunks done, of).

    A run that finished is returned as it is; one that stopped goes on with the chunks that are missing.
    """
    run = _begin(as_of, now, terms)
    if run.finished_at is not None:
        return run
    close_stale(now, vault)
    give_up_receipts(now)
    chunks = int(run.counts["chunks"])
    done = set(run.chunks.values_list("number", flat=True))
    for number in range(chunks):
        if number not in done:
            _decide_chunk(run, number, chunks, now, library, terms, vault)
        on_chunk(number + 1, chunks)
    return _finish(run, chunks, now)


def _begin(as_of: date, now: datetime, terms: NightlyTerms) -> models.Run:
    accounts = models.Account.objects.count()
    run, _ = models.Run.objects.get_or_create(
        as_of=as_of,
        defaults={
            "started_at": now,
            "total": accounts,
            "counts": {"chunks": chunks_for(accounts, terms.chunk_accounts)},
        },
    )
    return run


def _finish(run: models.Run, chunks: int, now: datetime) -> models.Run:
    total: Counter[str] = Counter()
    for counts in run.chunks.values_list("counts", flat=True):
        total.update(counts)
    run.counts = {"chunks": chunks, **dict(sorted(total.items()))}
    run.finished_at = now
    run.save(update_fields=["counts", "finished_at"])
    return run


def _decide_chunk(
    run: models.Run, number: int, chunks: int, now: datetime, library: Library, terms: NightlyTerms, vault: Vault
) -> None:
    with transaction.atomic():
        # Taken before the work: another process at the same run waits here, and then finds the chunk done.
        taken = insert_new([models.RunChunk(run=run, number=number)], ("run", "number"))
        for chunk in taken:
            chunk.counts = _Chunk(run, now, library, terms, vault).decide(number, chunks)
            chunk.save(update_fields=["counts"])


@dataclass(slots=True)
class _Wish:
    """An account that something is to be said to."""

    account: models.Account
    trigger: Trigger
    figures: Figures


class _Chunk:
    """One chunk's work, from its page to its rows."""

    def __init__(self, run: models.Run, now: datetime, library: Library, terms: NightlyTerms, vault: Vault) -> None:
        self.run, self.now, self.library, self.terms, self.vault = run, now, library, terms, vault
        self.counts: Counter[str] = Counter()
        self.items: list[models.RunItem] = []
        self.messages: list[models.Message] = []
        self.decisions: list[models.GateDecision] = []

    def decide(self, number: int, chunks: int) -> dict[str, int]:
        # The run for tomorrow judges today: what tomorrow's payments keep is not broken yet.
        judged_on = min(self.run.as_of, self.now.date())
        settle_promises(number, chunks, judged_on, self.now, self.vault)
        broken = settle_arrangements(number, chunks, judged_on, self.terms.cadence.grace_days, self.now, self.vault)
        page = load_page(number, chunks, self.run.as_of, broken)
        wishes = self._wishes(page)
        if wishes:
            self._address(wishes, page)
        return dict(self.counts)

    def _wishes(self, page: Page) -> list[_Wish]:
        """Ask every account; drop wishes already fulfilled on an earlier night."""
        wanted: dict[UUID, Trigger] = {}
        for account_id, row in page.rows.items():
            found = trigger(row, self.run.as_of, self.terms.cadence)
            if found is not None:
                wanted[account_id] = found
        ids = {message_id(account_id, found): account_id for account_id, found in wanted.items()}
        said = models.Message.objects.filter(id__in=ids.keys()).values_list("id", flat=True)
        for known in said:
            del wanted[ids[known]]
        self.counts["none"] += len(page.rows) - len(wanted)
        accounts = load_accounts(wanted)
        return [
            _Wish(accounts[account_id], found, _figures(found, account_id, page))
            for account_id, found in wanted.items()
        ]

    def _address(self, wishes: list[_Wish], page: Page) -> None:
        borrowers = {wish.account.borrower_id for wish in wishes}
        borrower_lock(borrowers)
        points, records = points_of(borrowers), load_records(borrowers, self.now)
        talks = talks_on(list(points.values()))
        unanswered = set(
            models.Inbound.objects.filter(status="new", contact_point__in=points.values()).values_list(
                "contact_point_id", flat=True
            )
        )
        planned: list[tuple[_Wish, models.ContactPoint, Announcement]] = []
        for wish in wishes:
            point = points.get(wish.account.borrower_id)
            talk = talks.get(point.id) if point is not None else None
            if point is None:
                self._item(wish, "skipped", "no_address", "")
            elif point.id in unanswered or (talk is not None and self._is_talking(talk)):
                self._item(wish, "skipped", "talk_in_progress", "")
            else:
                account = account_of(wish.account, page.rows[wish.account.id].dues)
                held = frozenset({Hold.WITH_PERSON} if talk is not None and talk.needs_person_since else ())
                verdict = announce(
                    wish.trigger,
                    party_of(point.borrower, point, {}),
                    account,
                    records[wish.account.borrower_id],
                    wish.figures,
                    as_of=self.run.as_of,
                    now=self.now,
                    last_use_hours=self.terms.last_use_hours,
                    also_held=held,
                    library=self.library,
                )
                if isinstance(verdict, Refused):
                    self._refuse(wish, verdict)
                else:
                    planned.append((wish, point, verdict))
        self._write(planned, talks)

    def _is_talking(self, talk: models.Conversation) -> bool:
        state = State(talk.state)
        is_open = state not in ENDED and state not in SETTLED and state is not State.NOTIFIED
        heard = talk.last_inbound_at
        return is_open and heard is not None and self.now - heard < QUIET_AFTER_REPLY

    def _write(
        self,
        planned: list[tuple[_Wish, models.ContactPoint, Announcement]],
        standing: dict[UUID, models.Conversation],
    ) -> None:
        talks = open_talks([(point, wish.account.id) for wish, point, _ in planned], standing, self.now)
        for wish, point, announcement in planned:
            message = message_row(
                message_id(wish.account.id, wish.trigger),
                wish.account,
                point,
                talks[point.id],
                announcement,
                about_on=wish.trigger.due_on,
                now=self.now,
                cost_per_segment_micro=self.terms.cost_per_segment_micro,
                vault=self.vault,
            )
            self.messages.append(message)
            self._item(wish, "queued", "", "", message)
        insert_all(self.messages)
        models.GateDecision.objects.bulk_create(self.decisions)
        insert_all(self.items)
        audit.record(self.vault, [*self.messages, *self.decisions], self.now)

    def _item(
        self, wish: _Wish, verdict: str, reason: str, rule_id: str, message: models.Message | None = None
    ) -> None:
        self.counts[f"{wish.trigger.purpose}.{verdict}"] += 1
        self.items.append(
            models.RunItem(
                run=self.run,
                account=wish.account,
                purpose=wish.trigger.purpose,
                verdict=verdict,
                reason_code=reason,
                rule_id=rule_id,
                message=message,
            )
        )

    def _refuse(self, wish: _Wish, refused: Refused) -> None:
        primary = refused.primary
        self._item(wish, "refused", primary.reason_code, primary.rule_id)
        self.decisions.append(
            decision_row(refused, wish.account.borrower_id, wish.account.id, None, "nightly", self.now)
        )


def message_id(account_id: UUID, wanted: Trigger) -> UUID:
    """Return the id of the message for this occasion: the same wish is never a second message."""
    return derive_id("message", str(account_id), wanted.family, wanted.occasion)


def _figures(wanted: Trigger, account_id: UUID, page: Page) -> Figures:
    """Return the figures the wish speaks of."""
    row = page.rows[account_id]
    if row.plan:
        amount = sum(part.open_minor for part in row.plan if part.due_on == wanted.due_on)
        return Figures(due_on=wanted.due_on, amount_minor=amount)
    limit = page.limits.get(account_id)
    if wanted.family == "limit_change" and limit is not None:
        return Figures(limit_before_minor=limit.before_minor, limit_after_minor=limit.after_minor)
    if wanted.due_on is not None:
        amount = sum(due.open_minor for due in row.dues if due.due_on == wanted.due_on)
        return Figures(due_on=wanted.due_on, amount_minor=amount)
    return Figures()
