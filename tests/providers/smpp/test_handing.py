from __future__ import annotations

import pytest

from parley.providers.port import Accepted, NotTaken, Outcome, Rejected, Unknown
from parley.providers.smpp.handing import Call, Desk, Part, Refusal
from parley.providers.smpp.pdu import Bind, Command, cut, write
from parley.providers.smpp.session import Mode, Session, Timing
from parley.providers.statuses import load_statuses

TABLE = load_statuses("smpp")
NO_NUMBER = TABLE.outcome("0x0B")
SLOWER = 0x58


class Bench:
    """A desk and a bound connection; what is submitted is read off the octets, by the number in its body."""

    def __init__(self, window: int = 10) -> None:
        self.desk = Desk(TABLE)
        self.window = window
        self.reconnect()

    def reconnect(self) -> None:
        self.session: Session[Part] = Session(Mode.TRANSCEIVER, Bind("a", "b"), Timing(window=self.window), 0.0)
        self.session.hear(write(Command.BIND_TRANSCEIVER_RESP, 1, b"\0"), 0.0)
        self.session.written()

    def take(self, *messages: tuple[bytes, ...], until: float = 100.0) -> Call:
        call = Call(messages, until)
        self.desk.take(call)
        return call

    def sent(self, now: float = 0.0) -> dict[str, int]:
        """Return what goes out now: body → sequence."""
        self.desk.fill(self.session, now)
        frames = cut(self.session.written()).frames
        return {frame.body.decode(): frame.sequence for frame in frames if frame.command == Command.SUBMIT_SM}

    def answer(self, sequence: int, status: int = 0, message_id: bytes = b"", now: float = 0.0) -> None:
        body = (message_id or str(sequence).encode()) + b"\0" if status == 0 else b""
        self.session.hear(write(Command.SUBMIT_SM_RESP, sequence, body, status), now)
        self.hear()

    def lose(self) -> None:
        self.session.lose()
        self.hear()

    def hear(self) -> None:
        self.desk.hear(self.session.answers)
        self.session.answers.clear()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_all_parts_taken_is_accepted_under_the_id_of_each(bench: Bench) -> None:
    call = bench.take((b"a1", b"a2", b"a3"), (b"b1",))
    sent = bench.sent()
    assert list(sent) == ["a1", "b1"], "the first part goes alone"
    bench.answer(sent["a1"], message_id=b"A1")
    rest = bench.sent()
    assert list(rest) == ["a2", "a3"]
    bench.answer(rest["a3"], message_id=b"A3")
    bench.answer(rest["a2"], message_id=b"A2")
    assert not call.done.is_set()
    bench.answer(sent["b1"], message_id=b"B1")
    assert call.done.is_set()
    assert call.outcomes() == [Accepted("A1", ("A1", "A2", "A3")), Accepted("B1", ("B1",))]


def test_a_text_that_was_begun_is_finished_before_another_begins() -> None:
    bench = Bench(window=1)
    bench.take((b"a1", b"a2"), (b"b1",))
    order = []
    for _ in range(3):
        ((body, sequence),) = bench.sent().items()
        order.append(body)
        bench.answer(sequence)
    assert order == ["a1", "a2", "b1"]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (0x0B, NO_NUMBER),
        (0x08, NotTaken("0x08", retryable=True)),
        (0x0E, NotTaken("0x0E", retryable=True, halts=True)),
        (0xFF, Unknown("0xFF")),
        (0x400, Unknown("code_0x400")),
    ],
)
def test_a_refusal_of_the_first_part_means_what_the_table_says_and_nothing_else_goes(
    bench: Bench, status: int, outcome: Outcome
) -> None:
    call = bench.take((b"a1", b"a2"))
    bench.answer(bench.sent()["a1"], status)
    assert call.outcomes() == [outcome] and bench.sent() == {}


