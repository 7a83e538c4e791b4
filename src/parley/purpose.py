"""What a contact is for, over which channel, and who speaks: the closed sets that rules, messages and the gate share.

The values are those of the rulebook facts, so that a rule file, a database row and a scenario say the same word.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Purpose(StrEnum):
    """Why we write. The crisis reply is a purpose of its own: no rule but a hold of the lender's stops it."""

    REMINDER = "reminder"
    COLLECTION = "collection"
    SERVICING = "servicing"
    RISK_ALERT = "risk_alert"
    PROMOTION = "promotion"
    NEGOTIATION_REPLY = "negotiation_reply"
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"
    PLAN_OFFER = "plan_offer"
    LOCATION_INQUIRY = "location_inquiry"
    ENFORCEMENT_NOTICE = "enforcement_notice"
    CEASE_CLOSEOUT = "cease_closeout"
    CRISIS_REPLY = "crisis_reply"


class Channel(StrEnum):
    """How a contact travels."""

    SMS = "sms"
    CALL = "call"
    EMAIL = "email"
    PUSH = "push"
    IM = "im"
    POST = "post"


class Actor(StrEnum):
    """Who speaks, in the eyes of the law."""

    ORIGINAL_CREDITOR = "original_creditor"
    THIRD_PARTY_COLLECTOR = "third_party_collector"
    DEBT_BUYER = "debt_buyer"


class OnUnknown(StrEnum):
    """What is done about a message of which nobody knows whether it arrived."""

    HOLD = "hold"
    RESEND = "resend"
    OTHER_CHANNEL = "other_channel"


MAY_RESEND: Final = frozenset({Purpose.RISK_ALERT})
"""Where a second copy does no harm and silence may: a warning asks nobody for anything. Nothing else is sent twice."""
