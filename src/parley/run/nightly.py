"""The nightly run: every account once a night, one transaction for each chunk, keyed (run, account).

What is wished and what the gate permits is found first, by column (`nightly_book`); a chunk then looks again at each
wish under its borrower's lock, asks the scalar gate where the columns gave no permit, and writes. Run again it adds
nothing; killed half-way and run again it ends the same, because a chunk is done or not begun, and a message's id is
derived from what it is about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from django.db import transaction

from parley.columnar.gate.bucket import Judged
from parley.contact.facts import Hold
from parley.contact.gate import Refused
from parley.engine.announce import Announcement, Figures, announce, announce_permitted
from parley.engine.case import Party
from parley.engine.nightly import Cadence, Trigger, is_talking, trigger
from parley.engine.service import room
from parley.engine.turn import Library
from parley.negotiation.levers import WHOLE_BPS
from parley.negotiation.state import State
from parley.run.nightly_after import AfterPlans
from parley.run.nightly_book import Night, NightBook, Wanted
from parley.run.nightly_budget import Prices, Reach, draw
from parley.run.queueing import message_row
from parley.run.wishes import figures_of, message_id
from parley.store import audit, models
from parley.store.book import (
    Page,
    chunks_for,
    count_accounts,
    load_accounts,
    load_wished,
    open_talks,
    points_of,
    talks_on,
)
from parley.store.bulk import insert_all, insert_new
from parley.store.desk_assign import staffing
from parley.store.fate import give_up_receipts
from parley.store.lock import borrower_lock
from parley.store.outbox import decision_row
from parley.store.page_links import forget_expired, issue, token_of
from parley.store.records import load_records
from parley.store.rows import account_of, party_of
from parley.store.standing import close_stale, settle
from parley.store.vault import Vault


@dataclass(frozen=True, slots=True)
class NightlyTerms:
    """What the run must know of the deployment."""

    cadence: Cadence
    chunk_accounts: int
    last_use_hours: int
    cost_per_segment_micro: int
    # Fewer wishes than this are asked one by one: compiling the rules for columns takes as long (measured 2026-11).
    least_by_column: int = 500
    # What a night's messages may cost, in millionths of the currency's unit; 0: no limit.
    budget_micro: int = 0
    # Of 10,000 messages about what is overdue, how many end with a person; 0: the people set no limit.
    handed_over_bps: int = 0
    # Minutes over which messages that nobody waits for are spread.
    spread_minutes: int = 0

    def most_overdue(self, library: Library) -> int | None:
        """Return how many messages about what is overdue the people have room for now; None where they keep up."""
        left = room(library.times, staffing()) if self.handed_over_bps else None
        return left * WHOLE_BPS // self.handed_over_bps if left is not None else None


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
    forget_expired(now)
    chunks = int(run.counts["chunks"])
    done = set(run.chunks.values_list("number", flat=True))
    with TemporaryDirectory(prefix="parley-night-") as folder:
        night = Night(as_of, now, terms.cadence, chunks, terms.chunk_accounts, terms.least_by_column)
        book = NightBook(Path(folder), night, library, vault)
        book.make(number for number in range(chunks) if number not in done)
        reach, most_overdue = None, terms.most_overdue(library)
        if terms.budget_micro or most_overdue is not None or run.cut is not None:
            prices = Prices(as_of, now, terms.cadence, library, vault, terms.cost_per_segment_micro)
            reach = draw(run, book, prices, terms.budget_micro, most_overdue, Path(folder))
        for number in range(chunks):
            if number not in done:
                with transaction.atomic():
                    _decide_chunk(
                        run, number, chunks, book.wanted(number), _Chunk(run, now, library, terms, vault, reach)
                    )
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


def _decide_chunk(run: models.Run, number: int, chunks: int, wanted: Mapping[UUID, Wanted], work: _Chunk) -> None:
    # Taken before the work: another process at the same run waits here, and then finds the chunk done.
    taken = insert_new([models.RunChunk(run=run, number=number)], ("run", "number"))
    for chunk in taken:
        chunk.counts = work.decide(number, chunks, wanted)
        chunk.save(update_fields=["counts"])


@dataclass(slots=True)
class _Wish:
    """An account that something is to be said to, by the message of this id. `judged`: what the columns say of it."""

    message_id: UUID
    account: models.Account
    trigger: Trigger
    figures: Figures
    judged: Judged | None

    @property
    def is_blocked(self) -> bool:
        """Whether the columns refuse it: it costs nothing, and the gate is asked for its reasons."""
        return self.judged is not None and self.judged.is_blocked


class _Chunk:
    """One chunk's work, from its wishes to its rows."""

    def __init__(
        self,
        run: models.Run,
        now: datetime,
        library: Library,
        terms: NightlyTerms,
        vault: Vault,
        reach: Reach | None,
    ) -> None:
        self.run, self.now, self.library, self.terms, self.vault = run, now, library, terms, vault
        self.reach = reach
        self.wanted: Mapping[UUID, Wanted] = {}
        self.settled: frozenset[UUID] = frozenset()
        self.after = AfterPlans(run.as_of, now, library, vault)
        self.counts: Counter[str] = Counter()
        self.items: list[models.RunItem] = []
        self.messages: list[models.Message] = []
        self.decisions: list[models.GateDecision] = []

    def decide(self, number: int, chunks: int, wanted: Mapping[UUID, Wanted]) -> dict[str, int]:
        self.wanted = wanted
        # The run for tomorrow judges today: what tomorrow's payments keep is not broken yet.
        judged_on = min(self.run.as_of, self.now.date())
        settled = settle(number, chunks, judged_on, self.terms.cadence.grace_days, self.now, self.vault)
        self.after.look(number, chunks, judged_on, self.terms.cadence.grace_days)
        # What was settled just now, and how plans ended, the columns have not seen.
        self.settled = settled.accounts | self.after.pending.keys()
        page = load_wished(self.wanted.keys() | self.settled, self.run.as_of, self.after.plans)
        wishes = self._wishes(page)
        self.counts["none"] += count_accounts(number, chunks) - len(wishes)
        borrowers = {wish.account.borrower_id for wish in wishes} | self.after.borrowers
        borrower_lock(borrowers)
        points = points_of(borrowers)
        # Before anything is said: where a person comes, the machine is silent.
        self.after.finish(points)
        if wishes:
            self._address(wishes, page, points)
        self.after.finish(points)
        return dict(self.counts)

    def _wishes(self, page: Page) -> list[_Wish]:
        """Ask every account again; drop wishes already fulfilled on an earlier night."""
        found: dict[UUID, tuple[UUID, Trigger]] = {}
        for account_id, row in page.rows.items():
            wanted = trigger(row, self.run.as_of, self.terms.cadence)
            if wanted is not None:
                found[message_id(account_id, wanted)] = (account_id, wanted)
        for known in models.Message.objects.filter(id__in=found.keys()).values_list("id", flat=True):
            del found[known]
        accounts = load_accounts(account_id for account_id, _ in found.values())
        return [
            _Wish(key, accounts[one], wanted, figures_of(wanted, one, page), self._judged(one, key))
            for key, (one, wanted) in found.items()
            if one in accounts
        ]

    def _judged(self, account_id: UUID, wish_id: UUID) -> Judged | None:
        """Return what the columns say, if it was this they were asked."""
        wanted = self.wanted.get(account_id)
        return wanted.judged if wanted is not None and wanted.wish_id == wish_id else None

    def _address(self, wishes: list[_Wish], page: Page, points: Mapping[UUID, models.ContactPoint]) -> None:
        # Before the lock was held, an import that was undone may have taken an account away.
        there = set(
            models.Account.objects.filter(id__in=[wish.account.id for wish in wishes]).values_list("id", flat=True)
        )
        talks = talks_on(list(points.values()))
        unanswered = set(
            models.Inbound.objects.filter(status="new", contact_point__in=points.values()).values_list(
                "contact_point_id", flat=True
            )
        )
        planned: list[tuple[_Wish, models.ContactPoint, Announcement]] = []
        asked: list[tuple[_Wish, models.ContactPoint]] = []
        for wish in [one for one in wishes if one.account.id in there]:
            point = points.get(wish.account.borrower_id)
            talk = talks.get(point.id) if point is not None else None
            if point is None:
                self._item(wish, "skipped", "no_address", "")
                self.after.unreachable(wish.account.id)
            elif point.id in unanswered or (
                talk is not None and is_talking(State(talk.state), talk.last_inbound_at, self.now)
            ):
                self._item(wish, "skipped", "talk_in_progress", "")
            elif not wish.is_blocked and not self._is_paid_for(wish):
                self._item(wish, "skipped", "over_budget", "")
            elif (permitted := self._permitted(wish, point, page)) is not None:
                planned.append((wish, point, permitted))
            else:
                asked.append((wish, point))
        planned += self._ask(asked, talks, page)
        # In the order of accounts, whoever was asked: the first of a borrower's two opens the thread.
        planned.sort(key=lambda one: one[0].account.id)
        self._write(planned, talks)

    def _is_paid_for(self, wish: _Wish) -> bool:
        """Say whether the budget reaches so far; word of what was settled just now goes out besides."""
        is_known = self.reach is not None and wish.account.id not in self.settled
        return not is_known or (self.reach is not None and self.reach.takes(wish.trigger, wish.account.id))

    def _permitted(self, wish: _Wish, point: models.ContactPoint, page: Page) -> Announcement | None:
        """Return the message, where the columns permit it in time."""
        judged = wish.judged
        if judged is None or not judged.is_permitted:
            return None
        party, account = self._party(point, wish.account.id), account_of(wish.account, page.rows[wish.account.id].dues)
        return announce_permitted(
            wish.trigger,
            party,
            account,
            wish.figures,
            judged.retry_at,
            as_of=self.run.as_of,
            now=self.now,
            last_use_hours=self.terms.last_use_hours,
            library=self.library,
        )

    def _ask(
        self,
        asked: Sequence[tuple[_Wish, models.ContactPoint]],
        talks: Mapping[UUID, models.Conversation],
        page: Page,
    ) -> Iterator[tuple[_Wish, models.ContactPoint, Announcement]]:
        """Ask the gate one by one. Yields what it permits; what it refuses is stored with its reasons."""
        records = load_records({wish.account.borrower_id for wish, _ in asked}, self.now) if asked else {}
        for wish, point in asked:
            talk = talks.get(point.id)
            wish.figures = self.after.figures(wish.trigger, wish.account.id, point, wish.figures)
            verdict = announce(
                wish.trigger,
                self._party(point, wish.account.id),
                account_of(wish.account, page.rows[wish.account.id].dues),
                records[wish.account.borrower_id],
                wish.figures,
                as_of=self.run.as_of,
                now=self.now,
                last_use_hours=self.terms.last_use_hours,
                also_held=frozenset({Hold.WITH_PERSON} if talk is not None and talk.needs_person_since else ()),
                library=self.library,
            )
            if isinstance(verdict, Refused):
                self._refuse(wish, verdict)
                self.after.refused(wish.account.id, verdict)
            elif not self._is_paid_for(wish):
                # The columns refused it, and what they refused it for is over.
                self._item(wish, "skipped", "over_budget", "")
            else:
                yield wish, point, verdict

    def _party(self, point: models.ContactPoint, account_id: UUID) -> Party:
        return party_of(point.borrower, point, {}, token_of(point.id, account_id, self.now, self.vault))

    def _write(
        self,
        planned: list[tuple[_Wish, models.ContactPoint, Announcement]],
        standing: dict[UUID, models.Conversation],
    ) -> None:
        talks = open_talks([(point, wish.account.id) for wish, point, _ in planned], standing, self.now)
        for wish, point, announcement in planned:
            offer = self.after.keep(wish.account.id, announcement, talks[point.id])
            message = message_row(
                wish.message_id,
                wish.account,
                point,
                talks[point.id],
                announcement,
                about_on=wish.trigger.due_on,
                offer=offer,
                now=self.now,
                cost_per_segment_micro=self.terms.cost_per_segment_micro,
                spread_minutes=self.terms.spread_minutes,
                vault=self.vault,
            )
            self.messages.append(message)
            self._item(wish, "queued", "", "", message)
        insert_all(self.messages)
        issue([(point.id, wish.account.id, said.rendered.text) for wish, point, said in planned], self.now, self.vault)
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
