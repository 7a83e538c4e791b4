"""Promotion campaigns: who would get it and what it costs, a second person's approval, sending, stopping.

The gate judges each borrower as for any other message: consent, arrears, holds, hours, caps. What it refuses is counted
by rule before anybody approves. A campaign is sent once to an account, however often `send` is run.

Where the people who answer are behind, a text that is answered goes to no more borrowers than they have room for, as at
night (`nightly_budget`), and what the night asked of them comes first. The others wait, counted, for the next day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from parley.contact.gate import Refused
from parley.engine.announce import Announcement, Figures, announce
from parley.engine.nightly import Trigger
from parley.engine.turn import Library
from parley.errors import BadInput
from parley.ids import derive_id
from parley.messaging.catalogue import Context
from parley.messaging.ledger import State
from parley.purpose import Purpose
from parley.run.nightly import NightlyTerms
from parley.run.nightly_budget import ENDS_WITH_A_PERSON
from parley.run.queueing import message_row
from parley.store import audit, jobs, models
from parley.store.book import chunks_for, load_accounts, load_page, open_talks, points_of, talks_on
from parley.store.bulk import insert_new
from parley.store.lock import borrower_lock
from parley.store.page_links import issue, token_of
from parley.store.records import load_records
from parley.store.rows import account_of, party_of
from parley.store.vault import Vault

TEMPLATES: Final = ("promotion.offer",)
_FROM: Final[dict[str, tuple[str, ...]]] = {
    "approve": ("draft",),
    "send": ("approved", "sending"),
    "stop": ("draft", "approved", "sending", "sent"),
}

# The job that sends a campaign, and when what is left over is looked at again: the room is of one working day.
SEND_JOB: Final = "campaign.send"
PACE: Final = timedelta(days=1)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Queued:
    """What a run of `send` came to: how many messages are `new`, and how many borrowers are `waiting` for room."""

    new: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a campaign is for, before the gate has its say: every open account, or those of some places."""

    jurisdictions: tuple[str, ...] = ()

    def holds(self, jurisdiction: str) -> bool:
        """Return whether a borrower of *jurisdiction* is meant; US covers US-CA."""
        return not self.jurisdictions or any(
            jurisdiction == one or jurisdiction.startswith(f"{one}-") for one in self.jurisdictions
        )


