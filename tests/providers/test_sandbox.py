from __future__ import annotations

import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from parley.errors import HomeUnusable, OutsideFailed
from parley.ids import Msisdn
from parley.providers.centre_faults import Faults
from parley.providers.centre_file import CentreFile
from parley.providers.centre_log import Note, NotTakenLine, Receipt, Submitted, read_log
from parley.providers.port import (
    Accepted,
    DeliveryState,
    InboundIn,
    LookupState,
    NotTaken,
    ReceiptIn,
    Rejected,
    Unknown,
)
from parley.providers.sandbox import Sandbox
from tests.providers.conftest import LATER, NOON, Open, asked, message

# The child finds the tests' own helpers from here.
ROOT = Path(__file__).parents[2]
MANY = [message(number) for number in range(400)]


def receipts(sandbox: Sandbox) -> list[ReceiptIn]:
    return [each for each in sandbox.poll(LATER, 10_000) if isinstance(each, ReceiptIn)]


def test_without_faults_each_message_arrives_once_with_one_receipt(centre: Open, log: Path) -> None:
    sandbox = centre()
    assert all(isinstance(answer, Accepted) for answer in sandbox.submit(MANY, NOON))
    assert sandbox.poll(NOON, 10) == []
    told = receipts(sandbox)
    assert sorted(each.reference or "" for each in told) == sorted(each.reference for each in MANY)
    assert {each.state for each in told} == {DeliveryState.DELIVERED}
    assert {each.part for each in told} == {0}
    assert [each.text for each in sandbox.handset_inbox(0)] == [MANY[0].text] * len(MANY)
    assert log.stat().st_mode & 0o777 == 0o600


def test_the_handset_inbox_goes_on_from_where_it_was_read(centre: Open) -> None:
    sandbox = centre()
    sandbox.submit(MANY[:5], NOON)
    sandbox.poll(LATER, 100)
    first = sandbox.handset_inbox(0, limit=2)
    rest = sandbox.handset_inbox(first[-1].n)
    assert len({each.reference for each in (*first, *rest)}) == 5
    assert sandbox.handset_inbox(rest[-1].n) == []


def test_the_same_seed_and_references_give_the_same_fate(tmp_path: Path) -> None:
    logs = []
    for name in ("one", "two", "three"):
        sandbox = Sandbox(
            tmp_path / name, seed=3 if name == "three" else 2, short_code="7", faults=Faults(undelivered=0.3, slow=0.2)
        )
        sandbox.submit(MANY, NOON)
        sandbox.poll(LATER, 1)
        sandbox.close()
        logs.append((tmp_path / name).read_bytes())
    assert logs[0] == logs[1] != logs[2]


def test_a_text_from_a_handset_comes_at_its_time_and_only_once(centre: Open) -> None:
    sandbox = centre()
    for _ in range(2):
        sandbox.handset_send(Msisdn("+12025550101"), "YES", NOON + timedelta(minutes=5), "b1:1")
    assert sandbox.next_due_at() == NOON + timedelta(minutes=5)
    assert sandbox.poll(NOON, 10) == []
    (told,) = sandbox.poll(LATER, 10)
    assert isinstance(told, InboundIn)
    assert (told.text, told.to, told.sender, told.at) == (
        "YES",
        "70000",
        Msisdn("+12025550101"),
        NOON + timedelta(minutes=5),
    )
    assert "YES" not in repr(told)
    assert sandbox.next_due_at() is None


def test_what_is_not_acknowledged_comes_again_and_what_is_does_not(centre: Open) -> None:
    sandbox = centre()
    sandbox.submit(MANY[:6], NOON)
    sandbox.handset_send(Msisdn("+12025550101"), "NO", NOON, "k")
    all_ids = {each.event_id for each in sandbox.poll(LATER, 100)}
    stored = [each.event_id for each in sandbox.poll(LATER, 4)]
    sandbox.acknowledge([*stored, "never heard of", stored[0]])
    again = {each.event_id for each in centre().poll(LATER, 100)}
    assert again == all_ids - set(stored)
    assert len(all_ids) == 7


