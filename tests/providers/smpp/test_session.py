from __future__ import annotations

import itertools

import pytest

from parley.providers.smpp.pdu import Bind, Command, cut, write
from parley.providers.smpp.session import (
    TABLE,
    Act,
    Answer,
    Arrival,
    End,
    Failed,
    Mode,
    Session,
    State,
    Timing,
)

BIND = Bind("parley", "secret")
MODES = {State.BOUND_TX: Mode.TRANSMITTER, State.BOUND_RX: Mode.RECEIVER, State.BOUND_TRX: Mode.TRANSCEIVER}
RESPONSES = {
    Mode.TRANSMITTER: Command.BIND_TRANSMITTER_RESP,
    Mode.RECEIVER: Command.BIND_RECEIVER_RESP,
    Mode.TRANSCEIVER: Command.BIND_TRANSCEIVER_RESP,
}
TIMING = Timing(response=10, enquire=30, window=4)
DELIVER = b"\0\x01\x01447700900123\0\3\x00555\0\0\0\0\0\0\0\0\0\0\5hello"


def opened(mode: Mode = Mode.TRANSCEIVER) -> Session[str]:
    return Session(mode, BIND, TIMING, 0.0)


def bound(mode: Mode = Mode.TRANSCEIVER) -> Session[str]:
    session = opened(mode)
    session.hear(write(RESPONSES[mode], 1, b"centre\0"), 0.0)
    session.written()
    return session


def in_state(state: State) -> Session[str]:
    session = opened() if state is State.OPEN else bound(MODES.get(state, Mode.TRANSCEIVER))
    if state in {State.UNBINDING, State.CLOSED}:
        session.unbind(0.0)
    if state is State.CLOSED:
        session.lose()
    session.written()
    assert session.state is state
    return session


def answered(session: Session[str]) -> list[tuple[int, int, int]]:
    return [frame[:3] for frame in cut(session.written()).frames]


# What becomes of each PDU in each state, written anew and not read from the table under test:
# state → (commands, what is answered as (command, status) or None, state afterwards).
DELIVERIES = (Command.DELIVER_SM, Command.DATA_SM)
SILENT = (
    Command.SUBMIT_SM_RESP, Command.QUERY_SM_RESP, Command.ALERT_NOTIFICATION, Command.ENQUIRE_LINK_RESP,
    Command.DELIVER_SM_RESP, Command.DATA_SM_RESP,
)  # fmt: skip
STRANGE = (
    Command.SUBMIT_SM, Command.QUERY_SM, Command.BIND_RECEIVER, Command.BIND_TRANSMITTER, Command.BIND_TRANSCEIVER,
    0x00000007, 0x00000333,
)  # fmt: skip
BINDS = tuple(RESPONSES.values())


def expected(state: State, command: int) -> tuple[tuple[int, int] | None, State]:
    """Return what is answered and where the connection is afterwards."""
    is_open, hears = state is State.OPEN, state in {State.BOUND_RX, State.BOUND_TRX}
    refused = (command | 0x80000000, 4)
    told: dict[int, tuple[tuple[int, int] | None, State]] = {
        **dict.fromkeys(SILENT, (None, state)),
        **dict.fromkeys(STRANGE, ((Command.GENERIC_NACK, 3), state)),
        **dict.fromkeys(BINDS, (None, State.BOUND_TRX if is_open else state)),
        **dict.fromkeys(DELIVERIES, (None if hears else refused, state)),
        Command.GENERIC_NACK: (None, State.CLOSED if is_open else state),
        Command.OUTBIND: (None, State.CLOSED) if is_open else (refused, state),
        Command.ENQUIRE_LINK: ((Command.ENQUIRE_LINK_RESP, 0), state),
        Command.UNBIND: ((Command.UNBIND_RESP, 0), State.CLOSED),
        Command.UNBIND_RESP: (None, State.CLOSED if state is State.UNBINDING else state),
    }
    return (None, state) if state is State.CLOSED else told[command]


EVERY = sorted({*map(int, Command), *STRANGE})


@pytest.mark.parametrize(("state", "command"), list(itertools.product(State, EVERY)))
def test_every_pdu_in_every_state_has_its_act(state: State, command: int) -> None:
    session = in_state(state)
    session.hear(write(command, 77, DELIVER), 1.0)
    reply, after = expected(state, command)
    # An end says nothing, a refusal and an answer carry the number of what they answer.
    assert [one[:2] for one in answered(session)] == ([reply] if reply else [])
    assert session.state is after
    arrives = command in DELIVERIES and state in {State.BOUND_RX, State.BOUND_TRX}
    assert session.arrivals == ([Arrival(command, 77, DELIVER)] if arrives else [])


