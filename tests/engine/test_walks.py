"""Whatever a borrower writes, in whatever order: what holds of every talk through the door and the turn."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from parley.dates import local
from parley.engine.case import Case
from parley.engine.outcome import Outcome
from parley.engine.situation import Situation, case_of
from parley.engine.turn import Library
from parley.engine.twin import Heard, Twin
from parley.negotiation.dialogue import MOST_TURNS
from parley.negotiation.state import ENDED, State
from parley.nlu.urgent import scan
from parley.servicing.schedule import Schedule
from tests.engine.sample import shipped_library

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
ILLINOIS = Situation()
PROVEN = Situation(is_proven=True)
CALIFORNIA = Situation(jurisdiction="US-CA", zone="America/Los_Angeles", postcode="94110")
CHINA = Situation(
    jurisdiction="CN",
    locale="zh-CN",
    zone="Asia/Shanghai",
    currency="CNY",
    balance_minor=1_000_000,
    annual_rate_bps=1_800,
    days_past_due=12,
    arrears_minor=86_000,
    postcode="200000",
    contract_tail="8812",
)
TAIWAN = Situation(
    jurisdiction="TW",
    locale="zh-TW",
    zone="Asia/Taipei",
    currency="TWD",
    balance_minor=4_500_000,
    arrears_minor=320_000,
    contract_tail="4417",
)
SITUATIONS = st.sampled_from([ILLINOIS, PROVEN, CALIFORNIA, CHINA, TAIWAN])
POOL = [
    "INFO", "OPTIONS", "yes", "no", "1", "2", "3", "the second one", "60614", "94110", "8812", "4417", "12345",
    "60 a month", "i can do 25 a week", "500", "$5", "nothing right now", "i will pay 103 on friday", "on dec 1",
    "i'll pay 999999999999", "-50", "0.001", "1e9", "i lost my job and cant pay", "how much do i owe", "thanks", "ok",
    "who is this", "2 but only if you drop the fee", "what about 40 a month", "asdf qwerty", "lol", "",
    "查询", "方案", "能分期吗", "五百左右吧", "选第二个", "确认", "发工资后还", "没钱", "一分都没有", "同意", "不同意",
    "10号还800", "可以分期嗎", "一個月兩千", "我冇錢還住", "每月还九十九万亿", "谢谢",
    "\u202e60 a month\u202c", "6\u200b0 a mon\u0301th", "\x00\x1b[31mYES", "ＹＥＳ", "６０６１４", "١٢٣ monthly",
    "🛑🙏😭" * 30,
    "{balance} {agent} {0} %s", "' OR 1=1; --", "a" * 2000, "\ud83d yes", "my card is 4111 1111 1111 1111", "\n\n2\n",
]  # fmt: skip
ENDINGS = [
    "STOP", "退订", "R", "stop sending me ads", "别再发广告了", "i want to kill myself", "我不想活了",
    "stop texting me im going to kill myself", "you have the wrong number", "你打错了", "talk to my lawyer", "已经还了",
    "i want to complain", "i never borrowed this", "im in hospital with cancer", "person", "人工",
]  # fmt: skip
_ONE_REPLY = st.sampled_from(POOL) | st.sampled_from(POOL) | st.sampled_from(ENDINGS) | st.text(max_size=40)
REPLIES = st.lists(_ONE_REPLY, max_size=6)


def talk_of(situation: Situation, replies: list[str], start: datetime) -> tuple[Twin, list[Heard]]:
    twin = Twin(shipped_library(), case_of(situation, now=start))
    return twin, [twin.hear(text, start + timedelta(minutes=7 * n)) for n, text in enumerate(replies)]


def figures_of(plan: Schedule) -> set[int]:
    return {plan.level_minor, plan.last_minor, plan.total_minor}


def allowed_numbers(case: Case, outcome: Outcome) -> set[str]:
    """Return every number a text of this turn may show, written as texts write them."""
    account, memory = case.account, outcome.memory
    assert account is not None
    sums = {account.balance.total, sum(due.open_minor for due in account.dues[:-1])}
    days = {due.due_on for due in account.dues}
    sums |= {memory.promise_minor} if memory.promise_minor is not None else set()
    days |= {memory.promise_due_on} if memory.promise_due_on is not None else set()
    plans = outcome.offer.menu.plans if outcome.offer is not None else case.offer.plans if case.offer else ()
    counts = set()
    for plan in plans:
        sums |= figures_of(plan)
        days.add(plan.rows[0].due_on)
        counts |= {str(plan.count), f"{plan.annual_rate_bps / 100:.2f}"}
    written = {f"{minor // 100:,}.{minor % 100:02d}" for minor in sums}
    return written | {part for day in days for part in parts_of(day)} | counts | {"1", "2", "3"}


def parts_of(day: date) -> set[str]:
    return {str(day.year), str(day.month), str(day.day)}


def numbers_in(text: str, library: Library, case: Case) -> set[str]:
    """Return the numbers of a text beside those of the lender's own words."""
    words = library.lender.words(case.party.jurisdiction, case.party.language)
    for word in sorted((word for word in words.values() if word), key=len, reverse=True):
        text = text.replace(word, " ")
    # What the identity question itself names: the last four digits.
    text = re.sub(r"last 4 digits|后4位|末4碼", " ", text)
    # The hour by which a person answers is no figure of the debt.
    text = re.sub(r"(?<!\d)\d{1,2}:00(?!\d)", " ", text)
    return set(re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text))


