"""Deliver what waits for the lender: files first, then the webhook, beside the loops that serve borrowers.

A lender's system that does not answer keeps nobody else waiting: this runs in a thread of its own (`run.beside`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from django.db import InterfaceError, OperationalError, transaction

from parley.engine.library import Library
from parley.errors import BadInput, ParleyError
from parley.run.home import Opened
from parley.run.lender_door.envelope import envelope, headers
from parley.run.lender_door.files import write_files
from parley.run.lender_door.take import answer_in
from parley.run.lender_door.webhook import Came, Post, post_all
from parley.settings.lender_notices import LenderNotices
from parley.store import lender_queue, models
from parley.store.keys import KeySource, load_webhook_secrets
from parley.store.lender_answers import Taken, take_answer
from parley.store.lender_notices import told_in
from parley.store.lock import borrower_lock
from parley.store.vault import Vault

AT_ONCE: Final = 16
# Beyond the wait for the answer: marking it takes moments.
_LEASE_MORE_SECONDS: Final = 30
# Seconds after each failed try; the last one for all further tries. Twelve tries take two days.
_WAITS: Final = (10, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200)
# So much is added by chance, that those who failed together do not come again together. Per cent.
_JITTER: Final = 25
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, repr=False)
class Door:
    """What it takes to deliver. `wall` tells wall time: leases and signatures are of the real world."""

    settings: LenderNotices
    folder: Path
    secrets: tuple[str, ...]
    library: Library
    vault: Vault
    cost_per_segment_micro: int
    wall: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def by_file(self) -> bool:
        """Whether notices are written to files."""
        return self.settings.deliver_by in {"file", "both"}

    @property
    def by_webhook(self) -> bool:
        """Whether notices are posted."""
        return self.settings.deliver_by in {"webhook", "both"}

    def deliver(self, now: datetime) -> int:
        """Deliver what is due at *now*. Returns how much was done; again at the same instant it is soon nothing."""
        done = 0
        if self.by_file:
            done += write_files(self.folder, self.settings.source, now, self.vault, is_all=not self.by_webhook)
        if self.by_webhook:
            done += self._post_due(now)
        return done

    def _post_due(self, now: datetime) -> int:
        lease = self.settings.wait_seconds + _LEASE_MORE_SECONDS
        keys = lender_queue.claim(now, self.wall(), lease, AT_ONCE, only_written=self.by_file)
        rows = [row for row in lender_queue.load(keys) if row.body_sealed is not None]
        if not rows:
            return 0
        came = post_all(self.settings.webhook_url, [self._post(row) for row in rows], self.settings.wait_seconds)
        for row, one in zip(rows, came, strict=True):
            self._mark(row, one, now)
        return len(rows)

    def _post(self, row: models.LenderNotice) -> Post:
        body = envelope(row, told_in(row, self.vault), self.settings.source)
        return Post(body, headers(row, body, self.secrets, self.wall()))

    def _mark(self, row: models.LenderNotice, came: Came, now: datetime) -> None:
        """Write what came of a try, with what follows from an answer, in one transaction."""
        if came.fault:
            again = now + _wait(row) if row.tries < self.settings.tries else None
            if lender_queue.not_delivered(row, came.fault, again) and again is None:
                log.error("lender_notice_failed", notice=str(row.key), fault=came.fault, tries=row.tries)
            return
        try:
            with transaction.atomic():
                # Before the notice, as everybody does who writes of a borrower.
                borrower_lock([row.borrower_id])
                fault = self._answered(row, came, now) if lender_queue.delivered(row, now) else ""
                if fault:
                    lender_queue.note_fault(row, fault)
        except (OperationalError, InterfaceError, ParleyError):
            raise
        except Exception as defect:  # noqa: BLE001 - the lender has it; that its answer failed here, a person sees
            log.error("lender_answer_failed", notice=str(row.key), defect=type(defect).__name__)  # noqa: TRY400
            lender_queue.delivered(row, now, "answer_failed")
            return
        if fault:
            log.warning("lender_answer_not_taken", notice=str(row.key), fault=fault)

    def _answered(self, row: models.LenderNotice, came: Came, now: datetime) -> str:
        """Take the answer that came with the response. Returns why it could not be taken, "" where it could."""
        try:
            said = answer_in(came.body, row.key)
        except BadInput:
            return "answer_unreadable"
        if said is None:
            return ""
        taken = take_answer(row.key, said, now, self.library, self.cost_per_segment_micro, self.vault)
        return "" if isinstance(taken, Taken) else f"answer_{taken.no}"


def _wait(row: models.LenderNotice) -> timedelta:
    """Return how long to wait after this try; the share of chance comes of the notice and the try."""
    seconds = _WAITS[min(row.tries, len(_WAITS)) - 1]
    drawn = hashlib.sha256(f"{row.key} {row.tries}".encode()).digest()[0]
    return timedelta(seconds=seconds + seconds * _JITTER * drawn // 25_500)


def build_door(opened: Opened, library: Library, source: KeySource) -> Door | None:
    """Return the door of a home; None where its settings open none.

    Raises HomeUnusable where a webhook is to get notices and there is no secret to sign them with.
    """
    settings = opened.settings.lender_notices
    if settings.deliver_by == "none":
        return None
    secrets = load_webhook_secrets(source) if settings.deliver_by in {"webhook", "both"} else ()
    cost = opened.settings.messages.cost_per_segment_micro
    return Door(settings, opened.home.lender, secrets, library, opened.vault, cost)
