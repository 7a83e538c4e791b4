"""The audit log: what was written is committed to, ordered, signed, and can be checked by somebody else later.

`record` in each transaction → `sequence` by one process → `checkpoint`, exported to a safe place → `verify`.
"""

from __future__ import annotations

from parley.store.audit.checkpoint import checkpoint, export_checkpoint
from parley.store.audit.record import record
from parley.store.audit.report import AuditReport, Finding, Problem
from parley.store.audit.sequence import sequence
from parley.store.audit.verify import TAKEN_BACK, verify

__all__ = [
    "TAKEN_BACK",
    "AuditReport",
    "Finding",
    "Problem",
    "checkpoint",
    "export_checkpoint",
    "record",
    "sequence",
    "verify",
]
