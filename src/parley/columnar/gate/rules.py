"""What each kind of rule refuses, as SQL over the situations that occur: one statement a kind, like the evaluators.

Each gives (situation, rule, mends): the rule refuses in that situation; waiting mends it, never does, or (NULL) this
form cannot say.
"""

from __future__ import annotations

from typing import Final

from parley.rulebook.compile import bits
from parley.rulebook.terms import Flag

_CHECKED: Final = bits([Flag.REASSIGNED_NUMBER_CHECKED_RECENTLY])
_REFUSED_ELSEWHERE: Final = bits([Flag.THIRD_PARTY_REFUSED])


def _about(table: str) -> str:
    """Return the rows of a kind beside the facts of whom they concern; a contract of unknown date they do."""
    return f"""(
  SELECT * FROM {table} JOIN bound USING (profile, rule) JOIN facts USING (profile)
  WHERE flags & requires = requires AND (signed_on = '9999-12-31'
    OR signed_on >= coalesce(contract_from, signed_on) AND signed_on <= coalesce(contract_to, signed_on))
)"""


# Hours that no flag and no lateness lifts, and caps likewise.
_BINDING_HOURS: Final = "flags & unless = 0 AND late < coalesce(over_days, late + 1)"
_THIS_CAP: Final = "(1::BIGINT << slot)"

_HOURS: Final = f"""
SELECT situation, rule, mends FROM {_about("hours")} SEMI JOIN shut USING (profile, rule)
WHERE {_BINDING_HOURS}
"""

# Times the borrower named.
_DESIGNATED: Final = f"""
SELECT situation, rule, mends FROM {_about("designated")}
JOIN named_mends USING (state, span, now) SEMI JOIN unsuitable USING (state, span, now) WHERE flags & unless = 0
"""

_CAPS: Final = f"""
SELECT situation, rule, stuck & {_THIS_CAP} = 0 FROM {_about("caps")}
WHERE flags & unless = 0 AND used_up & {_THIS_CAP} <> 0
"""

_CONSENTS: Final = f"""
SELECT situation, rule, false FROM {_about("consents")}
WHERE agreed & any_of = 0 OR flags & barred <> 0
"""

_OPT_OUTS: Final = f"""
SELECT situation, rule, false FROM {_about("refusing_opt_outs")}
WHERE reach & certain <> 0 OR confirmed_times > 0 AND reach & once_confirmed <> 0
"""

# Confirming a refusal: only where there is one, so many times, so soon.
_CONFIRMATIONS: Final = f"""
SELECT situation, rule, false FROM {_about("confirmations")}
WHERE reach = 0 OR confirmed_times >= most OR waited_us > within_minutes * 60_000_000::BIGINT
"""

# Of the states that stop contact one stands, has not run its length, and nothing ends them.
_PAUSES: Final = f"""
SELECT situation, rule, false FROM {_about("pauses")}
LEFT JOIN run_out USING (state, profile, rule)
WHERE flags & trigger & ~coalesce(ended, 0) <> 0 AND flags & until = 0
"""

_FORBEARANCES: Final = f"""
SELECT situation, rule, false FROM {_about("forbearances")} WHERE flags & shown_by = 0
"""

_THIRD_PARTIES: Final = f"""
SELECT situation, rule, false FROM {_about("third_parties")}
WHERE is_undisclosable OR flags & barred <> 0
  OR text_days > most_text_days AND flags & {_CHECKED}::HUGEINT = 0
  OR asks_once AND asked_location
  OR inquiry_needs <> 0 AND (flags & inquiry_needs = 0 OR flags & {_REFUSED_ELSEWHERE}::HUGEINT <> 0)
"""

_PLACES: Final = f"""
SELECT situation, rule, false FROM {_about("barred_places")}
WHERE flags & when_all = when_all AND flags & unless = 0 AND NOT (unless_used AND address_used)
"""

_ALWAYS: Final = f"SELECT situation, rule, false FROM {_about('always')}"

_KINDS: Final = (
    *(_HOURS, _DESIGNATED, _CAPS, _CONSENTS, _OPT_OUTS, _CONFIRMATIONS, _PAUSES, _FORBEARANCES, _THIRD_PARTIES),
    *(_PLACES, _ALWAYS),
)
REFUSALS: Final = " UNION ALL ".join(_KINDS)

# Rules that an exception lifts.
LIFTED: Final = """
SELECT DISTINCT situation, rule FROM facts JOIN lifts USING (profile)
WHERE flags & requires = requires AND (is_answer OR NOT only_answer) AND (is_same_day OR NOT only_same_day)
  AND (is_on_same_channel OR NOT only_same_channel)
"""

# The schedules that must all be open for a contact to be made later; a lifted rule counts, it may bind again by then.
TIMED: Final = f"""
SELECT situation, schedule FROM {_about("hours")} JOIN hours_schedules USING (profile, rule)
WHERE {_BINDING_HOURS}
UNION
SELECT situation, schedule FROM {_about("designated")} JOIN named USING (state, span, now)
WHERE flags & unless = 0
"""

# The caps of each situation that bind, full or not.
BINDING_CAPS: Final = f"""
SELECT situation, bit_or({_THIS_CAP}) AS caps FROM {_about("caps")} WHERE flags & unless = 0 GROUP BY situation
"""

# Where waiting never helps although, it may be, nothing but time rules refuse now.
HOPELESS: Final = f"""
SELECT situation FROM {_about("hours")} WHERE {_BINDING_HOURS} AND mends = false
UNION
SELECT situation FROM {_about("designated")} JOIN named_mends USING (state, span, now)
WHERE flags & unless = 0 AND mends = false
UNION
SELECT situation FROM {_about("caps")} WHERE flags & unless = 0 AND stuck & {_THIS_CAP} <> 0
"""
