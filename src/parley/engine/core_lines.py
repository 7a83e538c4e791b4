"""The lender's core answers in a session, in words of a transcript: `% plan refused`, `% limit granted 3,500.00`."""

from __future__ import annotations

from datetime import datetime

from parley.engine.headline import minor
from parley.engine.lender_answers import Answer, AnswerRefusal, Said, rise_answered, undone
from parley.engine.twin import Twin
from parley.engine.twin_rows import Acted


def answer_of_core(rest: str, twin: Twin, now: datetime) -> Acted:
    """Let the core answer what it was told last of this kind. Raises ValueError for a line that is no such answer."""
    what, answer, *sums = rest.split()
    if (what, answer) == ("plan", Answer.REFUSED) and twin.arrangements:
        twin.forget_plan()
        return twin.follow(undone(twin.case, Said(Answer.REFUSED), now, twin.library), now)
    if what != "limit" or twin.case.account is None:
        raise ValueError(f"the lender's core does not answer {rest!r} here")
    limit = minor(sums[0]) if sums else None
    decided = rise_answered(twin.case, Said(Answer(answer), "", limit, twin.case.account.currency), now, twin.library)
    if isinstance(decided, AnswerRefusal):
        raise ValueError(f"the answer is not taken: {decided.no}")  # noqa: TRY004 - of the line, not of a type
    return twin.follow(decided, now)