class Campaigns:
    """The campaigns of a home."""

    def __init__(self, library: Library, terms: NightlyTerms, vault: Vault) -> None:
        self._library, self._terms, self._vault = library, terms, vault

    def draft(
        self,
        name: str,
        template_key: str,
        audience: Audience,
        by: str,
        now: datetime,
        progress: Progress = lambda _done, _of: None,
    ) -> models.Campaign:
        """Make a draft and count whom it would reach now, what it would cost, and whom the gate excludes by rule."""
        if template_key not in TEMPLATES:
            raise BadInput(
                f"{template_key!r} is no promotion. Use one of {', '.join(TEMPLATES)}.",
                f"{template_key!r} 不是营销模板，请使用：{'、'.join(TEMPLATES)}。",
            )
        if models.Campaign.objects.filter(name=name).exists():
            raise BadInput(
                f"There is a campaign named {name!r} already. Choose another name.",
                f"已有名为 {name!r} 的营销活动，请换名。",
            )
        campaign = models.Campaign(
            id=derive_id("campaign", name),
            name=name,
            template_key=template_key,
            audience={"jurisdictions": list(audience.jurisdictions)},
            created_by=by,
            created_at=now,
        )
        self._count(campaign, now, progress)
        with transaction.atomic():
            campaign.save(force_insert=True)
            self._tell(campaign, "campaign.drafted", by, now)
        return campaign

    def count_again(
        self, name: str, by: str, now: datetime, progress: Progress = lambda _done, _of: None
    ) -> models.Campaign:
        """Count a draft anew: whom it would reach by now, at what price, and whom the gate excludes."""
        counted = self.find(name)
        self._count(counted, now, progress)
        with transaction.atomic():
            self._find(name, "approve")
            counted.save(update_fields=["count", "segments", "cost_micro", "excluded", "counted_at"])
            self._tell(counted, "campaign.counted", by, now)
        return counted

    def approve(self, name: str, by: str, now: datetime) -> models.Campaign:
        """Approve a draft; nobody approves their own."""
        with transaction.atomic():
            campaign = self._find(name, "approve")
            if campaign.created_by == by:
                raise BadInput(
                    "A campaign is approved by a second person, not by the one who made it.",
                    "营销活动须由第二人审批，不得由创建者本人审批。",
                )
            if campaign.is_count_old(now):
                raise BadInput(
                    "Whom it would reach was counted more than a day ago. Count again, look at it, then approve.",
                    "发送对象的统计已超过一天。请重新统计，核对后再审批。",
                )
            campaign.state, campaign.approved_by, campaign.approved_at = "approved", by, now
            campaign.save()
            self._tell(campaign, "campaign.approved", by, now)
        return campaign

    def send(self, name: str, by: str, now: datetime, progress: Progress) -> Queued:
        """Queue the campaign's messages, as many as the people have room for; run again it goes on with the others."""
        with transaction.atomic():
            campaign = self._find(name, "send")
            campaign.state = "sending"
            campaign.save(update_fields=["state"])
            self._tell(campaign, "campaign.sending", by, now)
        queued, chunks, left = Queued(), self._chunk_count(), self._room(campaign, now)
        for number in range(chunks):
            with transaction.atomic():
                if self._find(name, "").state != "sending":
                    return queued
                more = self._queue(campaign, number, chunks, now, None if left is None else max(0, left - queued.new))
            queued = Queued(queued.new + more.new, queued.waiting + more.waiting)
            progress(number + 1, chunks)
        with transaction.atomic():
            if queued.waiting:
                self._tell(campaign, "campaign.paced", by, now, waiting=queued.waiting)
                return queued
            campaign.state, campaign.ended_at = "sent", now
            campaign.save(update_fields=["state", "ended_at"])
            self._tell(campaign, "campaign.sent", by, now)
        return queued

    def go_on_later(self, name: str, by: str, now: datetime, queued: Queued) -> None:
        """Ask for the campaign to go on by itself with those who wait, where some do."""
        if queued.waiting:
            key, asked = str(self.find(name).id), {"name": name, "by": by}
            job = jobs.ask_for(SEND_JOB, key, asked, by, now, now + PACE)
            models.Job.objects.filter(id=job, state="waiting").update(result={"waiting": queued.waiting})

    def stop(self, name: str, by: str, now: datetime) -> int:
        """Stop a campaign and cancel what waits. Returns how many were cancelled; what has left cannot be recalled."""
        with transaction.atomic():
            campaign = self._find(name, "stop")
            waiting = models.Message.objects.filter(campaign=campaign, state=State.QUEUED)
            cancelled = waiting.update(state=State.CANCELLED, reason="campaign_stopped", finished_at=now)
            campaign.state, campaign.ended_at = "stopped", now
            campaign.save(update_fields=["state", "ended_at"])
            jobs.take_off(SEND_JOB, str(campaign.id), now)
            self._tell(campaign, "campaign.stopped", by, now)
        return cancelled

    def find(self, name: str) -> models.Campaign:
        """Return the campaign called *name*; BadInput where there is none."""
        with transaction.atomic():
            return self._find(name, "")

    def _find(self, name: str, step: str) -> models.Campaign:
        campaign = models.Campaign.objects.select_for_update().filter(name=name).first()
        if campaign is None:
            raise BadInput(f"There is no campaign named {name!r}.", f"没有名为 {name!r} 的营销活动。")
        if step and campaign.state not in _FROM[step]:
            raise BadInput(
                f"The campaign is {campaign.state}; {step} needs one that is {' or '.join(_FROM[step])}.",
                f"该营销活动状态为 {campaign.state}，此操作要求状态为 {'或'.join(_FROM[step])}。",
            )
        return campaign

    def _count(self, campaign: models.Campaign, now: datetime, progress: Progress) -> None:
        excluded: Counter[str] = Counter()
        chunks = self._chunk_count()
        campaign.count = campaign.segments = 0
        for number in range(chunks):
            reached = self._reached(campaign, number, chunks, now, excluded)
            campaign.count += len(reached)
            campaign.segments += sum(said.rendered.segments.count for _, _, said in reached)
            progress(number + 1, chunks)
        campaign.cost_micro = campaign.segments * self._terms.cost_per_segment_micro
        campaign.excluded = dict(sorted(excluded.items()))
        campaign.counted_at = now

    def _chunk_count(self) -> int:
        return chunks_for(models.Account.objects.count(), self._terms.chunk_accounts)

    def _reached(
        self, campaign: models.Campaign, number: int, chunks: int, now: datetime, excluded: Counter[str]
    ) -> list[tuple[models.Account, models.ContactPoint, Announcement]]:
        """Return whom of a chunk the gate lets the campaign reach; count the others by rule."""
        page = load_page(number, chunks, now.date())
        audience = Audience(tuple(campaign.audience["jurisdictions"]))
        wanted = [key for key, row in page.rows.items() if row.is_open and not row.is_held_out]
        accounts = {key: row for key, row in load_accounts(wanted).items() if audience.holds(row.borrower.jurisdiction)}
        borrowers = {row.borrower_id for row in accounts.values()}
        points, records = points_of(borrowers), load_records(borrowers, now)
        reached = []
        for key in sorted(accounts):
            account = accounts[key]
            point = points.get(account.borrower_id)
            if point is None:
                excluded["no_address"] += 1
                continue
            said = announce(
                Trigger(Purpose.PROMOTION, campaign.template_key, f"campaign:{campaign.id}"),
                party_of(account.borrower, point, {}, token_of(point.id, account.id, now, self._vault)),
                account_of(account, page.rows[key].dues),
                records[account.borrower_id],
                Figures(),
                as_of=_today(now),
                now=now,
                last_use_hours=self._terms.last_use_hours,
                also_held=frozenset(),
                library=self._library,
            )
            if isinstance(said, Refused):
                excluded[said.primary.rule_id] += 1
            else:
                reached.append((account, point, said))
        return reached

    def _room(self, campaign: models.Campaign, now: datetime) -> int | None:
        """Return to how many more the people can answer now; None where they keep up, or the text is not answered."""
        if self._library.catalogue.entry(campaign.template_key).context is Context.NONE:
            return None
        most = self._terms.most_overdue(self._library)
        if most is None:
            return None
        asked = models.Message.objects.filter(
            Q(campaign__isnull=False) | Q(template_key__startswith=ENDS_WITH_A_PERSON), created_at__gt=now - PACE
        ).exclude(state__in=[State.CANCELLED, State.REFUSED, State.EXPIRED])
        return max(0, most - asked.count())

    def _queue(self, campaign: models.Campaign, number: int, chunks: int, now: datetime, most: int | None) -> Queued:
        """Queue what is new of a chunk, *most* at most (None: all); the others wait."""
        reached = self._reached(campaign, number, chunks, now, Counter())
        ids = [message_id(campaign.id, account.id) for account, _, _ in reached]
        known = set(models.Message.objects.filter(id__in=ids).values_list("id", flat=True))
        wanting = [one for key, one in zip(ids, reached, strict=True) if key not in known]
        reached = wanting[:most]
        borrower_lock({account.borrower_id for account, _, _ in reached})
        wanted = [(point, account.id) for account, point, _ in reached]
        talks = open_talks(wanted, talks_on([point for point, _ in wanted]), now)
        rows = [
            message_row(
                message_id(campaign.id, account.id),
                account,
                point,
                talks[point.id],
                said,
                now=now,
                cost_per_segment_micro=self._terms.cost_per_segment_micro,
                spread_minutes=self._terms.spread_minutes,
                vault=self._vault,
                campaign=campaign,
            )
            for account, point, said in reached
        ]
        fresh = insert_new(rows)
        issue([(point.id, account.id, said.rendered.text) for account, point, said in reached], now, self._vault)
        audit.record(self._vault, fresh, now)
        return Queued(len(fresh), len(wanting) - len(reached))

    def _tell(self, campaign: models.Campaign, kind: str, by: str, now: datetime, **more: int) -> None:
        data = {"campaign": str(campaign.id), "by": by, "count": campaign.count, **more}
        audit.record(self._vault, [models.Event.objects.create(at=now, kind=kind, data=data)], now)


def message_id(campaign_id: UUID, account_id: UUID) -> UUID:
    """Return the id of a campaign's message to an account: there is one."""
    return derive_id("message", "campaign", str(campaign_id), str(account_id))


def _today(now: datetime) -> date:
    """Return the day the audience is judged on; the send window is each borrower's own."""
    return now.date()
