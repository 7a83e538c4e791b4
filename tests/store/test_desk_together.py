"""Two people on one thread: they see each other, one of them holds it, and only the first of two acts counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from parley.engine.acts import Act, ActRefusal, Assign, No, Note, Reply, TakeOver
from parley.errors import BadInput
from parley.run.library import service_times
from parley.settings import Settings
from parley.store import models
from parley.store.desk import Done, act_on
from parley.store.desk_presence import leave, look
from parley.store.threads import viewers_of
from parley.store.threads_page import load_thread
from tests.run.desk import COST, NOON, Desk, in_threads, library
from tests.store.conftest import Home
from tests.store.desk_work import HOUR, MINUTE, Work, no

WALL = datetime(2026, 1, 5, 9, tzinfo=UTC)
ROUNDS = 6


@pytest.fixture
def work(home: Home) -> Work:
    made = Work(Desk(home.vault, home.folder))
    made.hears("person please")
    return made


def at_once(work: Work, *acts: tuple[models.Operator, Act]) -> list[Done | ActRefusal]:
    """Let people act at the same moment on the page that all of them see; results in the order of *acts*."""
    talk, found = work.talk, dict[int, Done | ActRefusal]()

    def doing(place: int, who: models.Operator, act: Act) -> Callable[[], None]:
        def do() -> None:
            found[place] = act_on(who, talk.id, talk.version, act, NOON, library(), work.desk.vault, COST)

        return do

    in_threads(*(doing(place, who, act) for place, (who, act) in enumerate(acts)))
    return [found[place] for place in range(len(acts))]


def test_of_two_who_take_a_thread_at_once_one_has_it_and_the_other_hears_who(work: Work) -> None:
    ada = work.desk.operator("ada")
    for _ in range(ROUNDS):
        models.Conversation.objects.update(assigned_to=None)
        both = [work.dana, ada]
        results = at_once(work, *((who, TakeOver()) for who in both))
        (winner,) = [who for who, one in zip(both, results, strict=True) if isinstance(one, Done)]
        (refused,) = [one for one in results if isinstance(one, ActRefusal)]
        assert (refused.no, refused.by, refused.event, refused.at) == (No.STALE, winner.pk, "taken_over", NOON)
        assert work.talk.assigned_to == winner


def test_of_two_answers_at_once_one_is_sent(work: Work) -> None:
    work.does(TakeOver())
    for number in range(1, ROUNDS):
        results = at_once(work, *((work.dana, Reply(key)) for key in ("help.who", "person.reading", "info.balance")))
        assert sum(isinstance(one, Done) for one in results) == 1
        assert {no(one) for one in results if isinstance(one, ActRefusal)} == {No.STALE}
        assert models.Message.objects.filter(written_by=work.dana).count() == number


def test_a_reply_that_comes_in_meanwhile_is_read_before_anything_is_said(work: Work) -> None:
    work.does(TakeOver())
    for number in range(ROUNDS):
        talk, found = work.talk, list[Done | ActRefusal]()
        at = NOON + (number + 1) * MINUTE

        def say(talk: models.Conversation = talk, found: list[Done | ActRefusal] = found, at: datetime = at) -> None:
            found.append(
                act_on(work.dana, talk.id, talk.version, Reply("help.who"), at, library(), work.desk.vault, COST)
            )

        def write(at: datetime = at) -> None:
            work.desk.hear(work.person, "wait, one more thing", at)

        in_threads(say, write)
        said = models.Message.objects.filter(created_at=at, written_by=work.dana).count()
        assert said == isinstance(found[0], Done)
        if isinstance(found[0], ActRefusal):
            assert (found[0].no, found[0].by, found[0].event, found[0].at) == (No.STALE, None, "wrote", at)
        assert work.talk.version == talk.version + (2 if said else 1)


def test_notes_and_acts_of_two_people_at_once_are_both_kept(work: Work) -> None:
    results = at_once(work, (work.dana, TakeOver()), (work.lead, Note("he will call at four")))
    # A note is a fact: it never waits. The act may have come second, and is then to be looked at again.
    assert isinstance(results[1], Done) and models.Note.objects.count() == 1
    if isinstance(results[0], ActRefusal):
        assert (results[0].no, results[0].by, results[0].event) == (No.STALE, work.lead.pk, "person.noted")


def test_what_happened_meanwhile_is_told_whatever_it_was(work: Work) -> None:
    seen = work.talk.version
    work.does(Assign(work.dana.pk), who=work.lead)
    refused = work.tries(TakeOver(), version=seen)
    assert isinstance(refused, ActRefusal)
    assert (refused.by, refused.event) == (work.lead.pk, "assigned")
    # The machine read a message and was silent: what is new is the message.
    seen = work.talk.version
    work.hears("hello?", NOON + MINUTE)
    refused = work.tries(Reply("help.who"), version=seen)
    assert isinstance(refused, ActRefusal)
    assert (refused.no, refused.by, refused.event, refused.at) == (No.STALE, None, "wrote", NOON + MINUTE)
    # A refusal of the gate is nothing that happened on the thread.
    work.hears("STOP", NOON + HOUR)
    old = work.talk.version
    work.does(Note("stopped"), NOON + HOUR, who=work.lead)
    seen = work.talk.version
    assert no(work.tries(Reply("help.who"), NOON + HOUR)) is No.GATE
    assert work.talk.version == seen
    refused = work.tries(Reply("help.who"), NOON + HOUR, version=old)
    assert isinstance(refused, ActRefusal) and (refused.by, refused.event) == (work.lead.pk, "person.noted")


def test_a_page_of_the_future_is_out_of_date_as_well(work: Work) -> None:
    assert no(work.tries(TakeOver(), version=work.talk.version + 1)) is No.STALE


def test_people_see_each_other_while_they_look(work: Work) -> None:
    talk = work.talk
    look(work.dana, talk.id, WALL)
    look(work.lead, talk.id, WALL + timedelta(seconds=20))
    thread = load_thread(talk.id, NOON, service_times(Settings()), WALL + timedelta(seconds=29))
    assert [one.display_name for one in thread.viewers] == ["Dana", "Ming"]
    # Thirty seconds of the machine's clock after the last word of a page nobody is there.
    late = WALL + timedelta(seconds=30)
    assert [one.display_name for one in viewers_of([talk.id], late)[talk.id]] == ["Ming"]
    look(work.dana, talk.id, late)
    assert models.Presence.objects.count() == 2
    leave(work.dana, talk.id)
    assert [one.display_name for one in viewers_of([talk.id], late)[talk.id]] == ["Ming"]
    look(work.dana, talk.id, late + timedelta(minutes=1))
    assert models.Presence.objects.count() == 1, "what has faded is swept"


def test_two_pages_of_one_person_are_one_presence(work: Work) -> None:
    talk = work.talk
    in_threads(*[lambda: look(work.dana, talk.id, WALL)] * 4)
    assert models.Presence.objects.count() == 1


def test_nobody_looks_at_what_is_not_there(work: Work) -> None:
    with pytest.raises(BadInput, match="no thread"):
        look(work.dana, work.account.id, WALL)