def test_a_torn_last_line_is_dropped_wherever_the_process_died(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    sandbox = Sandbox(whole, seed=1, short_code="7")
    sandbox.submit(MANY[:2], NOON)
    kept = whole.stat().st_size
    sandbox.submit([message(7, text="【示例】您好")], NOON)
    raw = whole.read_bytes()
    for size in range(kept, len(raw) + 1):
        cut = tmp_path / "cut"
        cut.write_bytes(raw[:size])
        after = Sandbox(cut, seed=1, short_code="7")
        is_whole = size == len(raw)
        assert (after.look_up(asked("ref-7"), NOON).state is LookupState.FOUND) is is_whole
        assert after.look_up(asked("ref-1"), NOON).state is LookupState.FOUND
        notes = [line for line in read_log(cut) if isinstance(line, Note)]
        assert len(notes) == (0 if size in {kept, len(raw)} else 1)
        after.close()
        cut.unlink()


def test_two_processes_share_one_log(centre: Open, log: Path) -> None:
    one, two = centre(), centre()
    one.submit(MANY[:3], NOON)
    assert two.look_up(asked("ref-2"), NOON).state is LookupState.FOUND
    two.submit(MANY[3:6], NOON)
    assert len(receipts(one)) == 6
    two.acknowledge([each.event_id for each in receipts(two)[:5]])
    assert len(one.poll(LATER, 100)) == 1
    assert [line.n for line in read_log(log)] == list(range(1, len(list(read_log(log))) + 1))


CHILD = """
import sys, time
from pathlib import Path
from parley.providers.sandbox import Sandbox
from tests.providers.conftest import NOON, LATER, message
log, first = Path(sys.argv[1]), int(sys.argv[2])
sandbox = Sandbox(log, seed=1, short_code="70000")
while not log.with_name("go").exists():
    time.sleep(0.001)
for number in range(first, first + 300):
    sandbox.submit([message(number)], NOON)
    sandbox.acknowledge([each.event_id for each in sandbox.poll(LATER, 3)])
"""


def test_processes_that_write_at_once_lose_nothing(log: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", CHILD, str(log), str(first)], cwd=ROOT) for first in (0, 1000)]
    time.sleep(1)
    log.with_name("go").touch()
    assert [each.wait(60) for each in running] == [0, 0]
    lines = list(read_log(log))
    submitted = [line.reference for line in lines if isinstance(line, Submitted)]
    assert len(submitted) == len(set(submitted)) == 600
    assert len([line for line in lines if isinstance(line, Receipt)]) == 600


def test_a_killed_process_loses_nothing_it_acknowledged(log: Path, centre: Open) -> None:
    log.with_name("go").touch()
    for _ in range(3):
        child = subprocess.Popen(
            [
                sys.executable,
                "-u",
                "-c",
                CHILD.replace("first, first + 300", "first, first + 10**6") + "",
                str(log),
                "0",
            ]
        )
        while not log.exists() or log.stat().st_size < 20_000:
            time.sleep(0.01)
        child.kill()
        child.wait(10)
        acknowledged = {event for line in read_log(log) if hasattr(line, "event_ids") for event in line.event_ids}
        told = {line.event_id for line in read_log(log) if isinstance(line, Receipt)}
        assert told
        after = {each.event_id for each in centre().poll(LATER, 10**6)}
        assert not after & acknowledged
        assert told - acknowledged <= after
        log.unlink()


def test_busy_and_time_outs_leave_honest_answers(centre: Open, log: Path) -> None:
    sandbox = centre(busy=0.2, time_out_taken=0.2, time_out_not_taken=0.2)
    answers = sandbox.submit(MANY, NOON)
    found = [sandbox.look_up(asked(each.reference), NOON).state is LookupState.FOUND for each in MANY]
    kinds = [type(answer) for answer in answers]
    assert all(kinds.count(kind) > 20 for kind in (Accepted, NotTaken, Unknown))
    for answer, is_found in zip(answers, found, strict=True):
        match answer:
            case Accepted():
                assert is_found
            case NotTaken():
                assert not is_found
                assert answer.retryable
            case _:
                pass
    unknown = [is_found for answer, is_found in zip(answers, found, strict=True) if isinstance(answer, Unknown)]
    assert 0.3 < sum(unknown) / len(unknown) < 0.7
    assert sum(isinstance(line, NotTakenLine) for line in read_log(log)) == found.count(False)


def test_a_busy_centre_takes_the_same_message_at_a_later_try(centre: Open) -> None:
    sandbox = centre(busy=0.5)
    waiting = MANY[:50]
    for _ in range(20):
        answers = sandbox.submit(waiting, NOON)
        waiting = [each for each, answer in zip(waiting, answers, strict=True) if isinstance(answer, NotTaken)]
    assert waiting == []


def test_rejected_numbers_stay_rejected(centre: Open) -> None:
    sandbox = centre(rejected_numbers=0.3)
    one, two = sandbox.submit(MANY, NOON), sandbox.submit(MANY, NOON)
    refused = [isinstance(answer, Rejected) for answer in one]
    assert refused == [isinstance(answer, Rejected) for answer in two]
    assert 0.2 < sum(refused) / len(refused) < 0.4


def test_what_comes_too_late_is_rejected_or_expires(centre: Open) -> None:
    sandbox = centre(slow=1.0)
    (late,) = sandbox.submit([message(1)], NOON + timedelta(hours=5))
    assert late == Rejected("validity_over", "The message was handed over after its last instant.")
    sandbox.submit([message(2)], NOON + timedelta(hours=3, minutes=59))
    (told,) = [each for each in sandbox.poll(NOON + timedelta(days=1), 9) if isinstance(each, ReceiptIn)]
    assert told.state is DeliveryState.EXPIRED
    assert told.at == message(2).not_after
    assert sandbox.handset_inbox(0) == []


def test_lost_and_duplicate_receipts(centre: Open) -> None:
    sandbox = centre(lost_receipts=0.3, duplicate_receipts=0.5)
    sandbox.submit(MANY, NOON)
    told = receipts(sandbox)
    by_reference = {each.reference for each in told}
    assert 0.6 < len(by_reference) / len(MANY) < 0.8
    assert len(told) > 1.3 * len(by_reference)
    assert len({each.event_id for each in told}) == len(told)
    assert len(sandbox.handset_inbox(0)) == len(MANY)


def test_an_early_receipt_stands_before_its_submission(centre: Open, log: Path) -> None:
    sandbox = centre(early_receipts=1.0, duplicate_receipts=1.0)
    answers = sandbox.submit(MANY[:3], NOON)
    told = [each for each in sandbox.poll(NOON, 100) if isinstance(each, ReceiptIn)]
    assert [each.provider_id for each in told] == [
        answer.provider_id for answer in answers if isinstance(answer, Accepted) for _ in range(2)
    ]
    kinds = [type(line) for line in read_log(log)]
    assert kinds[:3] == [Receipt, Receipt, Submitted]
    assert len(centre().poll(LATER, 100)) == 6


def test_receipts_out_of_order_and_part_by_part(centre: Open) -> None:
    sandbox = centre(out_of_order_receipts=0.5, per_part_receipts=1.0)
    sandbox.submit([message(number, segments=3) for number in range(50)], NOON)
    told = receipts(sandbox)
    assert {each.part for each in told} == {1, 2, 3}
    assert len(told) == 150
    assert [each.at for each in told] != sorted(each.at for each in told)


def test_a_slow_message_is_found_within_the_settle_time_only(centre: Open) -> None:
    sandbox = centre(slow=1.0, time_out_taken=1.0)
    sandbox.submit(MANY[:50], NOON)
    at_once = [sandbox.look_up(asked(each.reference), NOON).state for each in MANY[:50]]
    settled = NOON + timedelta(seconds=sandbox.settle_seconds)
    assert LookupState.NOT_FOUND in at_once
    assert all(sandbox.look_up(asked(each.reference), settled).state is LookupState.FOUND for each in MANY[:50])
    assert sandbox.poll(NOON + timedelta(minutes=9), 1) == []


def test_undelivered_messages_reach_no_handset(centre: Open) -> None:
    sandbox = centre(undelivered=1.0)
    sandbox.submit(MANY[:5], NOON)
    assert {each.state for each in receipts(sandbox)} == {DeliveryState.UNDELIVERED}
    assert sandbox.handset_inbox(0) == []


def test_the_same_reference_twice_is_seen_twice(centre: Open) -> None:
    sandbox = centre()
    sandbox.submit([message(1), message(1)], NOON)
    sandbox.poll(LATER, 10)
    assert [each.reference for each in sandbox.handset_inbox(0)] == ["ref-1", "ref-1"]


def test_arrivals_of_chosen_messages_come_in_order_as_often_as_they_did_in_every_process(centre: Open) -> None:
    sandbox = centre()
    sandbox.submit([message(1), message(2), message(3), message(1)], NOON)
    assert sandbox.handset_arrivals(["ref-1"]) == []
    sandbox.poll(LATER, 99)
    for view in (sandbox, centre()):
        found = view.handset_arrivals(["ref-3", "ref-1", "ref-9"])
        assert sorted(one.reference for one in found) == ["ref-1", "ref-1", "ref-3"]
        assert [one.n for one in found] == sorted(one.n for one in found)


def test_an_impossible_share_is_refused() -> None:
    with pytest.raises(ValueError, match="slow is a share"):
        Faults(slow=1.1)


def test_a_full_disk_takes_nothing_and_says_so(centre: Open, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = centre()
    sandbox.submit(MANY[:2], NOON)
    size = log.stat().st_size

    def full(handle: int, raw: bytes) -> int:
        with log.open("ab") as half:
            half.write(raw[:30])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("parley.providers.centre_file.os.write", full)
    with pytest.raises(OutsideFailed, match="No space left"):
        sandbox.submit([message(3)], NOON)
    with pytest.raises(OutsideFailed):
        sandbox.poll(LATER, 10)
    assert log.stat().st_size == size
    monkeypatch.undo()
    assert sandbox.look_up(asked("ref-3"), NOON).state is LookupState.NOT_FOUND
    assert len(receipts(sandbox)) == 2


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeUnusable, match=r"centre\.jsonl"):
        CentreFile(tmp_path / "file" / "centre.jsonl")


def test_submissions_do_not_print_text_or_number() -> None:
    assert "hello" not in repr(message(1))
    assert "2025550001" not in repr(message(1))
