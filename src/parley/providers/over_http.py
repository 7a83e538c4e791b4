"""A carrier over HTTP: one request for each message, many at once; what differs from one to another is its dialect.

A dialect is pure: it writes requests and reads answers, and knows nothing of connections. What it cannot read is never
a yes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Final, Protocol

from parley.errors import OutsideFailed
from parley.providers.declared import Declaration, Finding
from parley.providers.outgoing import Broken, Outgoing, Request, Response
from parley.providers.payload import Malformed, is_id
from parley.providers.port import (
    Accepted,
    Asked,
    Delivery,
    Lookup,
    LookupState,
    NotTaken,
    Outcome,
    Rejected,
    Submission,
    Unknown,
)
from parley.providers.statuses import Statuses

_OK: Final = range(200, 300)
_REDIRECTED: Final = range(300, 400)
# Whoever asks has no right to it, or asks at a door that is not there: nothing else will be taken either.
_NOT_LET_IN: Final = frozenset({401, 402, 403, 404, 405})
_UNSURE: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_EARLY})
_SERVER: Final = 500
_LONGEST_CODE: Final = 40


class Dialect(Protocol):
    """How one kind of carrier is spoken to. What it reads may raise Malformed, and nothing else."""

    def request(self, one: Submission, now: datetime) -> Request | Outcome:
        """Return the request that hands over *one*; an outcome where it cannot leave at all."""
        ...

    def outcome(self, response: Response, one: Submission) -> Outcome:
        """Return what the answer to it says."""
        ...

    def question(self, asked: Asked, now: datetime) -> Request | None:
        """Return the request that asks for a message by our reference; None where the carrier cannot say (any more)."""
        ...

    def found(self, response: Response, asked: Asked) -> Lookup:
        """Return what the answer to it says. Raises Malformed where that is neither yes nor no, whatever its status."""
        ...


class HttpCarrier:
    """A carrier spoken to in *dialect*; its callbacks come to our door, so nothing is polled."""

    takes_synthetic: Final = False

    def __init__(self, name: str, declared: Declaration, dialect: Dialect, outgoing: Outgoing | None = None) -> None:
        self._name, self._declared, self.dialect = name, declared, dialect
        self._outgoing = outgoing or Outgoing()

    @property
    def name(self) -> str:
        """The name of the route."""
        return self._name

    @property
    def settle_seconds(self) -> int:
        """As declared, in seconds."""
        return self._declared.settle_seconds

    @property
    def can_look_up(self) -> bool:
        """As declared."""
        return self._declared.can_look_up

    def submit(self, batch: Sequence[Submission], now: datetime) -> list[Outcome]:
        """Hand over *batch*, several at once; a request each."""
        written = [self.dialect.request(one, now) for one in batch]
        answers = iter(self._outgoing.ask_all([one for one in written if isinstance(one, Request)]))
        return [
            self._outcome(next(answers), one) if isinstance(what, Request) else what
            for one, what in zip(batch, written, strict=True)
        ]

    def look_up(self, asked: Asked, now: datetime) -> Lookup:
        """Ask for the message. Raises OutsideFailed where no answer comes, or none that can be read."""
        question = self.dialect.question(asked, now)
        if question is None:
            return Lookup(LookupState.UNSUPPORTED)
        answer = self._outgoing.ask(question)
        if isinstance(answer, Broken):
            raise OutsideFailed(answer.en, answer.zh)
        try:
            return self.dialect.found(answer, asked)
        except Malformed:
            raise OutsideFailed(
                f"The carrier of {self._name} does not say whether it has a message (HTTP {answer.status}); it is "
                "asked again later.",
                f"路由 {self._name} 的运营商未说明是否已收到某条短信（HTTP {answer.status}），稍后将再次查询。",
            ) from None

    def poll(self, now: datetime, limit: int) -> list[Delivery]:  # noqa: ARG002 - as every carrier is asked
        """Return nothing: what it tells is posted to our door."""
        return []

    def acknowledge(self, event_ids: Sequence[str]) -> None:
        """Do nothing: a callback is acknowledged by its answer."""

    def close(self) -> None:
        """Finish what is in hand and let go of connections."""
        self._outgoing.close()

    def _outcome(self, answer: Response | Broken, one: Submission) -> Outcome:
        if isinstance(answer, Broken):
            return answer.outcome
        try:
            told = self.dialect.outcome(answer, one)
        except Malformed:
            return by_status(answer.status)
        if isinstance(told, Accepted) and not is_id(told.provider_id):
            # It has it, under an id that no receipt could be matched by: it is asked for, not believed.
            return Unknown("id_unreadable")
        return told


def by_status(status: int) -> Outcome:
    """Return what an HTTP status alone says, where nothing more can be read.

    Never a yes. A fault of the server and a redirect leave the fate open; so does a success that says nothing.
    """
    code = f"http_{status}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return NotTaken(code, retryable=True)
    if status in _NOT_LET_IN:
        return NotTaken(code, retryable=True, halts=True)
    if status in _OK or status in _REDIRECTED or status in _UNSURE or not HTTPStatus.BAD_REQUEST <= status < _SERVER:
        return Unknown(code)
    return Rejected(code, f"The carrier refused the message with HTTP status {status} and no reason that can be read.")


def by_code(statuses: Statuses, code: str, status: int) -> Outcome:
    """Return what *code* says in the carrier's table; where nobody wrote it down, what the HTTP *status* does.

    A fault of the server leaves the fate open, whatever code it names.
    """
    known, told = statuses.statuses.get(code), by_status(status)
    if known is not None and status < _SERVER:
        return known.outcome
    if isinstance(told, Rejected) and is_id(code):
        return Rejected(
            f"code_{code}"[:_LONGEST_CODE], "The carrier refused the message with a code of no known meaning."
        )
    return told


def probed(request: Request, carrier: str, outgoing: Outgoing | None = None) -> Finding:
    """Ask a carrier one thing that has no effect; say whether it knows us and, where not, what to do."""
    asking = outgoing or Outgoing()
    try:
        answer = asking.ask(request)
    finally:
        asking.close()
    if isinstance(answer, Broken):
        return Finding(is_well=False, en=answer.en, zh=answer.zh)
    if answer.status in _OK:
        return Finding(
            is_well=True, en=f"{carrier} answers and knows this account.", zh=f"{carrier} 有应答，并识别该账户。"
        )
    if answer.status in _NOT_LET_IN:
        return Finding(
            is_well=False,
            en=f"{carrier} does not let us in (HTTP {answer.status}). Check account, keys and what they may do.",
            zh=f"{carrier} 拒绝访问（HTTP {answer.status}）。请检查账户、密钥及其权限。",
        )
    return Finding(
        is_well=False,
        en=f"{carrier} answers HTTP {answer.status}. Try again later; see its status page.",
        zh=f"{carrier} 应答 HTTP {answer.status}。请稍后再试，并查看其状态页面。",
    )


def seconds_left(one: Submission, now: datetime, most: int) -> int | None:
    """Return the whole seconds for which *one* may still be carried, *most* at most; None where its time is over."""
    left = int((one.not_after - now).total_seconds())
    return min(left, most) if left > 0 else None


TOO_LATE: Final = Rejected("too_late", "The message was to be handed over after its last instant.")
NO_SENDER: Final = NotTaken("no_sender", retryable=True, halts=True)
