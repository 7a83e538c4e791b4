"""How Parley says no.

Three kinds, never mixed:

- `Refusal`: law or policy says no. A value, never raised; always stored and shown.
- `ParleyError` (a *fault*): the outside failed or the input is bad. Raised; handled in `run`, `web`, `cli`.
- defect: our mistake; `assert` or a plain exception; not caught below the process edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """One rule's no.

    `retry_at` (aware, UTC) is the first instant at which *this* rule would no longer refuse, or None where no
    passing of time helps. `layer` is law, standard, self_regulation or policy.
    """

    reason_code: str
    rule_id: str
    citation: str
    layer: str
    retry_at: datetime | None = None


class ParleyError(Exception):
    """A fault: what happened, why, and what to do, in English and Chinese; never a borrower's data.

    `retryable` says whether the same call may succeed later; `operator_code` names the page of the manual.
    """

    retryable = False
    retry_after_seconds: int | None = None
    operator_code = "fault"
    exit_code = 1

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh


class BadInput(ParleyError):
    """The user's input cannot be taken as it is; nothing was written."""

    operator_code = "bad-input"
    exit_code = 2


class HomeUnusable(ParleyError):
    """The home folder, its keys, settings or database cannot be used; the message says what to do."""

    operator_code = "home-unusable"
    exit_code = 3


class Busy(ParleyError):
    """Another writing command holds the lock of this home."""

    operator_code = "busy"
    retryable = True
    retry_after_seconds = 5
    exit_code = 4


class OutsideFailed(ParleyError):
    """A disk, database or provider did not answer; trying again may help."""

    operator_code = "outside-failed"
    retryable = True
    retry_after_seconds = 30
