"""The witness: counts broken promises from the database and the message centre's own log, and from nothing else.

It knows what is expected from `data/expectations.toml`, written from the facts of the law and the lender's stated
policy, never from the rule files; it shares no code with gate, ledger, negotiation, reading or engine.
"""

from __future__ import annotations

from parley.run.checking.kinds import DESCRIPTIONS, Kind
from parley.run.checking.report import LenderFacts, Report
from parley.run.checking.witness import check

__all__ = ["DESCRIPTIONS", "Kind", "LenderFacts", "Report", "check"]
