"""Case tables of carriers over HTTP: `cases/KIND.toml`, a route and what happens on it.

[route]        public_url, values, secrets as a lender gives them; what is left out is as declared
[[submission]] to, text, minutes it may still be carried; then method, url, headers (those that matter) and one of
               form, json, body; or the outcome where nothing leaves
[[answer]]     status and body; outcome: "accepted:ID", "rejected:CODE", "busy:CODE", "halted:CODE", "unknown:CODE"
[[lookup]]     url that is asked, status and body; found: the carrier's id; none of them: it cannot be asked
[[callback]]   form or body, query, token, headers; receipts and texts that it brings, or refused: "FAULT:FIELD"

The carriers of mainland China send by template and answer with HTTP 200 whatever they mean; their tables are in
`cases/mainland` and are read by `mainland.py`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from parley.ids import Msisdn
from parley.providers.declared import Given, Kind
from parley.providers.kinds import KINDS
from parley.providers.port import (
    Accepted,
    CallbackRefused,
    Delivery,
    DeliveryState,
    InboundIn,
    NotTaken,
    Outcome,
    Posted,
    ReceiptIn,
    Rejected,
    SentAs,
    Submission,
    Unknown,
)

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
REFERENCE = "9cb26c1f-2f0a-83bc-b32f-d45d13db5433"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ROOT = Path(__file__).parents[2]
TABLES = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in (Path(__file__).parent / "cases").glob("*.toml")
}


def cases(what: str) -> Iterator[tuple[Kind, Given, dict[str, Any]]]:
    """Yield every case of *what* of every kind that has a table."""
    for code, table in sorted(TABLES.items()):
        for case in table.get(what, []):
            yield KINDS[code], given(code), case


def names(what: str) -> list[str]:
    return [f"{code}: {case['name']}" for code, table in sorted(TABLES.items()) for case in table.get(what, [])]


def given(code: str) -> Given:
    route, keys = TABLES[code]["route"], KINDS[code].declared.keys
    values = {key.name: key.default or "" for key in keys if not key.is_secret} | route["values"]
    if "description_of" in route:
        # The worked example of a page is what is tested.
        page = (ROOT / route["description_of"]).read_text(encoding="utf-8")
        values["description"] = page.partition("```toml gateway.toml\n")[2].partition("```")[0]
    secrets = {key.name: key.default or "" for key in keys if key.is_secret} | route["secrets"]
    return Given("main", values, secrets, (SECRET,), route["public_url"])


def submission(case: dict[str, Any]) -> Submission:
    sent_as = SentAs(
        sender=case.get("sender", ""),
        signature=case.get("signature", ""),
        template_id=case.get("template_id", ""),
        values=tuple(tuple(pair) for pair in case.get("values", [])),
    )
    until = NOW + timedelta(minutes=case["minutes"])
    return Submission(REFERENCE, Msisdn(case["to"]), case["text"], 1, until, is_synthetic=False, sent_as=sent_as)


def told(outcome: Outcome) -> str:
    match outcome:
        case Accepted(provider_id):
            return f"accepted:{provider_id}"
        case Rejected(code):
            return f"rejected:{code}"
        case NotTaken(code, retryable, halts):
            assert retryable
            return f"{'halted' if halts else 'busy'}:{code}"
        case Unknown(code):
            return f"unknown:{code}"


def posted(case: dict[str, Any], url: str = "https://reply.lender.example/in/main") -> Posted:
    query, token = case.get("query", ""), case.get("token", "")
    url = f"{url}{'/' + token if token else ''}{'?' + query if query else ''}"
    return Posted(case.get("headers", {}), (case.get("form") or case["body"]).encode(), url, token, query)


def brought(case: dict[str, Any], heard_at: datetime) -> list[Delivery] | CallbackRefused | str:
    """Return what the callback of *case* must bring; of a refusal its words."""
    if "refused" in case:
        return str(case["refused"])

    def at(row: dict[str, Any]) -> datetime:
        return datetime.fromisoformat(row["at"]) if "at" in row else heard_at

    receipts = [
        ReceiptIn(row["id"], row.get("reference"), row["provider_id"], 0, DeliveryState(row["state"]), at(row))
        for row in case.get("receipts", [])
    ]
    texts = [
        InboundIn(
            row["id"], Msisdn(row["sender"]), row["to"], row["text"], at(row), has_media=row.get("has_media", False)
        )
        for row in case.get("texts", [])
    ]
    return [*receipts, *texts]
