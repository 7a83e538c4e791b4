"""The consents of a borrower as a page shows them: when each was said, since when it holds, and the law's last day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from parley.contact.deadlines import Deadline, deadline_of
from parley.store.threads_page import ConsentLine, Thread
from parley.web.ports import services


@dataclass(frozen=True, slots=True)
class ConsentShown:
    """One event. `deadline`: by when the law wants a refusal honoured, where a rule says so."""

    line: ConsentLine
    deadline: Deadline | None


def consents_shown(thread: Thread) -> Iterator[ConsentShown]:
    """Yield the consents and refusals of the thread's borrower, newest first."""
    library = services().library
    for line in thread.consents:
        deadline = None
        if line.refused is not None:
            deadline = deadline_of(
                library.rulebook, thread.jurisdiction, library.lender.actor, line.refused, thread.zones
            )
        yield ConsentShown(line, deadline)
