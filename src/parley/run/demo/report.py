"""What a run came to, counted from the database: the figures of `report.json` and of the terminal.

Holds nothing that depends on how fast the machine was: same seed, same report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, Min, Q, Sum

from parley.locale import Language
from parley.rulebook.book import Rulebook
from parley.servicing.book.roll import is_cured
from parley.servicing.schedule import level_schedule
from parley.store import models
from parley.web.words import say

# Answers that ask for the same thing once more.
ASKING_BACK: Final = (
    *("unclear.ask_back", "unclear.media", "either.ask_back"),
    *("capacity.again", "identity.retry", "promise.ask"),
)
# What a reader must know before any figure; the words stand with those of the page.
ASSUMPTIONS: Final = ("report.assumed.rates", "report.assumed.people", "report.assumed.exceptions")


def build_report(
    parameters: Mapping[str, object],
    late_at_start: Mapping[UUID, bool],
    violations: Mapping[str, int],
    looked_at: Mapping[str, int],
    rulebook: Rulebook,
) -> dict[str, Any]:
    """Return the report. *late_at_start* says of each account with a simulated borrower whether it was past due."""
    refusals = _refusals()
    return {
        "parameters": dict(parameters),
        "assumptions": [say(key, Language.EN) for key in ASSUMPTIONS],
        "accounts": _accounts(),
        "funnel": _funnel(set(late_at_start)),
        "by_day": _by_day(),
        "nightly": _nightly(),
        "messages": _messages(),
        "segments": _segments(),
        "sent_by_purpose": _sent_by_purpose(),
        "refusals_by_rule": refusals,
        "rules": _rules({rule_id for counts in refusals.values() for rule_id in counts}, rulebook),
        "replies_by_intent": _counted(models.Inbound.objects.all(), "intent"),
        "conversations_by_state": _counted(models.Conversation.objects.all(), "state"),
        "agreements": _agreements(),
        "agreed_by_currency": _agreed_by_currency(),
        "promises": _counted(models.Promise.objects.all(), "standing"),
        "cures": cures(late_at_start),
        "campaigns": _campaigns(),
        "outcome": _outcome(),
        "hand_overs_by_reason": _hand_overs(),
        "violations": dict(sorted(violations.items())),
        "checked": dict(sorted(looked_at.items())),
    }


def _counted(rows: Any, field: str) -> dict[str, int]:  # noqa: ANN401 - a query of any model
    return dict(rows.values_list(field).annotate(n=Count("pk")).order_by(field))


def _accounts() -> dict[str, Any]:
    return {
        "imported": models.Account.objects.count(),
        "by_jurisdiction": dict(
            models.Account.objects.values_list("borrower__jurisdiction")
            .annotate(n=Count("pk"))
            .order_by("borrower__jurisdiction")
        ),
        "held_out": models.Account.objects.filter(arm="holdout").count(),
    }


def _funnel(simulated: set[UUID]) -> dict[str, int]:
    """Return how many of the accounts with a simulated borrower came so far: nobody else can answer."""
    arrangements, promises = models.Arrangement.objects.all(), models.Promise.objects.all()
    kept_in_part = arrangements.filter(standing__in=["active", "kept"], instalments__cleared_on__isnull=False)
    steps: dict[str, Any] = {
        "written_to": models.Message.objects.filter(submitted_at__isnull=False),
        "replied": models.Conversation.objects.filter(inbounds__isnull=False),
        "identity_proven": models.Conversation.objects.filter(contact_point__identity_proven_at__isnull=False),
        "offered": models.OfferRecord.objects.all(),
    }
    reached = {step: set(rows.values_list("account_id", flat=True)) for step, rows in steps.items()}
    reached["agreed"] = {*arrangements.values_list("account_id", flat=True)}
    reached["agreed"] |= {*promises.values_list("account_id", flat=True)}
    reached["kept"] = {*kept_in_part.values_list("account_id", flat=True)}
    reached["kept"] |= {*promises.filter(standing="kept").values_list("account_id", flat=True)}
    return {"simulated": len(simulated), **{step: len(found & simulated) for step, found in reached.items()}}


def _by_day() -> dict[str, dict[str, int]]:
    """Return what happened on each day (UTC) from the first to the last on which anything did."""
    counted: dict[str, dict[date, int]] = {
        "sent": _on_days(models.Message.objects.filter(submitted_at__isnull=False), "submitted_at__date"),
        "replies": _on_days(models.Inbound.objects.all(), "received_at__date"),
        "payments": _on_days(models.Payment.objects.all(), "received_at__date"),
        "arrangements": _on_days(models.Arrangement.objects.all(), "agreed_at__date"),
        "promises": _on_days(models.Promise.objects.all(), "made_at__date"),
    }
    days = sorted({day for found in counted.values() for day in found})
    every = [days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)] if days else []
    return {day.isoformat(): {name: found.get(day, 0) for name, found in counted.items()} for day in every}


def _on_days(rows: Any, field: str) -> dict[date, int]:  # noqa: ANN401 - a query of any model
    return dict(rows.values_list(field).annotate(n=Count("pk")).order_by(field))


def _outcome() -> dict[str, int]:
    """Return the figures that stand for themselves. Asked back or handed over counts replies, not people."""
    replies = models.Inbound.objects.count()
    asked_back = models.Message.objects.filter(template_key__in=ASKING_BACK).count()
    handed_over = models.Event.objects.filter(kind="handed_over").count()
    refused = models.Consent.objects.filter(granted=False, source="reply")
    return {
        "accounts": models.Account.objects.count(),
        "payments": models.Payment.objects.count(),
        "replies": replies,
        "replies asked back or handed over": asked_back + handed_over,
        "opt-outs": refused.values("borrower_id").distinct().count(),
        "numbers quarantined": models.ContactPoint.objects.filter(quarantined_at__isnull=False).count(),
    }


def _campaigns() -> dict[str, dict[str, int]]:
    return {
        campaign.name: {
            "reached": campaign.count,
            "segments": campaign.segments,
            "excluded": sum(campaign.excluded.values()),
        }
        for campaign in models.Campaign.objects.order_by("name")
    }


def _nightly() -> dict[str, int]:
    total: Counter[str] = Counter()
    for counts in models.Run.objects.values_list("counts", flat=True):
        total.update({key: value for key, value in counts.items() if key != "chunks"})
    return dict(sorted(total.items()))


def _messages() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    rows = models.Message.objects.values_list("purpose", "state").annotate(n=Count("pk")).order_by("purpose", "state")
    for purpose, state, count in rows:
        found.setdefault(purpose, {})[state] = count
    return found


def _segments() -> dict[str, Any]:
    sent = models.Message.objects.filter(submitted_at__isnull=False)
    sums = sent.aggregate(segments=Sum("segments"), cost=Sum("cost_micro"))
    by_encoding = sent.values_list("encoding").annotate(n=Sum("segments")).order_by("encoding")
    return {"sent": sums["segments"] or 0, "cost_micro": sums["cost"] or 0, **dict(by_encoding)}


def _sent_by_purpose() -> dict[str, dict[str, int]]:
    rows = models.Message.objects.filter(submitted_at__isnull=False).values_list("purpose").order_by("purpose")
    counted = rows.annotate(n=Count("pk"), segment_count=Sum("segments"), cost=Sum("cost_micro"))
    return {purpose: {"messages": n, "segments": parts, "cost_micro": cost} for purpose, n, parts, cost in counted}


def _rules(rule_ids: set[str], rulebook: Rulebook) -> dict[str, dict[str, Any]]:
    """Return what each of these rules says and where it is written; one the rulebook no longer has is left out."""
    found = sorted((rule for rule in rulebook.rules if rule.id in rule_ids), key=lambda rule: rule.id)
    return {
        rule.id: {
            "layer": str(rule.layer),
            "citation": rule.citation,
            "text": {"en": rule.text.en, "zh": rule.text.zh},
            "reason": {"en": rule.reason.en, "zh": rule.reason.zh} if rule.reason else {},
        }
        for rule in found
    }


def _refusals() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    rows = (
        models.GateDecision.objects.exclude(verdict="allow")
        .values_list("stage", "rule_id", "verdict")
        .annotate(n=Count("pk"))
        .order_by("stage", "rule_id", "verdict")
    )
    for stage, rule_id, verdict, count in rows:
        found.setdefault(f"{stage}.{verdict}", {})[rule_id] = count
    return found


def _agreements() -> dict[str, Any]:
    parts = models.ArrangementInstalment.objects.aggregate(
        paid=Count("pk", filter=Q(paid_minor__gte=F("amount_minor"))), agreed=Count("pk")
    )
    return {
        **_counted(models.Arrangement.objects.all(), "standing"),
        "total": models.Arrangement.objects.count(),
        "instalments_agreed": parts["agreed"],
        "instalments_paid": parts["paid"],
    }


def _agreed_by_currency() -> dict[str, dict[str, int]]:
    """Return what was agreed. Relief: the interest that as many payments at the contract's rate would add."""
    found: dict[str, dict[str, int]] = {}
    empty = {"arrangements": 0, "rate_lowered": 0, "balance_minor": 0, "interest_minor": 0, "relief_minor": 0}
    rows = models.Arrangement.objects.select_related("account").annotate(
        payments=Count("instalments"), first=Min("instalments__due_on")
    )
    for agreed in rows.order_by("currency", "id"):
        contract_bps = agreed.account.annual_rate_bps
        total = found.setdefault(agreed.currency, dict(empty))
        total["arrangements"] += 1
        total["balance_minor"] += agreed.balance_minor
        total["interest_minor"] += agreed.total_minor - agreed.balance_minor
        if contract_bps > agreed.annual_rate_bps:
            at_contract = level_schedule(
                agreed.balance_minor, contract_bps, agreed.payments, agreed.first, agreed.currency
            )
            total["rate_lowered"] += 1
            total["relief_minor"] += at_contract.total_minor - agreed.total_minor
    return found


