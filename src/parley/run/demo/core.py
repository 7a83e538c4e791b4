"""The simulated lender's core system: it bills the next minimum payment, and takes in what people pay.

Accounts with a simulated borrower pay as that person would; all others as their own last months did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from parley.dates import add_months
from parley.ids import derive_id
from parley.purpose import Purpose
from parley.run.posting import Posting, post
from parley.servicing.account import Balance
from parley.servicing.minimum import MinimumTerms, minimum_payment
from parley.servicing.waterfall import Waterfall
from parley.simulation.payments import DueKind, Nudges, PaymentAct, pays, pays_as_before
from parley.simulation.persona import Persona
from parley.simulation.world import World
from parley.store import audit, models
from parley.store.bulk import insert_new, update_rows
from parley.store.vault import Vault

# People pay up to a week early and three weeks late.
EARLIEST_DAYS: Final = 7
LATEST_DAYS: Final = 21
# One account in so many has its limit looked at on a day of the year.
LIMIT_CYCLE: Final = 500


@dataclass(frozen=True, slots=True, repr=False)
class _Owed:
    """One thing that falls due: a minimum payment, an instalment agreed, a promise."""

    account_id: UUID
    kind: DueKind
    due_on: date
    amount_minor: int
    days_past_due: int


class Core:
    """The lender's side of the simulation."""

    def __init__(
        self,
        personas: Mapping[UUID, Persona],
        world: World,
        waterfalls: Mapping[str, Waterfall],
        seed: int,
        vault: Vault,
    ) -> None:
        self._personas, self._world, self._waterfalls = personas, world, waterfalls
        self._seed, self._vault = seed, vault
        self._months = {
            key: tuple(months) for key, months in models.Account.objects.values_list("id", "history") if months
        }

    def day(self, today: date, now: datetime) -> int:
        """Bill what is to be billed and post what is paid on *today*, in one transaction. Returns the payments."""
        with transaction.atomic():
            self._bill(today)
            self._change_limits(today, now)
            postings = list(self._paid(today, now))
            known = set(
                models.Payment.objects.filter(received_at__gte=now - timedelta(days=1)).values_list("id", flat=True)
            )
            fresh = [one for one in postings if one.payment_id not in known]
            post(self._vault, fresh, self._waterfalls, now)
            return len(fresh)

    def _bill(self, today: date) -> None:
        """Let the next minimum fall due a month after the last, unless a plan took its place or nothing is owed."""
        last_due = today - timedelta(days=1)
        with_plan = models.Arrangement.objects.filter(standing="active").values("account_id")
        passed = (
            models.Instalment.objects.filter(due_on=last_due, account__status="open", account__principal_minor__gt=0)
            .exclude(account_id__in=with_plan)
            .select_related("account__product")
        )
        bills = []
        for due in passed:
            account, product = due.account, due.account.product
            terms = MinimumTerms(product.minimum_percent_bps, product.minimum_floor_minor)
            owed = Balance(
                account.principal_minor, account.interest_minor, account.fee_minor, account.penalty_interest_minor,
                account.cost_minor,
            )  # fmt: skip
            amount = minimum_payment(terms, owed)
            bills.append(models.Instalment(account=account, due_on=add_months(due.due_on, 1), amount_minor=amount))
        models.Instalment.objects.bulk_create(bills, ignore_conflicts=True)

    def _change_limits(self, today: date, now: datetime) -> None:
        """Raise the limit of a few who pay, lower that of a few who do not: two in a thousand accounts a day."""
        day = (today - date(today.year, 1, 1)).days
        chosen = [
            account_id
            for account_id in models.Account.objects.filter(status="open").values_list("id", flat=True)
            if account_id.int % LIMIT_CYCLE == day
        ]
        late = set(
            models.Instalment.objects.filter(
                account_id__in=chosen, due_on__lt=today, paid_minor__lt=F("amount_minor")
            ).values_list("account_id", flat=True)
        )
        changes = []
        for account in models.Account.objects.filter(id__in=chosen, credit_limit_minor__gt=0).order_by("id"):
            assert account.credit_limit_minor is not None, "asked for in the query"
            after = account.credit_limit_minor * (9 if account.id in late else 11) // 10
            key = derive_id("limit_change", str(account.id), today.isoformat())
            changes.append(
                models.LimitChange(
                    id=key,
                    account=account,
                    row_key=key.hex,
                    effective_on=today,
                    before_minor=account.credit_limit_minor,
                    after_minor=after,
                )
            )
        fresh = insert_new(changes)
        for change in fresh:
            change.account.credit_limit_minor = change.after_minor
        update_rows([change.account for change in fresh], ["credit_limit_minor"])
        audit.record(self._vault, fresh, now)

    def _paid(self, today: date, now: datetime) -> Iterator[Posting]:
        balances = dict(models.Account.objects.filter(status="open").values_list("id", "principal_minor"))
        reminded = self._reminded(today)
        for owed in self._owed(today):
            balance = balances.get(owed.account_id, 0)
            act = self._act(owed, balance, reminded.get((owed.account_id, owed.due_on), 0))
            if act is None or owed.due_on + timedelta(days=act.day_offset) != today:
                continue
            amount = min(act.amount_minor, balance)
            if amount > 0:
                key = f"{owed.account_id}:{owed.kind}:{owed.due_on}"
                payment_id = derive_id("payment", key)
                yield Posting(payment_id, owed.account_id, payment_id.hex, amount, today, now)

    def _act(self, owed: _Owed, balance_minor: int, reminders: int) -> PaymentAct | None:
        persona = self._personas.get(owed.account_id)
        if persona is not None:
            return pays(
                self._world.card,
                persona,
                owed.due_on,
                owed.amount_minor,
                owed.kind,
                days_past_due=owed.days_past_due,
                nudges=Nudges(reminders=reminders),
            )
        months = self._months.get(owed.account_id, ())
        return pays_as_before(self._seed, str(owed.account_id), months, owed.due_on, owed.amount_minor, balance_minor)

    def _owed(self, today: date) -> Iterator[_Owed]:
        """Yield what is near its day: the agreed first, for it takes the place of the minimum payment."""
        first, last = today - timedelta(days=LATEST_DAYS), today + timedelta(days=EARLIEST_DAYS)
        near = {"due_on__gte": first, "due_on__lte": last}
        agreed = set(models.Arrangement.objects.filter(standing="active").values_list("account_id", flat=True))
        parts = models.ArrangementInstalment.objects.filter(**near, arrangement__standing="active")
        for account, due_on, amount in parts.order_by("id").values_list(
            "arrangement__account_id", "due_on", "amount_minor"
        ):
            yield _Owed(account, DueKind.ARRANGEMENT, due_on, amount, 0)
        promises = models.Promise.objects.filter(**near, standing="active")
        promised = set()
        for account, due_on, amount in promises.order_by("id").values_list("account_id", "due_on", "amount_minor"):
            promised.add(account)
            yield _Owed(account, DueKind.PROMISE, due_on, amount, 0)
        oldest = self._oldest_open(today)
        dues = models.Instalment.objects.filter(**near).order_by("account_id", "due_on")
        for account, due_on, amount in dues.values_list("account_id", "due_on", "amount_minor"):
            if account not in agreed and account not in promised:
                late = max(0, (due_on - oldest.get(account, due_on)).days)
                yield _Owed(account, DueKind.MINIMUM, due_on, amount, late)

    def _oldest_open(self, today: date) -> dict[UUID, date]:
        """Return the oldest unpaid due of each account that has one before today."""
        found: dict[UUID, date] = {}
        rows = models.Instalment.objects.filter(due_on__lt=today).exclude(paid_minor__gte=F("amount_minor"))
        for account, due_on in rows.order_by("due_on").values_list("account_id", "due_on"):
            found.setdefault(account, due_on)
        return found

    def _reminded(self, today: date) -> dict[tuple[UUID, date], int]:
        """Return how many reminders reached an account before each due date near today."""
        since = today - timedelta(days=LATEST_DAYS + EARLIEST_DAYS)
        rows = models.Message.objects.filter(
            purpose=Purpose.REMINDER, state="delivered", created_at__date__gte=since, account__isnull=False
        )
        found: dict[tuple[UUID, date], int] = {}
        for account_id, about in rows.values_list("account_id", "about_on"):
            if account_id in self._personas and about is not None:
                found[account_id, about] = found.get((account_id, about), 0) + 1
        return found
