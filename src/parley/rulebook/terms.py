"""The closed sets a rule file may speak in: kinds, layers, reason codes, flags, consents, scopes, outcomes.

The words are those of the collected rulebook facts, so that a rule, a case file and a stored decision say the same.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a rule is about; the seventeen kinds that cover every collected rule."""

    HOURS = "hours"
    DESIGNATED_TIMES = "designated_times"
    PLACE = "place"
    FREQUENCY = "frequency"
    CONSENT = "consent"
    OPTOUT = "optout"
    PAUSE = "pause"
    THIRD_PARTY = "third_party"
    EXCEPTION = "exception"
    IMPORT = "import"
    CONTENT_REQUIRED = "content_required"
    CONTENT_FORBIDDEN = "content_forbidden"
    SENDER = "sender"
    PLAN = "plan"
    FORBEARANCE_FIRST = "forbearance_first"
    PROCESS = "process"
    RECORD = "record"


class Layer(StrEnum):
    """Where a rule comes from, strongest first; each layer is judged alone and the strictest wins."""

    LAW = "law"
    STANDARD = "standard"
    SELF_REGULATION = "self_regulation"
    POLICY = "policy"


class Status(StrEnum):
    """Whether a rule binds; a draft never does."""

    IN_FORCE = "in_force"
    DRAFT = "draft"
    SUPERSEDED = "superseded"