def test_a_text_of_which_a_part_was_taken_and_another_refused_is_unknown_and_no_more_of_it_goes() -> None:
    bench = Bench(window=2)
    call = bench.take((b"a1", b"a2", b"a3", b"a4"))
    bench.answer(bench.sent()["a1"])
    sent = bench.sent()
    assert list(sent) == ["a2", "a3"]
    bench.answer(sent["a2"], 0x0B)
    assert not call.done.is_set(), "one part is still on its way"
    assert bench.sent() == {}
    bench.answer(sent["a3"])
    assert call.outcomes() == [Unknown("partly_taken")]


def test_a_part_refused_for_speed_is_sent_again_and_the_text_is_whole(bench: Bench) -> None:
    call = bench.take((b"a1", b"a2"))
    bench.answer(bench.sent()["a1"], SLOWER)
    assert bench.sent(0.1) == {}, "a pause comes first"
    bench.answer(bench.sent(1.0)["a1"])
    bench.answer(bench.sent(1.0)["a2"], SLOWER, now=1.0)
    bench.answer(bench.sent(3.0)["a2"])
    assert [type(one) for one in call.outcomes()] == [Accepted]


def test_what_was_written_when_the_connection_broke_is_unknown_and_never_written_again(bench: Bench) -> None:
    bench = Bench(window=2)
    call = bench.take((b"a1", b"a2"), (b"b1",), (b"c1",))
    sent = bench.sent()
    bench.answer(sent["a1"])
    assert list(bench.sent()) == ["a2"]
    bench.lose()
    bench.reconnect()
    assert list(bench.sent()) == ["c1"], "only what was not written goes over the next connection"
    assert call.outcomes()[:2] == [Unknown("link_lost"), Unknown("link_lost")]


def test_a_text_begun_goes_on_over_the_next_connection_where_the_rest_was_not_written() -> None:
    bench = Bench(window=1)
    call = bench.take((b"a1", b"a2"))
    bench.answer(bench.sent()["a1"], message_id=b"A1")
    bench.lose()
    bench.reconnect()
    bench.answer(bench.sent()["a2"], message_id=b"A2")
    assert call.outcomes() == [Accepted("A1", ("A1", "A2"))]


def test_no_answer_in_time_is_unknown(bench: Bench) -> None:
    call = bench.take((b"a1", b"a2"))
    bench.sent()
    bench.session.tick(10.0)
    bench.hear()
    assert call.outcomes() == [Unknown("time_out")] and bench.sent(10.0) == {}


def test_what_found_no_room_until_the_call_had_to_end_was_certainly_not_taken() -> None:
    bench = Bench(window=1)
    call = bench.take((b"a1", b"a2"), (b"b1",), until=5.0)
    first = bench.sent()["a1"]
    why = Refusal("no_room_in_time")
    bench.desk.tick(4.9, why)
    assert not call.done.is_set()
    bench.desk.tick(5.0, why)
    assert call.handed[1].outcome == NotTaken("no_room_in_time", retryable=True)
    bench.answer(first)
    assert bench.sent(5.0) == {}
    assert call.outcomes()[0] == Unknown("partly_taken"), "its first part was taken, the second never left"


def test_where_there_is_no_way_out_what_waits_is_not_taken_and_what_was_begun_keeps_its_time() -> None:
    bench = Bench(window=1)
    call = bench.take((b"a1", b"a2"), (b"b1",))
    bench.answer(bench.sent()["a1"])
    bench.desk.refuse(Refusal("0x0E", halts=True))
    assert call.handed[1].outcome == NotTaken("0x0E", retryable=True, halts=True)
    assert call.handed[0].outcome is None
    bench.answer(bench.sent()["a2"])
    assert isinstance(call.outcomes()[0], Accepted)


def test_taken_under_an_id_that_cannot_be_told_is_accepted_without_parts(bench: Bench) -> None:
    call = bench.take((b"a1",))
    bench.answer(bench.sent()["a1"], message_id=b"\xff")
    assert call.outcomes() == [Accepted("")]


def test_rejected_has_words_for_the_operator() -> None:
    assert isinstance(NO_NUMBER, Rejected) and NO_NUMBER.operator_words.startswith("ESME_RINVDSTADR")
