"""The page of notices to the lender: what failed and why, in words; a lead puts one back, and it is written down."""

from __future__ import annotations

from html import unescape
from uuid import UUID

import pytest
from django.db import transaction

from parley.engine.lender_answers import No
from parley.locale import Language
from parley.run.lender_door import webhook
from parley.store import audit, lender_queue, models
from parley.store.sealed import Sealed, seal_text
from parley.store.staff import Role
from parley.web.console.lender import fault_in_words
from tests.run.desk import NOON, Anything, Desk, Person
from tests.web.conftest import Served


def failed_notice(desk: Desk, person: Person, number: int = 1, **more: Anything) -> models.LenderNotice:
    """Return a notice that failed for good, as the door would have left it."""
    account = models.Account.objects.filter(borrower=person.borrower).first() or desk.account(person)
    talk = models.Conversation.objects.filter(borrower=person.borrower).first() or desk.talk(person, account)
    key = UUID(int=number << 96)
    values = {"kind": "arrangement.agreed", "state": "failed", "fault": "http_503", "tries": 12} | more
    body = seal_text(desk.vault, person.borrower, Sealed.LENDER_NOTICE_BODY, key, "{}")
    with transaction.atomic():
        row = models.LenderNotice.objects.create(
            key=key, at=NOON, borrower=person.borrower, account=account, conversation=talk, not_before=NOON,
            body_sealed=body, **values,
        )  # fmt: skip
        audit.record(desk.vault, [row], NOON)
    return row


def text_of(served: Served, role: Role = Role.LEAD, language: str = "en") -> str:
    client = served.client(role)
    client.cookies["parley_language"] = language
    answer = client.get("/lender")
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_a_failed_notice_is_listed_with_its_reason_in_words(served: Served) -> None:
    assert "Nothing needs a person" in text_of(served)
    row = failed_notice(served.desk, served.desk.person())
    told = failed_notice(served.desk, served.desk.person(), 2, state="delivered", fault="answer_not_an_answer")
    text = text_of(served)
    assert "The lender's system answered with status 503." in text and f"/threads/{row.conversation_id}" in text
    assert "What was answered is no answer to this notice." in text and "parley lender answers" in text
    assert (f"/lender/{row.key}/again" in text, f"/lender/{told.key}/again" in text) == (True, False)
    assert "Nothing is delivered: lender_notices.deliver_by is none" in text
    assert "机构系统返回状态码 503。" in text_of(served, language="zh-Hans")
    assert "機構系統返回狀態碼 503。" in text_of(served, language="zh-Hant")
    assert "Ada Test" not in text and "4000-1234" not in text


def test_a_lead_puts_one_back_and_that_is_written_down(served: Served) -> None:
    row, other = (failed_notice(served.desk, served.desk.person(), number) for number in (1, 2))
    lead = served.client(Role.LEAD)
    for _ in range(2):
        assert lead.post(f"/lender/{row.key}/again")["Location"] == "/lender"
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, row.tries, row.fault, other.state) == ("pending", 0, "", "failed")
    event = models.Event.objects.get(kind="lender_notice.again")
    assert event.data == {"operator": served.operator(Role.LEAD).pk, "notice": str(row.key)}
    assert event.conversation_id == row.conversation_id
    audit.sequence()
    assert audit.verify(served.desk.vault).is_sound
    assert lender_queue.claim(NOON, NOON, 60, 10, only_written=False) == [row.key]


@pytest.mark.parametrize("role", [Role.AGENT, Role.COMPLIANCE, Role.ADMINISTRATOR])
def test_nobody_else_puts_one_back(served: Served, role: Role) -> None:
    row = failed_notice(served.desk, served.desk.person())
    assert served.client(role).post(f"/lender/{row.key}/again").status_code == 403
    row.refresh_from_db()
    assert row.state == "failed"
    if role is not Role.AGENT:
        text = text_of(served, role)
        assert "/again" not in text and "A lead puts it back." in text
        # Who keeps the house sees no borrower.
        assert (f"/threads/{row.conversation_id}" in text) == (role is Role.COMPLIANCE)


def test_every_reason_has_words() -> None:
    answers = {f"answer_{no}" for no in No} | {"answer_unreadable", "answer_failed"}
    codes = {*webhook._CODES.values(), "timeout", "unreachable", "http_404", *answers}
    assert [code for code in codes for language in Language if fault_in_words(code, language) == code] == []


def test_of_many_the_oldest_are_shown_and_the_others_counted(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parley.web.console.lender.MOST", 1)
    person = served.desk.person()
    rows = [failed_notice(served.desk, person, number) for number in (1, 2, 3)]
    text = text_of(served)
    assert "2 more; the oldest are shown." in text
    assert [str(row.key) in text for row in rows] == [True, False, False]
