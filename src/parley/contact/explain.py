"""Write a decision down: every rule asked and every fact used, fit for JSON, without personal data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from parley.contact.gate import Decision, Permit, Refused
from parley.contact.prepare import Case
from parley.errors import Refusal
from parley.rulebook.prepared import Carriage, PlanTerms

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"


def explain(decision: Decision) -> dict[str, Json]:
    """Return the decision as plain values with rule ids and the facts they were judged on.

    No account, address, name or text is in it: opaque references of the history are counted, not shown.
    """
    retry_at = decision.retry_at if isinstance(decision, Refused) else None
    refusals = decision.refusals if isinstance(decision, Refused) else ()
    return {
        "decision": word_of(decision),
        "decided_at": decision.decided_at.isoformat(),
        "retry_at": _iso(retry_at),
        "rulebook": decision.rulebook_hash,
        "rules": list(decision.rules),
        "lifted": dict(decision.lifted),
        "refusals": [_refusal(one) for one in refusals],
        # Days may be holidays and nobody here knows.
        "holidays_unknown": list(decision.case.beyond_calendars),
        "facts": _facts(decision.case),
    }


def word_of(decision: Decision) -> str:
    """Return allow, defer or block."""
    match decision:
        case Permit():
            return "allow"
        case Refused(retry_at=None):
            return "block"
        case Refused():
            return "defer"


def _refusal(refusal: Refusal) -> Json:
    return {
        "rule": refusal.rule_id,
        "reason": refusal.reason_code,
        "layer": refusal.layer,
        "citation": refusal.citation,
        "retry_at": _iso(refusal.retry_at),
    }


def _facts(case: Case) -> Json:
    prepared, question = case.prepared, case.question
    return {
        "jurisdiction": question.jurisdiction,
        "actor": question.actor.value,
        "purpose": question.purpose.value,
        "judged_as": prepared.purpose.value,
        "channel": question.channel.value,
        "product": question.product,
        "local": {
            zone: f"{moment.day.isoformat()} {moment.minute // 60:02d}:{moment.minute % 60:02d}"
            for zone, moment in sorted(prepared.moments.items())
        },
        "zones": list(prepared.zones),
        "days_past_due": prepared.days_past_due,
        "counts": dict(sorted(prepared.counts.items())),
        "flags": sorted(flag.value for flag in prepared.flags),
        "consents": sorted(consent.value for consent in prepared.consents),
        "content": sorted(one.value for one in prepared.content) if prepared.content is not None else None,
        "opt_outs": sorted(opt_out.scope.value for opt_out in prepared.opt_outs),
        "designations": len(prepared.designations),
        "discloses": prepared.discloses.value,
        "identity_proven": prepared.identity_proven,
        "answers_inbound": prepared.answers_inbound,
        "answers_same_day": prepared.answers_same_day,
        "since": {flag.value: [day.isoformat() for day in days] for flag, days in sorted(prepared.since.items())},
        "contract_on": prepared.contract_on.isoformat() if prepared.contract_on is not None else None,
        "plan": _plan(prepared.plan),
        "unsigned_exceptions_bind": prepared.unsigned_bind,
        # Absent where nobody knew it, as in decisions of versions that did not ask.
        **(_carriage(prepared.carriage) if prepared.carriage is not None else {}),
    }


def _plan(plan: PlanTerms | None) -> Json:
    """Return what the rules looked at, without amounts: whether interest outgrew principal, not by how much."""
    if plan is None:
        return None
    return {
        "months": str(plan.months) if plan.months is not None else None,
        "apr": str(plan.apr) if plan.apr is not None else None,
        "new_disbursement": plan.is_new_disbursement,
        "traits": sorted(trait.value for trait in plan.traits),
        "states": sorted(one.value for one in plan.states) if plan.states is not None else None,
    }


def _carriage(carriage: Carriage) -> Mapping[str, Json]:
    return {
        "provider": carriage.provider,
        "sender_form": carriage.form.value if carriage.form is not None else None,
        "registered": sorted(one.value for one in carriage.registered),
        "relied_on": list(carriage.relied_on),
        "registrations": carriage.registrations,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
