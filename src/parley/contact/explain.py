"""Write a decision down: every rule asked and every fact used, fit for JSON, without personal data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from parley.contact.gate import Decision, Permit, Refused
from parley.contact.prepare import Case
from parley.errors import Refusal

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
        "opt_outs": sorted(opt_out.scope.value for opt_out in prepared.opt_outs),
        "designations": len(prepared.designations),
        "discloses": prepared.discloses.value,
        "identity_proven": prepared.identity_proven,
        "answers_inbound": prepared.answers_inbound,
        "unsigned_exceptions_bind": prepared.unsigned_bind,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