def test_the_table_names_no_state_or_act_in_vain() -> None:
    assert TABLE.keys() == set(State)
    assert {act for row in TABLE.values() for act in row.values()} == set(Act) - {Act.UNKNOWN}


def test_it_begins_with_the_bind_of_its_mode() -> None:
    for mode, response in RESPONSES.items():
        ((command, _, sequence),) = answered(opened(mode))
        assert (command, sequence) == (response & 0x7FFFFFFF, 1)


@pytest.mark.parametrize("command", [Command.BIND_TRANSCEIVER_RESP, Command.GENERIC_NACK])
def test_a_bind_that_is_refused_is_the_end_with_its_status(command: Command) -> None:
    session = opened()
    session.hear(write(command, 1, b"", 14), 0.0)
    assert (session.state, session.end, session.bind_status) == (State.CLOSED, End.REFUSED, 14)


def test_answers_find_their_requests_in_any_order_and_strange_ones_none() -> None:
    session = bound()
    for token in ("one", "two", "three"):
        session.ask(token, Command.SUBMIT_SM, b"", 0.0)
    first, second, third = (sequence for _, _, sequence in answered(session))
    session.hear(
        write(Command.SUBMIT_SM_RESP, third, b"id3\0")
        + write(Command.SUBMIT_SM_RESP, 999, b"idx\0")
        + write(Command.SUBMIT_SM_RESP, first, b"", 11)
        + write(Command.GENERIC_NACK, second, b"", 3),
        0.5,
    )
    assert session.answers == [Answer("three", 0, "id3"), Answer("one", 11, ""), Answer("two", 3, "")]
    assert session.in_flight == 0


def test_an_answer_with_an_unfit_id_says_that_it_was_taken_and_nothing_more() -> None:
    session = bound()
    session.ask("one", Command.SUBMIT_SM, b"", 0.0)
    session.hear(write(Command.SUBMIT_SM_RESP, 2, b"\xff\xfe\0"), 0.0)
    assert session.answers == [Answer("one", 0, "")] and session.malformed == 1


def test_a_nack_without_a_reason_is_no_yes() -> None:
    session = bound()
    session.ask("one", Command.SUBMIT_SM, b"", 0.0)
    session.hear(write(Command.GENERIC_NACK, 2), 0.0)
    assert session.answers == [Answer("one", 255, "")]


def test_the_window_bounds_what_is_in_flight() -> None:
    session = bound()
    assert session.room(0.0) == 4
    for token in "abcd":
        session.ask(token, Command.SUBMIT_SM, b"", 0.0)
    assert session.room(0.0) == 0
    session.hear(write(Command.SUBMIT_SM_RESP, 2, b"1\0"), 0.0)
    assert session.room(0.0) == 1


@pytest.mark.parametrize("state", [State.OPEN, State.BOUND_RX, State.UNBINDING, State.CLOSED])
def test_nothing_is_sent_where_nothing_may_be(state: State) -> None:
    assert in_state(state).room(0.0) == 0


def test_a_request_without_an_answer_is_given_up_in_its_time_and_a_late_answer_is_nobodys() -> None:
    session = bound()
    session.ask("one", Command.SUBMIT_SM, b"", 0.0)
    session.ask("two", Command.SUBMIT_SM, b"", 1.0)
    session.tick(9.9)
    assert session.answers == []
    session.tick(10.0)
    assert session.answers == [Answer("one", 0, "", Failed.TIME_OUT)]
    session.hear(write(Command.SUBMIT_SM_RESP, 2, b"late\0"), 10.5)
    assert len(session.answers) == 1 and session.is_bound


def test_a_quiet_centre_is_asked_and_given_up_where_it_stays_so() -> None:
    session = bound()
    session.tick(29.0)
    assert answered(session) == []
    session.tick(30.0)
    assert answered(session) == [(Command.ENQUIRE_LINK, 0, 2)]
    session.hear(write(Command.ENQUIRE_LINK_RESP, 2), 31.0)
    session.tick(60.0)
    assert answered(session) == []
    session.tick(61.0)
    session.tick(70.9)
    assert session.is_bound
    session.tick(71.0)
    assert (session.state, session.end) == (State.CLOSED, End.SILENT)


def test_a_request_met_by_silence_alone_is_reason_to_ask_at_once_and_one_among_others_is_not() -> None:
    deaf, busy = bound(), bound()
    for session in (deaf, busy):
        session.ask("one", Command.SUBMIT_SM, b"", 0.0)
        session.written()
    # A length that lies swallows what follows it.
    deaf.hear(b"\0\0\xff\xff" + write(Command.SUBMIT_SM_RESP, 2, b"1\0"), 1.0)
    busy.hear(write(Command.ALERT_NOTIFICATION, 5), 1.0)
    for session in (deaf, busy):
        session.tick(10.0)
    assert [one[0] for one in answered(deaf)] == [Command.ENQUIRE_LINK] and answered(busy) == []
    deaf.tick(20.0)
    assert deaf.end is End.SILENT


