"""A line of a transcript in which a member of staff acts, and what came of it in the same few words.

| line after `~` | act |
|---|---|
| `take over` · `assign colleague` | hold the thread, give it away |
| `reply KEY` | a text of the catalogue |
| `offer SUM from DAY` · `… spoken` | plans as a text, or to be read out |
| `read back N` · `agree N` | the two steps on the phone; options from 1 |
| `call out OUTCOME` · `call in reached identity checked` | a call that took place |
| `note TEXT` · `language TAG` | |
| `hold KIND` · `hold KIND until DAY` · `release KIND REASON` | |
| `hand back` · `close REASON` | the end of the person's time with it |

`colleague …` and `lead …` before the act: another member of staff, and one who may give threads to others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from parley.contact.facts import Hold
from parley.engine import acts
from parley.engine.acts import Act, ActRefusal, No, Operator
from parley.engine.case import Case
from parley.engine.headline import SUM, minor
from parley.engine.outcome import Outcome
from parley.locale import Language

ME, COLLEAGUE, LEAD = Operator(1), Operator(2), Operator(3, may_assign=True)
_WHO: Final = {"colleague": COLLEAGUE, "lead": LEAD}

Reader = Callable[[re.Match[str], Case], Act]


def _release(found: re.Match[str], case: Case) -> Act:
    kind = Hold(found["kind"])
    rows = [one.hold_id for one in case.record.holds if one.kind is kind and one.hold_id is not None]
    if not rows:
        raise ValueError(f"there is no hold {kind} to release")
    return acts.ReleaseHold(rows[-1], acts.ReleaseReason(found["reason"]))


def _hold(found: re.Match[str], _case: Case) -> Act:
    until = date.fromisoformat(found["day"]) if found["day"] else None
    return acts.LayHold(Hold(found["kind"]), until)


def _call(found: re.Match[str], _case: Case) -> Act:
    outcome = acts.CallOutcome(found["outcome"])
    return acts.LogCall(acts.Direction(found["way"]), outcome, is_identity_checked=bool(found["checked"]))


_FORMS: Final[tuple[tuple[str, Reader], ...]] = (
    (r"take over", lambda _found, _case: acts.TakeOver()),
    (r"assign colleague", lambda _found, _case: acts.Assign(COLLEAGUE.operator_id)),
    (r"reply (?P<key>\S+)", lambda found, _case: acts.Reply(found["key"])),
    (
        rf"offer (?P<sum>{SUM}) from (?P<day>\S+)(?P<spoken> spoken)?",
        lambda found, _case: acts.Offer(
            minor(found["sum"]), date.fromisoformat(found["day"]), is_sent=not found["spoken"]
        ),
    ),
    (r"read back (?P<n>\d)", lambda found, _case: acts.ReadBack(int(found["n"]) - 1)),
    (r"agree (?P<n>\d)", lambda found, _case: acts.Agree(int(found["n"]) - 1)),
    (r"note (?P<text>.+)", lambda found, _case: acts.Note(found["text"])),
    (r"call (?P<way>out|in) (?P<outcome>\w+)(?P<checked> identity checked)?", _call),
    (r"language (?P<tag>\S+)", lambda found, _case: acts.ChangeLanguage(Language(found["tag"]))),
    (r"hold (?P<kind>\w+)(?: until (?P<day>\S+))?", _hold),
    (r"release (?P<kind>\w+) (?P<reason>\w+)", _release),
    (r"hand back", lambda _found, _case: acts.HandBack()),
    (r"close (?P<reason>\w+)", lambda found, _case: acts.Close(acts.CloseReason(found["reason"]))),
)


def read_act(line: str, case: Case) -> tuple[Act, Operator]:
    """Return the act of a line and who acts. Raises ValueError for a line of no known form."""
    first, _, rest = line.partition(" ")
    who = _WHO.get(first, ME)
    words = line if who is ME else rest
    for form, read in _FORMS:
        found = re.fullmatch(form, words)
        if found is not None:
            return read(found, case), who
    raise ValueError(f"a member of staff does not {words!r}")


def refused_as(refusal: ActRefusal) -> str:
    """Name why an act was refused: the rule where it was the gate."""
    return refusal.rule_id if refusal.no is No.GATE else str(refusal.no)


def desk_deeds(outcome: Outcome) -> Iterator[str]:
    """Name what an act did that a turn cannot do, always in this order."""
    read_out = [one.data["option"] for one in outcome.events if one.kind == "plan.read_back"]
    yield from (f"plan {option} read out" for option in read_out)
    change = outcome.desk
    if change is None:
        return
    if change.assigns is not None:
        yield "held by a person"
    if change.call is not None:
        yield f"call {change.call.direction}: {change.call.outcome}"
    if change.note:
        yield "noted"
    if change.language is not None:
        yield f"language {change.language}"
    if change.lays is not None:
        yield f"hold {change.lays.kind}"
    if change.releases is not None:
        yield "hold released"
    if change.is_freed:
        yield "held by nobody"
