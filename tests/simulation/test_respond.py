from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.simulation.persona import Persona, PublicFacts, draw_persona
from parley.simulation.respond import Heard, Memory, Reply, respond
from parley.simulation.speech import Intention
from parley.simulation.world import World

NOON = datetime(2026, 11, 2, 17, tzinfo=UTC)
THREAD = ("overdue.neutral", "identity.ask_postcode", "capacity.ask", "offer.two", "plan.read_back", "plan.agreed")
LOCALES = (("en-US", "USD", 3), ("zh-CN", "CNY", 23), ("zh-TW", "TWD", 100))


def heard(key: str, *numbers: int, hours: int = 0, messages_7d: int = 1) -> Heard:
    return Heard(template_key=key, at=NOON + timedelta(hours=hours), numbers=numbers, messages_7d=messages_7d)


def talk(world: World, persona: Persona) -> list[tuple[str, Reply]]:
    """Walk one borrower through a thread in which the offers can be afforded, until silence."""
    said: list[tuple[str, Reply]] = []
    memory: Memory = ()
    limit_minor = persona.accepts_minor(NOON.date()) or 5_000
    for hours, key in enumerate(THREAD):
        numbers = (limit_minor // 2, limit_minor) if key in {"offer.two", "plan.read_back"} else ()
        reply = respond(world, persona, heard(key, *numbers, hours=hours), memory)
        if reply is None:
            return said
        said.append((key, reply))
        memory = (*memory, (key, reply.intention))
    return said


@pytest.fixture(scope="module")
def talks(world: World, public: PublicFacts) -> list[tuple[str, Reply]]:
    said = []
    for number in range(4_500):
        locale, currency, scale = LOCALES[number % 3]
        facts = replace(public, locale=locale, currency=currency, scale=scale, balance_minor=scale * 50_000)
        said += talk(world, draw_persona(world.card, 7, f"b{number}", facts))
    return said


def test_at_least_one_reply_in_five_is_not_plain(talks: list[tuple[str, Reply]]) -> None:
    share = sum(not reply.plain for _, reply in talks) / len(talks)
    assert 0.20 <= share < 0.40


def test_crisis_comes_about_once_in_a_thousand_replies(talks: list[tuple[str, Reply]]) -> None:
    share = sum(reply.intention is Intention.CRISIS for _, reply in talks) / len(talks)
    assert 0.0004 < share < 0.0035


def test_opt_out_is_near_the_card(talks: list[tuple[str, Reply]]) -> None:
    stops = sum(reply.intention is Intention.STOP for _, reply in talks)
    assert 0.001 < stops / (4_500 + len(talks)) < 0.006


def test_crises_legal_words_and_calls_for_a_person_are_never_plain(talks: list[tuple[str, Reply]]) -> None:
    person = {Intention.CRISIS, Intention.LEGAL, Intention.PERSON, Intention.DISPUTE, Intention.FRAUD_CLAIM}
    assert not any(reply.plain for _, reply in talks if reply.intention in person)


def test_identity_is_mostly_right_and_sometimes_wrong(talks: list[tuple[str, Reply]]) -> None:
    given_codes = [reply.text for _, reply in talks if reply.intention is Intention.IDENTITY]
    wrong = sum("60614" not in text for text in given_codes) / len(given_codes)
    assert 0.03 < wrong < 0.10


def test_nothing_is_left_open_in_a_text(talks: list[tuple[str, Reply]]) -> None:
    assert not any("{" in reply.text or "}" in reply.text or not reply.text.strip() for _, reply in talks)
    assert len({reply.text for _, reply in talks}) > 1_500


def test_most_intentions_occur(talks: list[tuple[str, Reply]]) -> None:
    assert len(Counter(reply.intention for _, reply in talks)) >= 20


@given(st.integers(0, 500), st.sampled_from(THREAD), st.integers(0, 200), st.integers(1, 5))
def test_the_same_arguments_give_the_same_reply(
    world: World, public: PublicFacts, number: int, key: str, hours: int, messages_7d: int
) -> None:
    persona = draw_persona(world.card, 3, f"b{number}", public)
    what = heard(key, 1_000, hours=hours, messages_7d=messages_7d)
    one, two = respond(world, persona, what, ()), respond(world, persona, what, ())
    assert (one is None) == (two is None)
    if one and two:
        assert (one.text, one.delay_seconds, one.intention) == (two.text, two.delay_seconds, two.intention)
        assert one.delay_seconds > 0


def borrowers(world: World, public: PublicFacts, count: int = 300) -> list[Persona]:
    drawn = (draw_persona(world.card, 5, f"b{number}", public) for number in range(count))
    return [each for each in drawn if not (each.wrong_person or each.disputes)]


def test_nobody_accepts_an_instalment_above_what_they_agree_to(world: World, public: PublicFacts) -> None:
    accepted = 0
    for persona in borrowers(world, public):
        limit_minor = persona.accepts_minor(NOON.date())
        reply = respond(world, persona, heard("offer.two", limit_minor + 1, limit_minor + 500), ())
        assert reply is None or reply.intention is not Intention.ACCEPT_OPTION
        reply = respond(world, persona, heard("plan.read_back", limit_minor + 1), ())
        assert reply is None or reply.intention is not Intention.YES
        reply = respond(world, persona, heard("offer.two", limit_minor + 1, limit_minor), ())
        accepted += reply is not None and reply.intention is Intention.ACCEPT_OPTION
    assert accepted > 100


def test_who_has_nothing_left_over_names_no_sum(world: World, public: PublicFacts) -> None:
    short = [each for each in borrowers(world, public) if each.surplus_on(NOON.date()) <= 0]
    replies = [respond(world, each, heard("capacity.ask"), ()) for each in short]
    intentions = Counter(reply.intention for reply in replies if reply)
    assert Intention.CAPACITY not in intentions
    assert intentions[Intention.NOTHING_TO_SPARE] > intentions[Intention.PERSON]


def test_wrong_persons_say_so_and_disputing_ones_dispute(world: World, public: PublicFacts) -> None:
    base = borrowers(world, public)[0]
    wrong = Counter[Intention]()
    disputed = Counter[Intention]()
    for number in range(300):
        persona = replace(base, key=f"w{number}", wrong_person=True, willing_percent=100)
        if reply := respond(world, persona, heard("overdue.neutral"), ()):
            wrong[reply.intention] += 1
        persona = replace(base, key=f"d{number}", disputes=True)
        if reply := respond(world, persona, heard("capacity.ask"), (("identity.ask_postcode", Intention.IDENTITY),)):
            disputed[reply.intention] += 1
    assert wrong.most_common(1)[0][0] is Intention.WRONG_NUMBER
    assert wrong[Intention.CAPACITY] == wrong[Intention.IDENTITY] == 0
    assert disputed.most_common(1)[0][0] is Intention.DISPUTE


def test_after_stop_nobody_writes_again(world: World, public: PublicFacts) -> None:
    for persona in borrowers(world, public):
        assert respond(world, persona, heard("capacity.ask"), (("overdue.neutral", Intention.STOP),)) is None
        assert respond(world, persona, heard("stop.confirmed"), ()) is None


def test_many_messages_tire(world: World, public: PublicFacts) -> None:
    drawn = borrowers(world, public, 1_000)
    once = sum(respond(world, each, heard("overdue.neutral"), ()) is not None for each in drawn)
    tired = sum(respond(world, each, heard("overdue.neutral", messages_7d=6), ()) is not None for each in drawn)
    assert tired < 0.75 * once


def test_more_answer_in_the_evening(world: World, public: PublicFacts) -> None:
    drawn = borrowers(world, public, 3_000)
    noon, evening = (
        sum(respond(world, each, heard("overdue.neutral", hours=hours), ()) is not None for each in drawn)
        for hours in (0, 6)
    )
    assert 1.0 < evening / noon < 1.2


def test_patience_ends(world: World, public: PublicFacts) -> None:
    drawn = [replace(each, patience=6) for each in borrowers(world, public)]
    sixth = [respond(world, each, replace(heard("capacity.ask"), nth_in_thread=6), ()) for each in drawn]
    seventh = [respond(world, each, replace(heard("capacity.ask"), nth_in_thread=7), ()) for each in drawn]
    assert sum(reply is not None for reply in sixth) > 200
    # The right to say stop has no limit.
    assert {reply.intention for reply in seventh if reply} <= {Intention.STOP}


def test_who_is_asked_back_says_it_plainly(world: World, public: PublicFacts) -> None:
    memory: Memory = (("capacity.ask", Intention.CAPACITY),)
    able = [each for each in borrowers(world, public) if each.surplus_on(NOON.date()) > 3_000]
    replies = [respond(world, each, heard("unclear.ask_back"), memory) for each in able]
    clear = [reply for reply in replies if reply and reply.intention is Intention.CAPACITY]
    assert len(clear) > len(able) // 2
    assert all(reply.plain for reply in clear)


def test_few_write_in_the_night(world: World, public: PublicFacts) -> None:
    late = datetime(2026, 11, 3, 4, tzinfo=UTC)  # 23:00 in New York
    hours = Counter[bool]()
    for persona in borrowers(world, public, 600):
        what = Heard(template_key="capacity.ask", at=late)
        if reply := respond(world, persona, what, ()):
            hour = (late + timedelta(seconds=reply.delay_seconds) - timedelta(hours=5)).hour
            hours[0 < hour < 7] += 1
    assert hours[True] < 0.1 * hours[False]


def test_a_reply_does_not_print_its_text(world: World, public: PublicFacts) -> None:
    replies = [respond(world, each, heard("capacity.ask"), ()) for each in borrowers(world, public, 20)]
    assert all(reply.text not in repr(reply) for reply in replies if reply)
    assert "4321" not in repr(heard("offer.one", 4_321))
