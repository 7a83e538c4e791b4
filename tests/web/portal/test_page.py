"""The borrower's page as a borrower meets it: the door, what is owed, a plan, a person, no more texts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from parley.negotiation.levers import Confirm
from parley.run.checking import check
from parley.run.library import lender_facts
from parley.settings import Settings
from parley.store import models
from parley.store.page_links import LENGTH
from parley.store.visits import TRIES
from parley.web.assets import assets
from parley.web.portal import urls
from tests.run.desk import NOON, TODAY, Anything, Person, library
from tests.web.conftest import Served
from tests.web.test_every_address import addresses, filled, state

OWED = 124_000


@pytest.fixture
def ada(served: Served) -> Person:
    person = served.desk.person()
    served.desk.account(person, [(TODAY - timedelta(days=34), 10_300, 0), (TODAY + timedelta(days=20), 10_300, 0)])
    return person


@pytest.fixture
def browser(served: Served) -> Client:
    return served.client(face="portal", checks_forms=False)


def enter(browser: Client, person: Person, answer: str = "60614") -> Anything:
    return browser.post("/", {"number": person.number, "answer": answer})


def inside(served: Served, person: Person) -> Client:
    browser = served.client(face="portal")
    assert enter(browser, person)["Location"] == "/account"
    return browser


def text(answer: Anything) -> str:
    return str(answer.content.decode())


def send(browser: Client, address: str, **fields: str) -> Anything:
    """Load the page and send the form on it, as a browser does."""
    shown = text(browser.get(address))
    hidden = dict(re.findall(r'<input type="hidden" name="(form_number|offer|option|code)" value="([^"]*)"', shown))
    return browser.post(address, {**hidden, **fields})


def agree(browser: Client, monthly: str = "60", option: str = "1") -> Anything:
    send(browser, "/plan", amount=monthly)
    send(browser, "/plan/options", option=option)
    return send(browser, "/plan/check")


def test_nothing_is_shown_before_the_answer_fits(served: Served, ada: Person, browser: Client) -> None:
    for address in ("/", f"/{served.desk.link(ada)}"):
        shown = text(browser.get(address))
        assert "Example Card" in shown
        assert "103.00" not in shown
        assert "Ada" not in shown
    for address in (
        "/account",
        "/plan",
        "/plan/options",
        "/plan/check",
        "/plan/agreed",
        "/plan/letter",
        "/person",
        "/stop",
    ):
        assert browser.get(address)["Location"] == "/"


@pytest.mark.parametrize("answer", ["60614", " 60614 ", "A7X9", "a7x9"])
def test_who_knows_the_postcode_or_the_contract_comes_in(
    served: Served, ada: Person, browser: Client, answer: str
) -> None:
    assert enter(browser, ada, answer)["Location"] == "/account"
    shown = text(browser.get("/account"))
    assert "$103.00" in shown
    assert "$1,240.00" in shown


def test_by_ones_own_address_the_answer_is_enough(served: Served, ada: Person, browser: Client) -> None:
    address = f"/{served.desk.link(ada)}"
    assert 'name="number"' not in text(browser.get(address))
    assert browser.post(address, {"answer": "60614"})["Location"] == "/account"


def test_a_number_nobody_has_and_a_wrong_answer_look_the_same(served: Served, ada: Person) -> None:
    def plain(answer: Anything) -> str:
        return re.sub(r'value="[^"]*"', "", text(answer))

    wrong = enter(served.client(face="portal"), ada, "99999")
    nobody = served.client(face="portal").post("/", {"number": "+12025559999", "answer": "99999"})
    assert wrong.status_code == nobody.status_code == 422
    assert plain(wrong) == plain(nobody)
    own = served.client(face="portal").post(f"/{'b' * LENGTH}", {"answer": "60614"})
    assert own.status_code == 410


def test_after_five_wrong_answers_a_person_takes_over_wherever_they_came_from(served: Served, ada: Person) -> None:
    for number in range(TRIES):
        answer = enter(served.client(face="portal"), ada, "99999")
        assert answer.status_code == (423 if number == TRIES - 1 else 422)
    assert enter(served.client(face="portal"), ada).status_code == 423
    assert "800-555-0100" in text(enter(served.client(face="portal"), ada))
    talk = models.Conversation.objects.get(borrower=ada.borrower)
    assert (talk.person_reason, talk.state) == ("identity_locked", "locked")
    served.clock.move_to(NOON + timedelta(hours=25))
    assert enter(served.client(face="portal"), ada).status_code == 302


def test_one_session_may_not_try_number_after_number(served: Served) -> None:
    browser = served.client(face="portal")
    people = [served.desk.person() for _ in range(TRIES + 1)]
    codes = [enter(browser, person, "99999").status_code for person in people]
    assert codes == [422] * (TRIES - 1) + [423, 423]


def test_a_plan_is_found_checked_and_agreed_in_exact_figures(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    assert send(browser, "/plan", amount="60")["Location"] == "/plan/options"
    shown = text(browser.get("/plan/options"))
    for figure in ("$58.27", "$1,340.32", "$41.93", "$1,383.63", "7.90%"):
        assert figure in shown
    assert shown.index("$1,340.32") < shown.index("$1,383.63")
    assert send(browser, "/plan/options", option="1")["Location"] == "/plan/check"
    checked = text(browser.get("/plan/check"))
    assert "$41.93" in checked
    assert "$1,383.63" in checked
    assert not models.Arrangement.objects.exists()
    assert send(browser, "/plan/check")["Location"] == "/plan/agreed"
    row = models.Arrangement.objects.get()
    assert (row.total_minor, row.instalments.count(), row.capacity_minor) == (138_363, 33, 6000)
    done = text(browser.get("/plan/agreed"))
    assert row.id.hex[-8:].upper() in done
    offer = models.OfferRecord.objects.get()
    assert offer.certificate
    assert models.Conversation.objects.get().state == "agreed"


def test_a_plan_agreed_is_confirmed_by_text_where_the_number_is_known_to_be_theirs(served: Served, ada: Person) -> None:
    agree(inside(served, ada))
    assert not models.Message.objects.filter(template_key="plan.agreed").exists()
    bea = served.desk.person()
    served.desk.account(bea, [(TODAY - timedelta(days=34), 10_300, 0)])
    served.desk.prove(bea)
    agree(inside(served, bea))
    assert models.Message.objects.get(template_key="plan.agreed").borrower_id == bea.borrower.id


def test_a_form_sent_twice_acts_once(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    shown = text(browser.get("/plan"))
    number = re.findall(r'name="form_number" value="([^"]*)"', shown)[0]
    for _ in range(2):
        assert browser.post("/plan", {"form_number": number, "amount": "60"})["Location"] == "/plan/options"
    assert models.OfferRecord.objects.count() == 1
    assert models.Inbound.objects.filter(provider="page").count() == 1


@pytest.mark.parametrize("typed", ["", "abc", "-5", "0", "1e9", "12.345", "<script>", "60 a month", "9" * 30])
def test_what_is_no_amount_is_said_at_the_field_and_kept(served: Served, ada: Person, typed: str) -> None:
    answer = send(inside(served, ada), "/plan", amount=typed)
    shown = text(answer)
    if answer.status_code == 302:
        pytest.fail("it was taken for an amount")
    assert answer.status_code == 422
    assert 'href="#amount"' in shown
    assert "<script>" not in shown


@pytest.mark.parametrize("typed", ["60", "60.00", "$60", "６０", " 60 "])
def test_amounts_are_read_as_people_write_them(served: Served, ada: Person, typed: str) -> None:
    send(inside(served, ada), "/plan", amount=typed)
    assert models.OfferRecord.objects.get().capacity_minor == 6000


def test_more_than_is_owed_is_what_is_owed(served: Served, ada: Person) -> None:
    send(inside(served, ada), "/plan", amount="99,999,999")
    assert models.OfferRecord.objects.get().capacity_minor == OWED


def test_the_letter_of_a_plan_that_was_kept_says_what_was_received_and_what_is_left(
    served: Served, ada: Person
) -> None:
    browser = inside(served, ada)
    assert browser.get("/plan/letter")["Location"] == "/account"
    account = models.Account.objects.get()
    parts = [(TODAY - timedelta(days=40), 4_000), (TODAY - timedelta(days=9), 4_100)]
    plan = served.desk.arrangement(account, parts, served.desk.talk(ada, account), standing="kept", ended_at=NOON)
    for part in plan.instalments.all():
        part.paid_minor = part.amount_minor
        part.save()
    assert "/plan/letter" in text(browser.get("/account"))
    shown = text(browser.get("/plan/letter"))
    for words in (
        "Your plan is complete",
        "$81.00",
        "$40.00",
        "$41.00",
        "$0.00",
        "$1,240.00",
        plan.id.hex[-8:].upper(),
    ):
        assert words in shown


def test_who_cannot_pay_gets_a_person_and_advice(served: Served, ada: Person) -> None:
    answer = send(inside(served, ada), "/plan", nothing="1")
    shown = text(answer)
    assert "No plan fits" in shown
    talk = models.Conversation.objects.get()
    assert talk.person_reason == "nothing_to_spare"
    assert "A person is looking at this" in text(inside(served, ada).get("/account"))


def test_an_offer_that_changed_while_it_was_read_is_not_agreed(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    send(browser, "/plan", amount="60")
    old = re.findall(r'name="offer" value="([^"]*)"', text(browser.get("/plan/options")))[0]
    send(browser, "/plan", amount="45")
    answer = browser.post("/plan/options", {"offer": old, "option": "0", "form_number": "x"})
    assert answer.status_code == 409
    assert "no longer open" in text(answer)
    assert not models.Arrangement.objects.exists()


def test_an_offer_that_ran_out_is_told_and_nothing_is_agreed(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    send(browser, "/plan", amount="60")
    send(browser, "/plan/options", option="0")
    served.clock.move_to(NOON + timedelta(days=8))
    assert "no longer open" in text(browser.get("/plan/check"))
    assert send(browser, "/plan/check").status_code == 410
    assert not models.Arrangement.objects.exists()


def test_a_person_is_asked_for(served: Served, ada: Person) -> None:
    answer = send(inside(served, ada), "/person")
    assert "A person will get in touch" in text(answer)
    assert models.Conversation.objects.get().person_reason == "asked"


@pytest.mark.parametrize(("scope", "stored"), [("all", "all"), ("promotions", "promotion")])
def test_texts_are_stopped_at_once(served: Served, ada: Person, scope: str, stored: str) -> None:
    waiting = served.desk.message(ada, purpose="promotion", state="queued")
    assert send(inside(served, ada), "/stop", scope=scope).status_code == 200
    consent = models.Consent.objects.get(borrower=ada.borrower)
    assert (consent.scope, consent.granted) == (stored, False)
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"


def test_stopping_needs_a_choice(served: Served, ada: Person) -> None:
    assert send(inside(served, ada), "/stop").status_code == 422
    assert not models.Consent.objects.exists()


def test_who_is_not_meant_says_so_without_proof_and_is_never_written_to_again(
    served: Served, ada: Person, browser: Client
) -> None:
    code = served.desk.link(ada)
    assert "This is not me" in text(browser.get(f"/{code}"))
    shown = text(browser.get(f"/not-me?code={code}"))
    assert models.ContactPoint.objects.get(id=ada.point.id).quarantined_at is None
    number = re.findall(r'name="form_number" value="([^"]*)"', shown)[0]
    assert "no longer write" in text(browser.post("/not-me", {"code": code, "form_number": number}))
    assert models.ContactPoint.objects.get(id=ada.point.id).quarantined_at is not None
    assert enter(browser, ada).status_code == 422
    assert browser.get("/not-me?code=bbbbbbbbbbbbbbb")["Location"] == "/"


def test_a_visit_ends_when_left_and_when_idle(served: Served, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = inside(served, ada)
    assert "You have left" in text(browser.post("/leave"))
    assert browser.get("/account")["Location"] == "/"
    other = inside(served, ada)
    real = __import__("time").time
    monkeypatch.setattr("parley.web.portal.visitor.time.time", lambda: real() + 16 * 60)
    assert other.get("/account")["Location"] == "/"


def test_the_page_speaks_the_borrowers_language_until_they_choose(served: Served) -> None:
    wei = served.desk.person("CN", "Asia/Shanghai", language="zh-Hans")
    served.desk.account(wei, [(TODAY - timedelta(days=3), 50_000, 0)], currency="CNY")
    browser = inside(served, wei)
    assert '<html lang="zh-Hans"' in text(browser.get("/account"))
    browser.post("/language", {"language": "en", "next": "/account"})
    assert '<html lang="en"' in text(browser.get("/account"))


def test_looking_changes_nothing_and_a_form_without_its_token_does_nothing(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    send(browser, "/plan", amount="60")
    send(browser, "/plan/options", option="0")
    parts: dict[str, object] = {
        "code": served.desk.link(ada), "digest": assets()["portal.css"].digest, "name": "portal.css",
    }  # fmt: skip
    where = [
        re.sub(r"^/\^(.*)\$$", r"/\1", one).replace("(?P<code>[b-zB-Z]{25})", "<code>")
        for one, _ in addresses(urls.urlpatterns)
    ]
    before = state()
    for one in where:
        for method in ("get", "head"):
            assert getattr(browser, method)(filled(one, parts)).status_code < 500
    assert state() == before
    strict = served.client(face="portal", checks_forms=True)
    strict.cookies = browser.cookies
    assert {strict.post(filled(one, parts), {"scope": "all", "amount": "5"}).status_code for one in where} <= {403, 405}
    assert state() == before


def test_the_console_is_not_here(served: Served, browser: Client) -> None:
    for address in ("/threads", "/log-in", "/users", "/runs"):
        assert browser.get(address).status_code == 404


def test_every_page_runs_no_script_and_weighs_less_than_50_kb(served: Served, ada: Person) -> None:
    browser = inside(served, ada)
    send(browser, "/plan", amount="60")
    send(browser, "/plan/options", option="1")
    shared = sum(len(assets()[name].raw) for name in ("tokens.css", "portal.css", "mark.svg"))
    for address in ("/account", "/plan", "/plan/options", "/plan/check", "/person", "/stop"):
        answer = browser.get(address)
        assert "<script" not in text(answer)
        assert "script-src 'none'" in answer["Content-Security-Policy"]
        assert len(answer.content) + shared < 50_000


def test_the_witness_finds_no_broken_promise_in_what_the_page_did(served: Served, ada: Person) -> None:
    served.desk.prove(ada)
    browser = inside(served, ada)
    agree(browser)
    send(browser, "/stop", scope="all")
    pipeline = served.desk.pipeline(served.desk.centre())
    pipeline.settle_all(NOON + timedelta(minutes=5))
    found = check(
        served.desk.vault,
        served.desk.folder / "centre.jsonl",
        NOON + timedelta(hours=1),
        lender_facts(Settings(), library()),
    )
    assert {str(kind): count for kind, count in found.counts.items() if count} == {}


def test_a_link_shows_its_one_account_and_the_number_shows_all(served: Served, ada: Person) -> None:
    desk = served.desk
    other = desk.account(ada, [(TODAY + timedelta(days=9), 4_321, 0)], principal=43_210)
    browser = served.client(face="portal")
    address = f"/{desk.link(ada, other)}"
    assert browser.post(address, {"answer": "60614"})["Location"] == "/account"
    shown = text(browser.get("/account"))
    assert "$432.10" in shown
    assert "$1,240.00" not in shown
    everything = text(inside(served, ada).get("/account"))
    assert "$432.10" in everything
    assert "$1,240.00" in everything


def test_a_link_that_has_ended_leads_to_the_question_of_the_number(served: Served, ada: Person) -> None:
    address = f"/{served.desk.link(ada)}"
    served.clock.move_to(NOON + timedelta(days=91))
    answer = served.client(face="portal").get(address)
    assert answer.status_code == 410
    assert "This link no longer works" in text(answer)
    assert 'action="/"' in text(answer)
    assert 'name="number"' in text(answer)


def test_previews_and_robots_count_as_nobody(served: Served, ada: Person) -> None:
    address = f"/{served.desk.link(ada)}"
    before = state()
    for agent in ("WhatsApp/2.23", "Googlebot/2.1", "Twitterbot/1.0", "Mozilla/5.0 (iPhone)"):
        for method in ("get", "head"):
            answer = getattr(served.client(face="portal"), method)(address, headers={"user-agent": agent})
            assert answer.status_code == 200
            assert "noindex" in answer["X-Robots-Tag"]
            # The token goes to nobody else by the way of an address that was left.
            assert answer["Referrer-Policy"] == "same-origin"
    assert state() == before


@pytest.mark.parametrize(("confirm", "leads"), [(Confirm.PAGE, "/plan/check"), (Confirm.REPLY, "/plan/options")])
def test_a_plan_that_waits_for_the_yes_on_the_page_is_one_step_away(
    served: Served, ada: Person, confirm: Confirm, leads: str
) -> None:
    browser = inside(served, ada)
    send(browser, "/plan", amount="60")
    models.OfferRecord.objects.update(certificate={"confirm": confirm})
    assert 'href="/plan/options"' in text(browser.get("/account")), "nothing is chosen yet"
    send(browser, "/plan/options", option="1")
    shown = text(browser.get("/account"))
    assert f'<a class="button main" href="{leads}">' in shown
    assert ("Check your plan" in shown) is (confirm is Confirm.PAGE)