class Confidence(StrEnum):
    """How the source of a rule was read."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    MEMORY = "memory"


class ReasonCode(StrEnum):
    """Why a contact is refused, in the order of precedence: the first of several is the primary one."""

    INSOLVENCY_STAY = "insolvency_stay"
    BREATHING_SPACE = "breathing_space"
    CEASE_CONTACT = "cease_contact"
    REPRESENTED = "represented"
    SENDER_CANNOT_RECEIVE = "sender_cannot_receive"
    OPTED_OUT = "opted_out"
    THIRD_PARTY = "third_party"
    DISPUTED = "disputed"
    VULNERABILITY_HOLD = "vulnerability_hold"
    PLAN_IN_PROGRESS = "plan_in_progress"
    NO_CONSENT = "no_consent"
    SENDER_NOT_REGISTERED = "sender_not_registered"
    # Not of the facts file: the carrier or the provider does not carry this use.
    USE_NOT_CARRIED = "use_not_carried"
    PROHIBITED_CONTENT = "prohibited_content"
    MISSING_CONTENT = "missing_content"
    INCONVENIENT_PLACE = "inconvenient_place"
    FREQUENCY_CAP = "frequency_cap"
    HOLIDAY = "holiday"
    QUIET_HOURS = "quiet_hours"
    INCONVENIENT_TIME = "inconvenient_time"
    # The facts file gives these two no place in its order; they concern plans and enforcement, not a contact as such.
    PLAN_LIMIT = "plan_limit"
    FORBEARANCE_REQUIRED = "forbearance_required"
    # Not of the facts file: the text states a number that the offer it speaks of does not hold.
    NUMBER_NOT_IN_OFFER = "number_not_in_offer"
    # Not of the facts file: the text is guidance of a class that is not permitted to whoever sends it.
    GUIDANCE_NOT_PERMITTED = "guidance_not_permitted"
    # Not of the facts file: the history holds what has not happened yet, so the clock or the history is wrong.
    HISTORY_AHEAD = "history_ahead"


PRECEDENCE: Final[dict[str, int]] = {code.value: place for place, code in enumerate(ReasonCode)}
LAYER_ORDER: Final[dict[str, int]] = {layer.value: place for place, layer in enumerate(Layer)}


class Flag(StrEnum):
    """A fact about borrower, address or account that a rule may ask for; absent means not known to be so."""

    ADDRESS_IS_WORKPLACE = "address_is_workplace"
    AGREED_CONTACT_HOURS_NIGHT = "agreed_contact_hours_night"
    ATTORNEY_CONSENTS = "attorney_consents"
    ATTORNEY_NONRESPONSIVE = "attorney_nonresponsive"
    BANKRUPTCY_STAY = "bankruptcy_stay"
    BEREAVEMENT = "bereavement"
    BREATHING_SPACE = "breathing_space"
    BREATHING_SPACE_ENDED = "breathing_space_ended"
    BUDGET_KNOWN_LOW = "budget_known_low"
    CEASE_REQUEST = "cease_request"
    COMPLAINT = "complaint"
    CONTENT_CLASS_BARRED = "content_class_barred"
    COURT_PERMITTED = "court_permitted"
    CRISIS = "crisis"
    DEBT_ADVISER_ENGAGED = "debt_adviser_engaged"
    DEBTOR_UNREACHABLE = "debtor_unreachable"
    DECEASED = "deceased"
    DIRECT_PRIOR_CONSENT = "direct_prior_consent"
    DISASTER = "disaster"
    DISPUTED = "disputed"
    DISPUTED_IN_VALIDATION_PERIOD = "disputed_in_validation_period"
    DLT_NOT_REGISTERED = "dlt_not_registered"
    DLT_REGISTERED = "dlt_registered"
    EMPLOYER_PROHIBITS = "employer_prohibits"
    FESTIVAL = "festival"
    FIRST_CONTACT = "first_contact"
    FORBEARANCE_NOT_CONSIDERED = "forbearance_not_considered"
    FORBEARANCE_OFFERED = "forbearance_offered"
    FRAUD_CLAIM = "fraud_claim"
    FREE_TO_END_USER = "free_to_end_user"
    HARDSHIP_CONFIRMED = "hardship_confirmed"
    HARDSHIP_REQUEST_PENDING = "hardship_request_pending"
    HISTORY_AHEAD = "history_ahead"
    HOSPITAL = "hospital"
    IN_ARREARS = "in_arrears"
    IN_COLLECTION_PROCEDURES = "in_collection_procedures"
    LEGALLY_REQUIRED_NOTICE = "legally_required_notice"
    MENTAL_CAPACITY_LIMITATION = "mental_capacity_limitation"
    MENTAL_HEALTH_BREATHING_SPACE = "mental_health_breathing_space"
    NUMBER_NOT_IN_OFFER = "number_not_in_offer"
    NUMBER_USED_BY_CONSUMER = "number_used_by_consumer"
    ON_REFUSAL_REGISTER = "on_refusal_register"
    OVERINDEBTEDNESS_PROCEDURE = "overindebtedness_procedure"
    PAYMENT_DIFFICULTY = "payment_difficulty"
    PLAN_ACTIVE = "plan_active"
    PLAN_BROKEN = "plan_broken"
    PLAN_REQUEST_PENDING = "plan_request_pending"
    PRIOR_CONSENT = "prior_consent"
    PUBLICLY_VIEWABLE = "publicly_viewable"
    REASSIGNED_NUMBER_CHECKED_RECENTLY = "reassigned_number_checked_recently"
    REASSIGNED_NUMBER_NOT_CHECKED = "reassigned_number_not_checked"
    RECIPIENT_IS_EXECUTOR = "recipient_is_executor"
    RECIPIENT_IS_GUARANTOR = "recipient_is_guarantor"
    RECIPIENT_IS_SPOUSE = "recipient_is_spouse"
    RECIPIENT_IS_THIRD_PARTY = "recipient_is_third_party"
    RECOMMENDATION_BARRED = "recommendation_barred"
    REFUSED_BECAUSE_TIME_BARRED = "refused_because_time_barred"
    REPRESENTED = "represented"
    SENDER_CANNOT_RECEIVE = "sender_cannot_receive"
    SHARED_NUMBER = "shared_number"
    TAKES_BACK_A_PLAN = "takes_back_a_plan"
    THIRD_PARTY_REFUSED = "third_party_refused"
    TIME_BARRED = "time_barred"
    VERIFICATION_SENT = "verification_sent"
    VULNERABLE = "vulnerable"
    WEDDING = "wedding"
    WITH_PERSON = "with_person"
    WRITTEN_BY_AI = "written_by_ai"
    WRONG_NUMBER = "wrong_number"


class Registered(StrEnum):
    """What of a message a country or a carrier may want registered: who speaks, the words, or what it is for."""

    SENDER = "sender"
    TEMPLATE = "template"
    USE_CASE = "use_case"


class SenderForm(StrEnum):
    """What a recipient sees a message come from: a name, a short number, a number as of a person, a free number."""

    ALPHANUMERIC = "alphanumeric"
    SHORT_CODE = "short_code"
    LONG_CODE = "long_code"
    TOLL_FREE = "toll_free"


class Consent(StrEnum):
    """What the borrower agreed to. *contact*: the number or address was given in the credit transaction."""

    CONTACT = "contact"
    ELECTRONIC_DIRECT = "electronic_direct"
    MARKETING = "marketing"
    MARKETING_WRITTEN = "marketing_written"
    SOFT_OPT_IN = "soft_opt_in"


class OptOutScope(StrEnum):
    """How far a refusal of the borrower reaches."""

    ALL = "all"
    PROMOTION = "promotion"
    CHANNEL = "channel"
    ADDRESS = "address"


class Discloses(StrEnum):
    """What a message gives away to whoever reads it."""

    NOTHING = "nothing"
    RELATIONSHIP = "relationship"
    DEBT = "debt"


class Outcome(StrEnum):
    """How an earlier contact ended."""

    DELIVERED = "delivered"
    CONVERSATION = "conversation"
    NO_ANSWER = "no_answer"
    UNCONNECTED = "unconnected"
    # Inbound: the borrower asked to be contacted more often for a time.
    CONSENT = "consent"


class Counting(StrEnum):
    """Which contacts a cap counts. *contact*: what reached somebody; an attempt that reached nobody is none."""

    PLACED = "placed"
    CONTACT = "contact"
    UNPROMPTED = "unprompted"
    CONVERSATION = "conversation"
    UNANSWERED = "unanswered"


class Per(StrEnum):
    """Of what a cap counts the contacts."""

    PERSON = "person"
    ACCOUNT = "account"
    ADDRESS = "address"


class Calendar(StrEnum):
    """A stretch of the calendar a cap may count over; a week begins on Monday."""

    WEEK = "week"
    MONTH = "month"


class PlanTrait(StrEnum):
    """What a repayment plan does that a rule may forbid."""

    CAPITALISES_INTEREST = "capitalises_interest"
    CAPITALISES_PENAL_CHARGES = "capitalises_penal_charges"
    CHARGES_PENAL_INTEREST = "charges_penal_interest"
    EXCEEDS_CAPACITY = "exceeds_capacity"
    LEAVES_TOO_LITTLE_TO_LIVE = "leaves_too_little_to_live"


class PlanStatement(StrEnum):
    """What the text of a plan says; the first six are those of the Chinese card rules, article 70."""

    BALANCE = "balance"
    INSTALMENTS = "instalments"
    INTEREST_AND_FEES = "interest_and_fees"
    NO_NEW_CARD = "no_new_card"
    RIGHTS_AND_BREACH = "rights_and_breach"
    OTHER_TERMS = "other_terms"


class Duty(StrEnum):
    """What a rule asks of the lender that no single message shows."""

    ACCEPT_AFFORDABLE_PROPOSALS = "accept_affordable_proposals"
    CONSIDER_RELIEF = "consider_relief"
    POINT_TO_ADVICE = "point_to_advice"
    HUMAN_REVIEW = "human_review"
    EXPLAIN_DECISION = "explain_decision"
    REFUSE_AUTOMATED = "refuse_automated"
    IMPACT_ASSESSMENT = "impact_assessment"
    FAIR_AI = "fair_ai"
    VALIDATION_NOTICE = "validation_notice"


class Kept(StrEnum):
    """What a record-keeping rule is about."""

    COLLECTION = "collection"
    CALLS = "calls"
    CONSENT = "consent"


class RecordStart(StrEnum):
    """From when records are kept."""

    LAST_ACTIVITY = "last_activity"
    CREATION = "creation"


class WhenFull(StrEnum):
    """What a used-up cap means: wait for its window, or stop."""

    DEFER = "defer"
    BLOCK = "block"
