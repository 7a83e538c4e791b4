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
    Transaction,
)
from parley.store.models.audit import AuditCheckpoint, AuditEntry, AuditFrontier, AuditLeaf, AuditPending
from parley.store.models.carriers import CarrierReference, NumberFact, PrefixHour, RouteState, WaitingReceipt
from parley.store.models.conversation import Conversation, Inbound, InboundPart, OfferRecord
from parley.store.models.desk import Call, Correction, Note, Presence, Reveal
from parley.store.models.imports import ImportBatch, ImportChunk
from parley.store.models.keys import KeyCheck
from parley.store.models.ledger import GateDecision, Message, MessagePart, Receipt, RouteBucket
from parley.store.models.lender import LenderNotice
from parley.store.models.party import Borrower, Consent, ContactPoint, Hold, NamedTimes, PageLink
from parley.store.models.run import Campaign, Event, Job, LenderSettings, RulebookFiles, Run, RunChunk, RunItem
from parley.store.models.staff import Operator
from parley.store.models.texts import OwnText

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
    "Call",
    "Campaign",
    "CarrierReference",
    "Consent",
    "ContactPoint",
    "Conversation",
    "Correction",
    "Event",
    "GateDecision",
    "Hold",
    "ImportBatch",
    "ImportChunk",
    "Inbound",
    "InboundPart",
    "Instalment",
    "Job",
    "KeyCheck",
    "LenderNotice",
    "LenderSettings",
    "LimitChange",
    "Message",
    "MessagePart",
    "NamedTimes",
    "Note",
    "NumberFact",
    "OfferRecord",
    "Operator",
    "OwnText",
    "PageLink",
    "Payment",
    "PrefixHour",
    "Presence",
    "Product",
    "Promise",
    "Receipt",
    "Reveal",
    "RouteBucket",
    "RouteState",
    "RulebookFiles",
    "Run",
    "RunChunk",
    "RunItem",
    "Transaction",
    "WaitingReceipt",
]