def _hand_overs() -> dict[str, int]:
    reasons = Counter(
        str(data.get("reason", ""))
        for data in models.Event.objects.filter(kind="handed_over").values_list("data", flat=True)
    )
    return dict(sorted(reasons.items()))


def cures(late_at_start: Mapping[UUID, bool]) -> dict[str, dict[str, int]]:
    """Return, by arm, how many accounts with a simulated borrower were past due and how many of them no longer are."""
    still_late = set(
        models.Instalment.objects.filter(paid_minor__lt=F("amount_minor"), due_on__lt=_last_day()).values_list(
            "account_id", flat=True
        )
    )
    found: dict[str, dict[str, int]] = {}
    arms = dict(models.Account.objects.values_list("id", "arm"))
    for account_id, was_late in late_at_start.items():
        row = found.setdefault(arms[account_id], {"accounts": 0, "past_due": 0, "cured": 0, "fell_behind": 0})
        row["accounts"] += 1
        is_late = account_id in still_late
        row["past_due"] += was_late
        row["cured"] += is_cured(was_past_due=was_late, is_past_due=is_late)
        row["fell_behind"] += is_late and not was_late
    return dict(sorted(found.items()))


def _last_day() -> Any:  # noqa: ANN401 - a date, or nothing on an empty book
    return models.Run.objects.order_by("-as_of").values_list("as_of", flat=True).first()
