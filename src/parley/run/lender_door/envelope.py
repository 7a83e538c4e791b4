"""A notice as it leaves: a CloudEvents 1.0 event as JSON, signed by Standard Webhooks. Same row, same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from standardwebhooks.webhooks import Webhook

from parley.store.models import LenderNotice

CONTENT_TYPE: Final = "application/cloudevents+json"
# The version of what `data` holds: it goes up when a field changes its meaning or goes.
_TYPE: Final = "parley.{}.v1"


def envelope(row: LenderNotice, told: Mapping[str, Any], source: str) -> str:
    """Return the event of *row*, which tells *told*, as one line of JSON."""
    account = told.get("account")
    event = {
        "specversion": "1.0",
        "id": str(row.key),
        "source": source,
        "type": _TYPE.format(row.kind),
        "time": row.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        **({"subject": f"account/{account['parley_id']}"} if account else {}),
        "datacontenttype": "application/json",
        "data": told,
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def headers(row: LenderNotice, body: str, secrets: Sequence[str], wall: datetime) -> dict[str, str]:
    """Return the headers of one try at *wall*: the same id at every try, a signature by each secret."""
    key = str(row.key)
    signed = " ".join(Webhook(secret).sign(key, wall, body) for secret in secrets)
    return {
        "Content-Type": CONTENT_TYPE,
        "webhook-id": key,
        "webhook-timestamp": str(int(wall.timestamp())),
        "webhook-signature": signed,
    }
