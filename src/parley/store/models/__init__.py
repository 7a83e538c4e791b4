"""Every table. Columns that end in `_sealed` hold ciphertext, `_index` a keyed hash; neither is ever shown."""

from __future__ import annotations

from parley.store.models.account import (
    Account,
    Arrangement,
    ArrangementInstalment,
    Instalment,
    LimitChange,
    Payment,
    Product,
    Promise,
)
from parley.store.models.audit import AuditCheckpoint, AuditEntry, AuditFrontier, AuditLeaf, AuditPending
from parley.store.models.conversation import Conversation, Inbound, OfferRecord
from parley.store.models.keys import KeyCheck
from parley.store.models.ledger import GateDecision, Message, MessagePart, Receipt
from parley.store.models.party import Borrower, Consent, ContactPoint, Hold
from parley.store.models.run import Campaign, Event, Job, LenderSettings, Run, RunChunk, RunItem

__all__ = [
    "Account",
    "Arrangement",
    "ArrangementInstalment",
    "AuditCheckpoint",
    "AuditEntry",
    "AuditFrontier",
    "AuditLeaf",
    "AuditPending",
    "Borrower",
    "Campaign",
    "Consent",
    "ContactPoint",
    "Conversation",
    "Event",
    "GateDecision",
    "Hold",
    "Inbound",
    "Instalment",
    "Job",
    "KeyCheck",
    "LenderSettings",
    "LimitChange",
    "Message",
    "MessagePart",
    "OfferRecord",
    "Payment",
    "Product",
    "Promise",
    "Receipt",
    "Run",
    "RunChunk",
    "RunItem",
]
