"""What of a row is committed to, and how. Pure.

A commitment is HMAC-SHA256, under a key derived from the home's audit key, over the row's immutable columns in one
canonical form. It never covers ciphertext. A sealed text is committed to apart, by a digest under the person's own key:
when the person is erased that digest is noise, while the columns beside it can still be checked.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Model

from parley.store.models import (
    Arrangement,
    ArrangementInstalment,
    Call,
    Consent,
    Correction,
    Event,
    GateDecision,
    Hold,
    Inbound,
    LenderNotice,
    LimitChange,
    Message,
    NamedTimes,
    Note,
    OfferRecord,
    Payment,
    Promise,
    Receipt,
    Reveal,
    Transaction,
)
from parley.store.sealed import Sealed

# Columns that never change after the row is written. What changes (state, paid_minor, released_at) is told by events.
AUDITED: dict[type[Model], tuple[str, ...]] = {
    Event: ("at", "kind", "borrower_id", "account_id", "conversation_id", "message_id", "data"),
    GateDecision: (
        *("message_id", "borrower_id", "account_id", "stage", "verdict", "reason_code", "rule_id"),
        *("trace", "retry_at", "rulebook_hash", "at"),
    ),
    Message: (
        *("borrower_id", "account_id", "contact_point_id", "conversation_id", "in_reply_to_id", "offer_id"),
        *("campaign_id", "resend_of_id", "purpose", "channel", "template_key", "template_version", "language"),
        *(
            "discloses",
            "context",
            "option",
            "encoding",
            "segments",
            "cost_micro",
            "about_on",
            "created_at",
            "not_after",
        ),
    ),
    Inbound: (
        *("provider", "provider_event", "contact_point_id", "conversation_id", "received_at"),
        *("urgent", "identity_answer", "was_redacted"),
    ),
    Receipt: ("provider", "provider_event", "message_id", "part", "event", "at", "received_at"),
    OfferRecord: (
        *("conversation_id", "account_id", "at", "expires_at", "currency", "capacity_minor"),
        *("plans", "certificate"),
    ),
    Arrangement: (
        *("account_id", "conversation_id", "offer_id", "option", "currency", "annual_rate_bps"),
        *("balance_minor", "total_minor", "capacity_minor", "agreed_at"),
    ),
    ArrangementInstalment: (
        *("arrangement_id", "number", "due_on", "amount_minor", "principal_minor", "interest_minor"),
    ),
    Promise: ("account_id", "conversation_id", "currency", "amount_minor", "due_on", "made_at"),
    Consent: ("borrower_id", "contact_point_id", "scope", "granted", "source", "proof", "at"),
    Payment: ("account_id", "row_key", "paid_on", "received_at", "amount_minor", "allocation"),
    # That it is abnormal the lender may find out later.
    Transaction: ("account_id", "row_key", "at", "amount_minor"),
    NamedTimes: ("borrower_id", "closed", "only", "from_day", "source", "inbound_id", "at"),
    Hold: ("borrower_id", "account_id", "kind", "source", "inbound_id", "from_at", "until_at"),
    LimitChange: ("account_id", "row_key", "effective_on", "before_minor", "after_minor"),
    Note: ("borrower_id", "conversation_id", "operator_id", "at"),
    Correction: ("borrower_id", "conversation_id", "inbound_id", "operator_id", "supersedes_id", "at"),
    Call: (
        *("borrower_id", "account_id", "contact_point_id", "conversation_id", "operator_id"),
        *("direction", "outcome", "purpose", "verdict", "at"),
    ),
    Reveal: ("borrower_id", "operator_id", "field", "reason", "at", "wall_at"),
    # Told of are rows that are committed to themselves.
    LenderNotice: ("key", "kind", "at", "borrower_id", "account_id", "conversation_id", "subject"),
}

# Columns that a table got after its first release: committed to by name and only where they hold something, so that the
# commitments of older rows stand.
AUDITED_LATER: dict[type[Model], tuple[str, ...]] = {
    Consent: ("channel", "is_for_address"),
    Hold: ("began_on",),
    Message: ("written_by_id",),
    GateDecision: ("facts",),
    Arrangement: ("terms",),
    Inbound: ("has_media",),
}

# Tables whose row also has a sealed text that is committed to, and where it lies.
TEXTS: dict[type[Model], Sealed] = {
    Message: Sealed.MESSAGE_BODY,
    Inbound: Sealed.INBOUND_BODY,
    Note: Sealed.NOTE_BODY,
    Correction: Sealed.CORRECTION_BODY,
    Reveal: Sealed.REVEAL_BODY,
}

_COLUMNS: dict[type[Model], Callable[[Any], tuple[Any, ...]]] = {
    table: attrgetter("pk", *columns) for table, columns in AUDITED.items()
}


def row_key(row: Model) -> str | int:
    """Return the row's primary key as an entry names it."""
    return row.pk if isinstance(row.pk, int) else str(row.pk.hex)


def commitment(key: bytes, row: Model) -> bytes:
    """Return the commitment of a row of an audited table, 32 bytes."""
    table = type(row)
    later = [item for name in AUDITED_LATER.get(table, ()) if (item := [name, getattr(row, name)])[1]]
    return hmac.digest(key, canonical([table.__name__, *_COLUMNS[table](row), *later]), hashlib.sha256)


def canonical(values: Sequence[object]) -> bytes:
    """Return the one form in which values are hashed: compact JSON, sorted keys, instants in UTC.

    Refuses, as a defect, what a JSON column may give back otherwise than it was put in: floats, keys that are no text.
    """
    plain = [form(value) if (form := _FORMS.get(type(value))) else value for value in values]
    return _ENCODER.encode(plain).encode()


def entry_content(number: int, at: datetime, items: object) -> bytes:
    """Return what the leaf of a log entry is the hash of: its id, instant and items in the same form."""
    return _ENCODER.encode([number, _instant(at), items]).encode()


def _exact(value: object) -> object:
    """Return a JSON value as it is, having looked at every part of it."""
    if isinstance(value, dict):
        assert all(isinstance(key, str) for key in value), "a JSON column has text keys"
        for item in value.values():
            _exact(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _exact(item)
    else:
        assert not isinstance(value, float), "no float in an audited row"
    return value


def _instant(value: datetime) -> str:
    in_utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return in_utc.isoformat(timespec="microseconds")


# Types that JSON has no form for, and those that are looked into; all others are plain text, numbers, truth or null.
_FORMS: dict[type, Callable[[Any], Any]] = {
    datetime: _instant,
    date: date.isoformat,
    UUID: attrgetter("hex"),
    dict: _exact,
    list: _exact,
    tuple: _exact,
    float: _exact,
}
_ENCODER = json.JSONEncoder(separators=(",", ":"), sort_keys=True)