def test_a_bind_and_a_parting_are_not_waited_for_without_end() -> None:
    for session in (opened(), in_state(State.UNBINDING)):
        session.tick(9.9)
        assert session.end is None
        session.tick(10.0)
        assert session.end is End.SILENT


@pytest.mark.parametrize("status", [0x58, 0x14])
def test_a_refusal_for_speed_pauses_longer_each_time_and_halves_the_window(status: int) -> None:
    session, now, pauses = bound(), 0.0, []
    for sequence in range(2, 12):
        session.ask("x", Command.SUBMIT_SM, b"", now)
        session.hear(write(Command.SUBMIT_SM_RESP, sequence, b"", status), now)
        pause = next(step for step in range(1, 1000) if session.room(now + step / 8)) / 8
        pauses.append(pause)
        now += pause
    assert pauses == [0.25, 0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert session.room(now) == 1


def test_one_burst_of_refusals_slows_down_once() -> None:
    session = bound()
    for token in "abcd":
        session.ask(token, Command.SUBMIT_SM, b"", 0.0)
    session.hear(b"".join(write(Command.SUBMIT_SM_RESP, n, b"", 0x58) for n in (2, 3, 4, 5)), 0.0)
    assert session.room(0.2) == 0 and session.room(0.25) == 2


def test_full_speed_comes_back_with_what_goes_well() -> None:
    session = bound()
    session.ask("x", Command.SUBMIT_SM, b"", 0.0)
    session.hear(write(Command.SUBMIT_SM_RESP, 2, b"", 0x58), 0.0)
    rooms = []
    for sequence in range(3, 12):
        session.ask("x", Command.SUBMIT_SM, b"", 1.0)
        session.hear(write(Command.SUBMIT_SM_RESP, sequence, b"1\0"), 1.0)
        rooms.append(session.room(1.0))
    assert rooms[0] == 2 and rooms[-1] == 4 and rooms == sorted(rooms)


@pytest.mark.parametrize("length", [0, 15, 70_001, 0xFFFFFFFF])
def test_a_length_that_lies_ends_the_connection_and_what_came_before_it_counts(length: int) -> None:
    session = bound()
    session.ask("one", Command.SUBMIT_SM, b"", 0.0)
    session.ask("two", Command.SUBMIT_SM, b"", 0.0)
    session.written()
    session.hear(write(Command.SUBMIT_SM_RESP, 2, b"1\0") + length.to_bytes(4, "big") + b"\0" * 12, 0.0)
    assert session.end is End.UNSOUND
    assert answered(session) == [(Command.GENERIC_NACK, 2, 0)]
    assert session.answers == [Answer("one", 0, "1"), Answer("two", 0, "", Failed.LINK_LOST)]


def test_octets_may_come_one_by_one() -> None:
    session = bound()
    session.ask("one", Command.SUBMIT_SM, b"", 0.0)
    for octet in write(Command.SUBMIT_SM_RESP, 2, b"1\0") + write(Command.DELIVER_SM, 9, DELIVER):
        session.hear(bytes((octet,)), 0.0)
    assert session.answers == [Answer("one", 0, "1")]
    assert session.arrivals == [Arrival(Command.DELIVER_SM, 9, DELIVER)]


def test_when_the_socket_is_gone_nobody_knows_of_what_was_in_flight_and_nothing_is_written() -> None:
    session = bound()
    session.ask("one", Command.SUBMIT_SM, b"", 0.0)
    session.written()
    session.lose()
    session.reply(Arrival(Command.DELIVER_SM, 9, b""))
    session.hear(write(Command.ENQUIRE_LINK, 1), 0.0)
    assert session.answers == [Answer("one", 0, "", Failed.LINK_LOST)]
    assert (session.end, session.written()) == (End.LOST, b"")


def test_a_reply_carries_the_number_of_what_it_answers() -> None:
    session = bound()
    session.hear(write(Command.DELIVER_SM, 9, DELIVER) + write(Command.DATA_SM, 10, b""), 0.0)
    first, second = session.arrivals
    session.reply(second, 0x14)
    session.reply(first)
    assert answered(session) == [(Command.DATA_SM_RESP, 0x14, 10), (Command.DELIVER_SM_RESP, 0, 9)]
    assert "hello" not in repr(first)


def test_sequence_numbers_begin_anew_after_the_last() -> None:
    session = bound()
    session._sequence = 0x7FFFFFFE
    for token in "ab":
        session.ask(token, Command.SUBMIT_SM, b"", 0.0)
    assert [sequence for _, _, sequence in answered(session)] == [0x7FFFFFFF, 1]