@given(SITUATIONS, REPLIES, st.sampled_from([NOON, NIGHT]))
def test_no_text_shows_a_number_that_is_not_of_the_case(
    situation: Situation, replies: list[str], start: datetime
) -> None:
    twin = Twin(shipped_library(), case_of(situation, now=start))
    for n, text in enumerate(replies):
        before = twin.case
        outcome = twin.hear(text, start + timedelta(minutes=7 * n)).outcome
        if outcome.draft is not None:
            said = outcome.draft.rendered.text
            if outcome.draft.promised_at is not None:
                # By when a person answers: a full hour where the borrower is.
                said = said.replace(f"{local(outcome.draft.promised_at, before.party.zones[0]):%H:00}", " ")
            shown = numbers_in(said, twin.library, before)
            assert shown <= allowed_numbers(before, outcome), outcome.draft.rendered.key


def test_which_of_two_things_is_meant_is_not_asked_of_whom_we_do_not_know() -> None:
    """The question would speak of the debt; the reply may be a dispute, so a person looks."""
    twin, (heard,) = talk_of(ILLINOIS, ["CHARG0C."], NOON)
    assert heard.outcome.person_reason == "not_understood"
    assert heard.outcome.draft is None or heard.outcome.draft.discloses != "debt"
    assert twin.case.talk.needs_person


@given(SITUATIONS, REPLIES, st.sampled_from([NOON, NIGHT]))
@example(ILLINOIS, ["CHARG0C."], NOON)
def test_no_debt_leaves_before_identity(situation: Situation, replies: list[str], start: datetime) -> None:
    twin, heard = talk_of(situation, replies, start)
    proven = situation.is_proven
    for one in heard:
        proven = proven or one.outcome.is_identity_proven
        draft = one.outcome.draft
        if draft is not None and not proven:
            assert draft.discloses != "debt", draft.rendered.key
            entry = twin.library.catalogue.entry(draft.rendered.key)
            assert str(entry.discloses) == draft.discloses


@given(SITUATIONS, REPLIES, st.sampled_from([NOON, NIGHT]))
def test_what_the_gate_refuses_waits_or_goes_to_a_person(
    situation: Situation, replies: list[str], start: datetime
) -> None:
    twin, heard = talk_of(situation, replies, start)
    for one in heard:
        refusal, draft = one.refusal, one.outcome.draft
        if refusal is not None and draft is not None:
            waits = refusal.retry_at is not None and refusal.retry_at <= draft.not_after
            assert waits or one.outcome.person_reason
    drafted = {one.outcome.draft.rendered.text for one in heard if one.outcome.draft is not None}
    assert set(twin.said) <= drafted


@given(SITUATIONS, REPLIES, st.sampled_from(["STOP", "退订", "我不想活了", "i want to kill myself"]), REPLIES)
def test_nothing_automatic_follows_a_stop_or_a_crisis(
    situation: Situation, before: list[str], end: str, after: list[str]
) -> None:
    twin, _ = talk_of(situation, [*before, end], NOON)
    said = list(twin.said)
    promotions = [one for one in after if scan(one, twin.library.lexicon).stop_scope == "promotions"]
    for n, text in enumerate([*(one for one in after if one not in promotions), "STOP", "我不想活了", "STOP"], 1):
        twin.hear(text, NOON + timedelta(days=1, minutes=n))
    twin.dispatch_due(NOON + timedelta(days=9))
    assert twin.said == said
    assert twin.case.talk.state is State.CRISIS


@given(SITUATIONS, REPLIES)
def test_money_is_conserved_in_what_is_agreed(situation: Situation, replies: list[str]) -> None:
    twin, _ = talk_of(situation, replies, NOON)
    assert twin.case.account is not None
    for agreed in twin.arrangements:
        rows = agreed.plan.rows
        assert sum(row.principal_minor for row in rows) == twin.case.account.balance.total
        assert sum(row.payment_minor for row in rows) == agreed.plan.total_minor
        assert max(row.payment_minor for row in rows) <= agreed.capacity_minor
    for promise in twin.promises:
        assert 0 < promise.amount_minor <= twin.case.account.balance.total


@given(SITUATIONS, st.lists(st.sampled_from(POOL), min_size=MOST_TURNS + 1, max_size=MOST_TURNS + 1))
def test_every_conversation_ends(situation: Situation, replies: list[str]) -> None:
    _, heard = talk_of(situation, replies, NOON)
    assert any(one.outcome.to in ENDED for one in heard)


@given(REPLIES)
def test_the_same_talk_is_the_same_talk(replies: list[str]) -> None:
    first, second = talk_of(ILLINOIS, replies, NOON), talk_of(ILLINOIS, replies, NOON)
    assert first[0].said == second[0].said
    assert [one.outcome for one in first[1]] == [one.outcome for one in second[1]]


@given(st.sampled_from(["60 a month", "i can do 60 monthly", "60/month pls", "ONLY 60 A MONTH!!!", "每月60"]))
def test_tone_never_changes_the_menu(wording: str) -> None:
    calm, _ = talk_of(PROVEN, ["OPTIONS", "60 a month"], NOON)
    loud, _ = talk_of(PROVEN, ["OPTIONS", wording], NOON)
    assert calm.case.offer is not None
    assert loud.case.offer is not None
    assert calm.case.offer.plans == loud.case.offer.plans
