"""Risk alerts for abnormal transactions: queued in the transaction that stores them, by the path of every message.

The gate is asked here for the time and again at dispatch. An alert that would come too late to protect anybody is not
sent; that it was not, and why, stays on record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from parley.contact.facts import Hold
from parley.contact.gate import Refused
from parley.dates import local_date
from parley.engine.announce import Announcement, Figures, announce
from parley.engine.case import ContactRecord
from parley.engine.nightly import Trigger
from parley.engine.turn import Library
from parley.purpose import Purpose
from parley.run.queueing import ALERT_PRIORITY, message_row
from parley.store import audit, models
from parley.store.alerts import watch
from parley.store.book import open_talks, points_of, talks_on
from parley.store.bulk import insert_new
from parley.store.lender_notices import ALERT_TEMPLATE, alert_id
from parley.store.lock import borrower_lock
from parley.store.outbox import decision_row
from parley.store.page_links import issue, token_of
from parley.store.records import load_records
from parley.store.rows import account_of, party_of
from parley.store.vault import Vault

TEMPLATE: Final = ALERT_TEMPLATE
# Why no alert was queued, where it was not the gate that said no.
TOO_LATE: Final = "too_late"
NO_ADDRESS: Final = "no_address"
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class AlertTerms:
    """What alerts must know of the deployment. `hours` after a transaction its alert is of no use any more.

    `reply_hours`: nobody has answered an alert for so long, and a person looks; 0: nobody watches.
    """

    hours: int
    cost_per_segment_micro: int
    reply_hours: int = 0


@dataclass(frozen=True, slots=True)
class Alerts:
    """Queues alerts within the current transaction."""

    library: Library
    vault: Vault
    terms: AlertTerms
    now: datetime

    def queue(self, wanted: Sequence[tuple[models.Transaction, models.Account]]) -> int:
        """Queue an alert for each transaction and its account (product and borrower loaded). Returns how many.

        One transaction has one alert, however often it comes in. Held-out accounts get theirs too: it protects.
        """
        if not wanted:
            return 0
        borrowers = {account.borrower_id for _, account in wanted}
        borrower_lock(borrowers)
        points, records = points_of(borrowers), load_records(borrowers, self.now)
        talks = talks_on(list(points.values()))
        dues = _dues([account.id for _, account in wanted])
        planned: list[tuple[models.Transaction, models.Account, models.ContactPoint, Announcement]] = []
        silent: list[tuple[models.Account, str, Refused | None]] = []
        for one, account in wanted:
            point = points.get(account.borrower_id)
            if point is None:
                silent.append((account, NO_ADDRESS, None))
                continue
            talk = talks.get(point.id)
            held = frozenset({Hold.WITH_PERSON} if talk is not None and talk.needs_person_since else ())
            said = self._said(one, account, point, records[account.borrower_id], dues.get(account.id, []), held)
            match said:
                case None:
                    silent.append((account, TOO_LATE, None))
                case Refused():
                    silent.append((account, said.primary.reason_code, said))
                case Announcement():
                    planned.append((one, account, point, said))
        self._note_silent(silent)
        return self._write(planned, talks)

    def _said(
        self,
        one: models.Transaction,
        account: models.Account,
        point: models.ContactPoint,
        record: ContactRecord,
        dues: Sequence[models.Instalment],
        held: frozenset[Hold],
    ) -> Announcement | Refused | None:
        """Return the alert, the gate's refusal, or None where it would come too late."""
        last_use = one.at + self.terms.hours * _HOUR
        if last_use <= self.now:
            return None
        party = party_of(account.borrower, point, {}, token_of(point.id, account.id, self.now, self.vault))
        said = announce(
            Trigger(Purpose.RISK_ALERT, TEMPLATE, one.row_key),
            party,
            account_of(account, dues),
            record,
            Figures(),
            as_of=local_date(self.now, party.zones[0] if party.zones else "UTC"),
            now=self.now,
            last_use_hours=-(-(last_use - self.now) // _HOUR),
            also_held=held,
            library=self.library,
        )
        if isinstance(said, Refused):
            return said
        return replace(said, not_after=last_use) if said.not_before < last_use else None

    def _write(
        self,
        planned: Sequence[tuple[models.Transaction, models.Account, models.ContactPoint, Announcement]],
        standing: dict[UUID, models.Conversation],
    ) -> int:
        talks = open_talks([(point, account.id) for _, account, point, _ in planned], standing, self.now)
        rows = [
            message_row(
                alert_id(one.id),
                account,
                point,
                talks[point.id],
                said,
                now=self.now,
                cost_per_segment_micro=self.terms.cost_per_segment_micro,
                vault=self.vault,
                priority=ALERT_PRIORITY,
            )
            for one, account, point, said in planned
        ]
        fresh = insert_new(rows)
        told = [(point.id, account.id, said.rendered.text) for _, account, point, said in planned]
        issue(told, self.now, self.vault)
        watch(fresh, self.terms.reply_hours, self.now)
        audit.record(self.vault, fresh, self.now)
        return len(fresh)

    def _note_silent(self, silent: Sequence[tuple[models.Account, str, Refused | None]]) -> None:
        """Record each alert that is not sent: the reason, and the gate's decision where it was the gate's."""
        decisions = models.GateDecision.objects.bulk_create(
            decision_row(refused, account.borrower_id, account.id, None, "import", self.now)
            for account, _, refused in silent
            if refused is not None
        )
        events = models.Event.objects.bulk_create(
            models.Event(
                at=self.now,
                kind="alert.not_sent",
                borrower_id=account.borrower_id,
                account_id=account.id,
                data={"reason": reason},
            )
            for account, reason, _ in silent
        )
        audit.record(self.vault, [*decisions, *events], self.now)


def _dues(account_ids: Sequence[UUID]) -> dict[UUID, list[models.Instalment]]:
    found: dict[UUID, list[models.Instalment]] = {}
    for due in models.Instalment.objects.filter(account_id__in=account_ids).order_by("due_on"):
        found.setdefault(due.account_id, []).append(due)
    return found
