"""The ledger broken on purpose, one promise at a time: the reckoning must see each of them.

Planted in a forked child, like the points of death.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction

from parley.messaging.ledger import Event
from parley.providers.port import Delivery, NotTaken, Outcome, Submission, Unknown
from parley.providers.smpp.handing import Desk, Part
from parley.providers.smpp.session import Answer as Heard
from parley.run.sending import Sender
from parley.store.fate import Answer, mark
from parley.web.hooks import taking
from tests.run.kills.centre import Remote
from tests.run.kills.over_smpp import OverSmpp

# How flaws begin that need the SMPP client before the centre.
OVER_SMPP: Final = "over SMPP"


def _send_before_the_intent_is_committed() -> None:
    send_due = Sender.send_due

    def flawed(sender: Sender, now: datetime, limit: int) -> int:
        with transaction.atomic():
            return send_due(sender, now, limit)

    _replace(Sender, send_due=flawed)


def _resend_on_time_out() -> None:
    submit = Remote.submit

    def flawed(remote: Remote, batch: Sequence[Submission], now: datetime) -> list[Outcome]:
        told = submit(remote, batch, now)
        return [NotTaken("time_out", retryable=True) if isinstance(one, Unknown) else one for one in told]

    _replace(Remote, submit=flawed)


def _mark_before_sending() -> None:
    submit = Remote.submit

    def flawed(remote: Remote, batch: Sequence[Submission], now: datetime) -> list[Outcome]:
        mark([Answer(UUID(one.reference), Event.SUBMITTED) for one in batch], now)
        return submit(remote, batch, now)

    _replace(Remote, submit=flawed)


def _ask_at_once() -> None:
    Remote.settle_seconds = 1


def _acknowledge_before_storing() -> None:
    poll = Remote.poll

    def flawed(remote: Remote, now: datetime, limit: int) -> list[Delivery]:
        found = poll(remote, now, limit)
        remote.acknowledge([one.event_id for one in found])
        return found

    _replace(Remote, poll=flawed)


def _store_no_receipts() -> None:
    _replace(taking, accept_receipts=lambda _provider, told, *_: len(told))


def _send_again_over_smpp() -> None:
    hear = Desk._hear

    def flawed(desk: Desk, answer: Heard[Part]) -> None:
        if answer.failed is None:
            hear(desk, answer)
        else:
            answer.token.handed.in_flight -= 1
            desk._waiting.append(answer.token)

    _replace(Desk, _hear=flawed)


def _acknowledge_before_storing_over_smpp() -> None:
    poll = OverSmpp.poll

    def flawed(carrier: OverSmpp, now: datetime, limit: int) -> list[Delivery]:
        found = poll(carrier, now, limit)
        carrier.acknowledge([one.event_id for one in found])
        return found

    _replace(OverSmpp, poll=flawed)


def _replace(where: object, **flawed: Callable[..., object]) -> None:
    for name, what in flawed.items():
        setattr(where, name, what)


FLAWS: Final[dict[str, Callable[[], None]]] = {
    "sends before the intent is committed": _send_before_the_intent_is_committed,
    "sends again on a time-out": _resend_on_time_out,
    "marks before sending": _mark_before_sending,
    "asks at once": _ask_at_once,
    "acknowledges before storing": _acknowledge_before_storing,
    "stores no receipts": _store_no_receipts,
    f"{OVER_SMPP} what got no answer is sent again": _send_again_over_smpp,
    f"{OVER_SMPP} acknowledges before storing": _acknowledge_before_storing_over_smpp,
}


def plant(name: str) -> None:
    """Break the ledger of this process by the flaw *name*; an empty name breaks nothing."""
    FLAWS.get(name, partial(int, 0))()
