"""One connection to a centre as a table: state × PDU → what is done. Holds no socket and reads no clock.

Octets go in by `hear`, requests by `ask`; octets to write come out by `written`, and what came of it all by `answers`
and `arrivals`. Units: every instant and span is seconds, `now` by one clock that never goes back.

Source: SMPP Protocol Specification v3.4, sections 2.2 (states), 2.7 and 2.9 (timers, window); 5.1.3 for throttling.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, NamedTuple, TypeVar

from parley.providers.smpp.pdu import (
    IS_RESPONSE,
    LAST_SEQUENCE,
    OK,
    Bind,
    Command,
    Frame,
    Malformed,
    Status,
    cut,
    read_id,
    write,
    write_bind,
)

# How long a slow-down lasts at first, and at most; each refusal in a row doubles it.
FIRST_PAUSE_SECONDS: Final = 0.25
LONGEST_PAUSE_SECONDS: Final = 30.0
SLOW_DOWN: Final = frozenset({int(Status.THROTTLED), int(Status.QUEUE_FULL)})

Token = TypeVar("Token")


class State(StrEnum):
    """Where a connection is in its life."""

    OPEN = "open"  # connected, the bind is out and not answered
    BOUND_TX = "bound_tx"
    BOUND_RX = "bound_rx"
    BOUND_TRX = "bound_trx"
    UNBINDING = "unbinding"
    CLOSED = "closed"


class Mode(StrEnum):
    """What a connection is for."""

    TRANSMITTER = "transmitter"
    RECEIVER = "receiver"
    TRANSCEIVER = "transceiver"


class End(StrEnum):
    """Why a connection is over; a bind that was refused says so by its own status."""

    UNBOUND = "unbound"  # we asked for it, or the centre did
    SILENT = "silent"  # nothing came for too long
    UNSOUND = "unsound"  # what came cannot be cut into PDUs
    OUTBIND = "outbind"  # the centre takes us for one that waits to be called
    REFUSED = "refused"  # the bind
    LOST = "lost"  # the socket is gone


class Act(StrEnum):
    """What is done about a PDU."""

    BOUND = "bound"
    ANSWERED = "answered"
    ARRIVED = "arrived"
    ALIVE = "alive"
    LET_GO = "let_go"
    UNBOUND = "unbound"
    HEARD = "heard"  # it shows that the centre lives, nothing else
    NACKED = "nacked"
    WRONG_STATE = "wrong_state"  # a request that does not belong here: answered so
    CALLED = "called"  # an outbind: not what was agreed
    UNKNOWN = "unknown"  # a request that 3.4 does not know, or none that a centre makes


class Failed(StrEnum):
    """Why no answer came to a request."""

    TIME_OUT = "time_out"
    LINK_LOST = "link_lost"


class Answer(NamedTuple, Generic[Token]):
    """What came of a request: the status and the id of its response, or why there is none."""

    token: Token
    status: int
    message_id: str
    failed: Failed | None = None


class Arrival(NamedTuple):
    """A message of the centre that waits to be answered by `reply`."""

    command: int
    sequence: int
    body: bytes

    def __repr__(self) -> str:
        return f"Arrival({self.command:#x}, {self.sequence})"


_BINDS: Final = {
    Mode.TRANSMITTER: (Command.BIND_TRANSMITTER, State.BOUND_TX),
    Mode.RECEIVER: (Command.BIND_RECEIVER, State.BOUND_RX),
    Mode.TRANSCEIVER: (Command.BIND_TRANSCEIVER, State.BOUND_TRX),
}
_BIND_RESPONSES: Final = (
    Command.BIND_TRANSMITTER_RESP, Command.BIND_RECEIVER_RESP, Command.BIND_TRANSCEIVER_RESP,
)  # fmt: skip
_SENDING: Final = frozenset({State.BOUND_TX, State.BOUND_TRX})
_HEARING: Final = frozenset({State.BOUND_RX, State.BOUND_TRX})
_BOUND: Final = _SENDING | _HEARING


def _row(state: State) -> dict[int, Act]:
    """Return what is done in *state* about each PDU; what is missing is unknown as a request and only heard else."""
    answered = Act.ANSWERED if state in _SENDING | {State.UNBINDING} else Act.HEARD
    arrived = Act.ARRIVED if state in _HEARING else Act.WRONG_STATE
    return {
        **dict.fromkeys(_BIND_RESPONSES, Act.BOUND if state is State.OPEN else Act.HEARD),
        Command.SUBMIT_SM_RESP: answered,
        Command.QUERY_SM_RESP: answered,
        Command.GENERIC_NACK: Act.NACKED,
        Command.DELIVER_SM: arrived,
        Command.DATA_SM: arrived,
        Command.ALERT_NOTIFICATION: Act.HEARD,
        Command.ENQUIRE_LINK: Act.ALIVE,
        Command.ENQUIRE_LINK_RESP: Act.HEARD,
        Command.UNBIND: Act.LET_GO,
        Command.UNBIND_RESP: Act.UNBOUND if state is State.UNBINDING else Act.HEARD,
        Command.OUTBIND: Act.CALLED if state is State.OPEN else Act.WRONG_STATE,
    }


TABLE: Final[Mapping[State, Mapping[int, Act]]] = {
    **{state: _row(state) for state in State if state is not State.CLOSED},
    # After the end nothing is done about anything.
    State.CLOSED: dict.fromkeys(Command, Act.HEARD),
}


@dataclass(frozen=True, slots=True)
class Timing:
    """How long to wait. Units: seconds; `window` requests without an answer at a time."""

    response: float = 10.0
    enquire: float = 30.0
    window: int = 10


class Session(Generic[Token]):
    """One connection from its bind to its end. *Token*: what the caller knows a request by."""

    def __init__(self, mode: Mode, bind: Bind, timing: Timing, now: float) -> None:
        self.state = State.OPEN
        self.end: End | None = None
        self.bind_status = OK
        self.answers: list[Answer[Token]] = []
        self.arrivals: list[Arrival] = []
        self.malformed = 0
        self._timing = timing
        self._out: list[bytes] = []
        self._in = bytearray()
        self._sequence = 0
        # In the order of asking, so the first is the oldest.
        self._open: dict[int, tuple[Token, float]] = {}
        self._unbinds: deque[float] = deque(maxlen=1)
        self._enquired_at: float | None = None
        self._began_at = self._heard_at = now
        self._window = float(timing.window)
        self._pause = 0.0
        self._paused_until = now
        command, self._bound_as = _BINDS[mode]
        self._out.append(write(command, self._next(), write_bind(bind)))

    @property
    def is_bound(self) -> bool:
        """Whether the centre has taken the bind, and the connection is not over."""
        return self.state in _BOUND

    @property
    def in_flight(self) -> int:
        """How many requests have no answer yet."""
        return len(self._open)

    def room(self, now: float) -> int:
        """Return how many more requests may go out at *now*."""
        if self.state not in _SENDING or now < self._paused_until:
            return 0
        return max(0, int(self._window) - len(self._open))

    def ask(self, token: Token, command: int, body: bytes, now: float) -> None:
        """Send a request: from here on it may have arrived."""
        sequence = self._next()
        self._open[sequence] = token, now
        self._out.append(write(command, sequence, body))

    def reply(self, arrival: Arrival, status: int = OK) -> None:
        """Answer what arrived; after the end nothing is written."""
        if self.state is not State.CLOSED:
            self._out.append(write(arrival.command | IS_RESPONSE, arrival.sequence, b"\0", status))

    def unbind(self, now: float) -> None:
        """Ask to part. What is in flight may still be answered."""
        if self.state is State.OPEN:
            self._close(End.UNBOUND)
        elif self.state in _BOUND:
            self.state = State.UNBINDING
            self._unbinds.append(now)
            self._out.append(write(Command.UNBIND, self._next()))

    def written(self) -> bytes:
        """Return what is to be written since the last time."""
        if not self._out:
            return b""
        octets, self._out = b"".join(self._out), []
        return octets

    def hear(self, octets: bytes, now: float) -> None:
        """Take in what came from the socket, whatever it is."""
        if self.state is State.CLOSED:
            return
        stream: bytes | bytearray = octets
        if self._in:
            self._in += octets
            stream = self._in
        frames, taken, wrong = cut(stream)
        self._in = bytearray(stream[taken:])
        if frames:
            self._heard_at, self._enquired_at = now, None
        for frame in frames:
            self._meet(frame, now)
        if wrong is not None and self.end is None:
            self._out.append(write(Command.GENERIC_NACK, 0, b"", Status.INVALID_LENGTH))
            self._close(End.UNSOUND)

    def tick(self, now: float) -> None:
        """Do what is due at *now*: time-outs, a question whether the centre lives, the end where it does not."""
        patience = self._timing.response
        late = []
        for sequence, (_token, at) in self._open.items():
            if at + patience > now:
                break
            late.append(sequence)
        for sequence in late:
            self.answers.append(Answer(self._open.pop(sequence)[0], OK, "", Failed.TIME_OUT))
        is_over = (
            (self.state is State.OPEN and now - self._began_at >= patience)
            or (self._enquired_at is not None and now - self._enquired_at >= patience)
            or (bool(self._unbinds) and now - self._unbinds[0] >= patience)
        )
        if is_over and self.end is None:
            self._close(End.SILENT)
        elif self.is_bound and self._enquired_at is None and self._is_quiet(now, has_given_up=bool(late)):
            self._enquired_at = now
            self._out.append(write(Command.ENQUIRE_LINK, self._next()))

    def _is_quiet(self, now: float, *, has_given_up: bool) -> bool:
        """Whether it is time to ask if the centre lives: after long silence, or a request was met by silence alone.

        A length that lies by less than `LONGEST` swallows everything after it; this is how it is found out soon.
        """
        silence = now - self._heard_at
        return silence >= self._timing.enquire or (has_given_up and silence >= self._timing.response)

    def lose(self) -> None:
        """End it because the socket is gone: nobody knows of what is in flight."""
        if self.end is None:
            self._close(End.LOST)

    def _next(self) -> int:
        self._sequence = self._sequence % LAST_SEQUENCE + 1
        return self._sequence

    def _close(self, end: End) -> None:
        self.state, self.end = State.CLOSED, end
        self.answers += [Answer(token, OK, "", Failed.LINK_LOST) for token, _ in self._open.values()]
        self._open.clear()

    def _meet(self, frame: Frame, now: float) -> None:
        command = frame.command
        act = TABLE[self.state].get(command) or (Act.HEARD if command & IS_RESPONSE else Act.UNKNOWN)
        # What moves messages comes first: there are thousands of it to one of the rest.
        if act is Act.ANSWERED:
            self._answered(frame, now)
        elif act is Act.ARRIVED:
            self.arrivals.append(Arrival(command, frame.sequence, frame.body))
        elif act is Act.BOUND:
            self._bound(frame)
        elif act is Act.NACKED:
            self._nacked(frame, now)
        else:
            self._talk(act, frame)

    def _talk(self, act: Act, frame: Frame) -> None:
        """Answer what concerns the connection itself."""
        match act:
            case Act.ALIVE:
                self._out.append(write(Command.ENQUIRE_LINK_RESP, frame.sequence))
            case Act.LET_GO:
                self._out.append(write(Command.UNBIND_RESP, frame.sequence))
                self._close(End.UNBOUND)
            case Act.UNBOUND:
                self._close(End.UNBOUND)
            case Act.CALLED:
                self._close(End.OUTBIND)
            case Act.WRONG_STATE:
                self._out.append(write(frame.command | IS_RESPONSE, frame.sequence, b"", Status.WRONG_STATE))
            case Act.UNKNOWN:
                self._out.append(write(Command.GENERIC_NACK, frame.sequence, b"", Status.INVALID_COMMAND))
            case _:
                pass

    def _bound(self, frame: Frame) -> None:
        if frame.status == OK:
            self.state = self._bound_as
        else:
            self.bind_status = frame.status
            self._close(End.REFUSED)

    def _nacked(self, frame: Frame, now: float) -> None:
        """Take a refusal of whatever request has that number; of the bind it is the end."""
        if self.state is State.OPEN:
            self.bind_status = frame.status or Status.UNKNOWN_ERROR
            self._close(End.REFUSED)
        else:
            # A refusal that names no reason is one all the same.
            self._answered(frame._replace(status=frame.status or Status.UNKNOWN_ERROR), now)

    def _answered(self, frame: Frame, now: float) -> None:
        found = self._open.pop(frame.sequence, None)
        if found is None:
            # It came too late, or to a question that nobody asked: whoever waited was told.
            return
        status, message_id = frame.status, ""
        if status == OK:
            told = read_id(frame.body)
            if isinstance(told, Malformed):
                self.malformed += 1
            else:
                message_id = told
            self._pause = 0.0
            if self._window < self._timing.window:
                # Back to full speed by one request for each window that went well.
                self._window += 1 / self._window
        elif status in SLOW_DOWN:
            self._slow_down(now)
        self.answers.append(Answer(found[0], status, message_id))

    def _slow_down(self, now: float) -> None:
        """Pause, longer with each refusal in a row, and go on at half the window. Of one burst the first counts."""
        if now < self._paused_until:
            return
        self._pause = min(max(2 * self._pause, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        self._paused_until = now + self._pause
        self._window = max(1.0, self._window / 2)
