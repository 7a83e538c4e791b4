"""What a text must and must not contain: the closed set of contents, and the two kinds of rule that ask for them.

What a text contains is found by the word tables of the reader and handed in as facts; nothing here reads words.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from parley.rulebook.terms import ReasonCode


class Content(StrEnum):
    """One thing that a text says or does. The words are those of the word tables (nlu/data/outbound)."""

    # Who speaks, and what the recipient can do about it.
    SENDER_NAMED = "sender_named"
    BRACKET_SIGNATURE = "bracket_signature"
    AGENCY_FOR_LENDER = "agency_for_lender"
    CONTACT_LINE = "contact_line"
    COMPLAINT_CHANNEL = "complaint_channel"
    CONTRACT_NAMED = "contract_named"
    OPT_OUT = "opt_out"
    NO_REPLY_NOTICE = "no_reply_notice"
    DEBT_COLLECTOR = "debt_collector"
    ATTEMPT_TO_COLLECT = "attempt_to_collect"
    INFORMATION_USED = "information_used"
    DEBT_ADVICE = "debt_advice"
    AI_DISCLOSURE = "ai_disclosure"
    ADVERT_LABEL = "advert_label"
    # Prices and notices.
    ANNUALISED_RATE = "annualised_rate"
    PRICE_SHOWN = "price_shown"
    COST_WARNING = "cost_warning"
    TERMS_CHANGED = "terms_changed"
    NOTICE_OF_30_DAYS = "notice_of_30_days"
    # What the text is for, whatever its label says.
    PROMOTIONAL = "promotional"
    OVERDUE = "overdue"
    PAYMENT_DEMAND = "payment_demand"
    DEBT_MENTIONED = "debt_mentioned"
    # What is barred somewhere.
    THREAT_OF_VIOLENCE = "threat_of_violence"
    THREAT_OF_ARREST = "threat_of_arrest"
    THREAT_OF_SUIT = "threat_of_suit"
    THREAT = "threat"
    FALSE_CONSEQUENCE = "false_consequence"
    IMPERSONATES_AUTHORITY = "impersonates_authority"
    HIDES_SENDER = "hides_sender"
    SHAMING = "shaming"
    TELLS_OTHERS = "tells_others"
    INSULT = "insult"
    BORROW_TO_PAY = "borrow_to_pay"
    TOO_SHORT_A_TIME = "too_short_a_time"
    ALL_AT_ONCE = "all_at_once"
    EXTRA_FEES = "extra_fees"
    PRIVATE_CONTACT = "private_contact"
    DEMAND_ON_OTHER = "demand_on_other"
    SPEAKS_OF_ANOTHER = "speaks_of_another"
    DISTURBS_REST = "disturbs_rest"


@dataclass(frozen=True, slots=True)
class ContentRequiredParams:
    """All of `elements` must be in the text; where `when` is not empty, only in a text that holds one of those."""

    elements: frozenset[Content]
    when: frozenset[Content] = frozenset()


@dataclass(frozen=True, slots=True)
class ContentForbiddenParams:
    """None of `items` may be in the text. `reason_code`: what the refusal is called."""

    items: frozenset[Content]
    reason_code: ReasonCode = ReasonCode.PROHIBITED_CONTENT


def judge_required(params: ContentRequiredParams, content: frozenset[Content] | None) -> ReasonCode | None:
    """Return missing_content where an element is absent. *content* None: no text is given, all is in order."""
    if content is None or (params.when and not params.when & content):
        return None
    return None if params.elements <= content else ReasonCode.MISSING_CONTENT


def judge_forbidden(params: ContentForbiddenParams, content: frozenset[Content] | None) -> ReasonCode | None:
    """Return the rule's reason where the text holds one of its items. *content* None: no text is given."""
    return params.reason_code if content is not None and params.items & content else None
