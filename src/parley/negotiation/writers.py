"""What is said while it is not known which of several borrowers writes from one number: who it is, and nothing else.

The talk from which it is asked stands where it stood; nothing is noted in it, for it may not be theirs.
"""

from __future__ import annotations

from typing import Final

from parley.negotiation.doubt import to_person
from parley.negotiation.moves import Memory, Move
from parley.negotiation.standing import Standing
from parley.negotiation.state import State
from parley.nlu.reading import Intent, Reading

# What is answered alike whoever writes; "": with silence.
_TO_ANYBODY: Final = {Intent.HELP: "help.who", Intent.THANKS: ""}
# What the door found of a reply: it answers nothing.
_UNSURE: Final = "unsure"
# Asked so often, then a person takes over: several texts may come before the question was read.
_MOST_ASKED: Final = 2


def who_writes(state: State, memory: Memory, reading: Reading, facts: Standing, *, is_for_person: bool) -> Move | None:
    """Ask who writes, by what only one of them has; None where it is known.

    What a person takes anyway goes to one, and singles nobody out; so does an answer that is nobody's or more than
    one's. What protects the door has done for all of them.
    """
    if not facts.writer or (reading.intent is Intent.WRONG_NUMBER and not reading.is_doubtful):
        # That a number is not theirs is true of the number, whoever says it: over all cases at once.
        return None
    if facts.writer != _UNSURE or is_for_person or memory.unclear >= _MOST_ASKED:
        return to_person(memory, "shared_number")
    if reading.intent in _TO_ANYBODY and not reading.is_doubtful:
        return Move(state, _TO_ANYBODY[reading.intent], (), memory)
    # A household shares a postcode; a contract is one person's.
    return Move(state, "identity.ask_contract_tail", (), memory.but(unclear=memory.unclear + 1))
