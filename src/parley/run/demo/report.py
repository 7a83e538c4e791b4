"""What a run came to, counted from the database: the figures of `report.json` and of the terminal.

Holds nothing that depends on how fast the machine was: same seed, same report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, Sum

from parley.store import models

# Answers that ask for the same thing once more.
ASKING_BACK = ("unclear.ask_back", "capacity.again", "identity.retry", "promise.ask")


def build_report(
    parameters: Mapping[str, object],
    late_at_start: Mapping[UUID, bool],
    violations: Mapping[str, int],
    looked_at: Mapping[str, int],
) -> dict[str, Any]:
    """Return the report. *late_at_start* says of each account with a simulated borrower whether it was past due."""
    return {
        "parameters": dict(parameters),
        "assumptions": [
            "Rates are assumed; the sample has none.",
            "Names, numbers, postcodes and contract tails are made up; the sandbox delivers to nobody.",
            "Exceptions that no reviewer has signed are in force here (contact.unsigned_exceptions_bind).",
        ],
        "accounts": _accounts(),
        "nightly": _nightly(),
        "messages": _messages(),
        "segments": _segments(),
        "refusals_by_rule": _refusals(),
        "replies_by_intent": _counted(models.Inbound.objects.all(), "intent"),
        "conversations_by_state": _counted(models.Conversation.objects.all(), "state"),
        "agreements": _agreements(),
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
        row["cured"] += was_late and not is_late
        row["fell_behind"] += is_late and not was_late
    return dict(sorted(found.items()))


def _last_day() -> Any:  # noqa: ANN401 - a date, or nothing on an empty book
    return models.Run.objects.order_by("-as_of").values_list("as_of", flat=True).first()
