"""Test messages: to listed numbers alone, once at most, by the route that was asked for, and no borrower is in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import cast
from uuid import uuid4

import pytest
from django.http import HttpResponse

from parley.contact.routes import read_test_numbers, single
from parley.errors import OutsideFailed
from parley.ids import derive_id
from parley.locale import Language
from parley.providers.guard import Guarded
from parley.providers.port import Accepted, DeliveryState, NotTaken, Outcome, ReceiptIn, Rejected, Unknown
from parley.providers.statuses import load_statuses
from parley.run.carriers import Carriers
from parley.run.home import Opened
from parley.run.jobs import Jobs
from parley.run.place import Home
from parley.run.receiving import receive_due
from parley.run.route_desk import RouteDesk
from parley.run.route_trials import Trials, trial_job
from parley.settings import Settings
from parley.store import audit, jobs, models
from parley.store.keys import KeyVariables
from parley.store.staff import Role
from parley.store.stopping import Why, resume, stop
from parley.web.hooks.taking import take
from parley.web.ports import install
from parley.web.words import say
from tests.run.desk import COST, NOON, library
from tests.run.test_routes import Carrier
from tests.web.conftest import Served
from tests.web.routed import serve_routes

DANA, NUMBER = "Dana's telephone 丹娜", "+447400123423"
MINUTE = timedelta(minutes=1)


@dataclass
class Tried:
    """A served home with routes, one of them driven by a carrier that answers as it is told."""

    served: Served
    carrier: Carrier = field(default_factory=lambda: Carrier("uk-direct", takes_synthetic=False))

    def ask(self, token: str = "", *, role: Role = Role.LEAD, **more: str) -> HttpResponse:
        sent = {"token": token or str(uuid4()), "owner": DANA, "text": "english"} | more
        return cast("HttpResponse", self.served.client(role).post("/routes/uk-direct/test", sent))

    def work(self, later: timedelta = timedelta(0)) -> int:
        services = self.served.services
        carriers = Carriers(services.routes.routes, {"uk-direct": Guarded(self.carrier)})
        trials = Trials(carriers, services.library, self.served.desk.vault, "UTC")
        return Jobs({"routes.test": trial_job(trials)}).work_off(NOON + later)

    def page(self, language: str = "en", role: Role = Role.LEAD) -> str:
        client = self.served.client(role)
        client.cookies["parley_language"] = language
        return client.get("/routes/uk-direct").content.decode()


@pytest.fixture
def tried(served: Served) -> Tried:
    serve_routes(served)
    return Tried(served)


def told(kind: str) -> list[Mapping[str, str]]:
    return list(models.Event.objects.filter(kind=kind).order_by("id").values_list("data", flat=True))


@pytest.mark.parametrize("text", ["english", "chinese", "long"])
def test_a_test_goes_to_the_listed_number_by_its_route_and_is_audited_without_number_or_text(
    tried: Tried, text: str
) -> None:
    assert tried.ask(text=text).status_code == 302
    assert "on its way" in tried.page()
    assert tried.work() == 1
    (one,) = tried.carrier.took
    assert (one.to.e164, one.is_synthetic) == (NUMBER, False)
    assert one.segments == {"english": 1, "chinese": 1, "long": 3}[text]
    assert {"english": "There is nothing to do", "chinese": "🙂", "long": "Line 8 of 8"}[text] in one.text
    page = tried.page()
    assert "accepted" in page
    assert "uk-direct-0" in page
    who = {"by": "lead", "route": "uk-direct", "owner": DANA}
    assert told("route.test_begun") == [who]
    assert told("route.tested") == [who | {"outcome": "accepted", "code": ""}]
    assert not models.Message.objects.exists()
    audit.sequence(100)
    assert audit.verify(tried.served.desk.vault).is_sound
    kept = str([*models.Event.objects.values_list("data"), *models.Job.objects.values_list("payload", "result")])
    assert NUMBER not in kept
    assert "nothing to do" not in kept


def test_a_number_shows_its_last_two_figures_and_whose_it_is(tried: Tried) -> None:
    page = tried.page()
    assert "Dana&#x27;s telephone 丹娜 · …23" in page
    assert NUMBER[:-2] not in page
    # Another number is in no country of this route.
    assert "Desk in New York" not in page
    for owner in ("Desk in New York", "nobody", ""):
        assert tried.ask(owner=owner).status_code == 400
    assert not models.Job.objects.exists()


@pytest.mark.parametrize("role", list(Role))
def test_leads_and_administrators_send_tests(tried: Tried, role: Role) -> None:
    may = role in {Role.LEAD, Role.ADMINISTRATOR}
    assert tried.ask(role=role).status_code == (302 if may else 403)
    assert models.Job.objects.exists() is may
    if role is not Role.AGENT:
        assert ("Send the test" in tried.page(role=role)) is may


def test_looking_sends_nothing_and_a_form_of_another_site_neither(tried: Tried) -> None:
    assert tried.served.client(Role.LEAD).get("/routes/uk-direct/test").status_code == 405
    forged = {"token": str(uuid4()), "owner": DANA, "text": "english"}
    client = tried.served.client(Role.LEAD, checks_forms=True)
    assert client.post("/routes/uk-direct/test", forged).status_code == 403
    assert not models.Job.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"token": "7"}, {"token": str(derive_id("message", "1"))}, {"text": "Pay now"}, {"text": ""}],
)
def test_what_no_form_of_ours_asks_for_is_refused(tried: Tried, wrong: dict[str, str]) -> None:
    asked = {"token": str(uuid4()), "owner": DANA, "text": "english"} | wrong
    assert tried.served.client(Role.LEAD).post("/routes/uk-direct/test", asked).status_code == 400
    assert tried.served.client(Role.LEAD).post("/routes/nowhere/test", {}).status_code == 404
    assert not models.Job.objects.exists()


def test_a_form_sent_twice_is_one_message(tried: Tried) -> None:
    (token,) = re.findall(r'name="token" value="([0-9a-f-]+)"', tried.page())
    assert {tried.ask(token).status_code for _ in range(2)} == {302}
    tried.work()
    # The second click may come when the first has long been done.
    assert tried.ask(token).status_code == 302
    assert tried.work() == 0
    assert len(tried.carrier.took) == 1


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("has_left", [False, True])
def test_a_process_that_dies_while_handing_over_leaves_it_unknown_and_nothing_is_sent_again(
    tried: Tried, monkeypatch: pytest.MonkeyPatch, has_left: bool
) -> None:
    submit = tried.carrier.submit

    def die(batch: list[object], now: object) -> list[Outcome]:
        if has_left:
            submit(batch, now)  # type: ignore[arg-type]  # passed on as they come
        raise Killed

    monkeypatch.setattr(tried.carrier, "submit", die)
    tried.ask()
    with pytest.raises(Killed):
        tried.work()
    monkeypatch.setattr(tried.carrier, "submit", submit)
    # What is begun stands in the log before anything left.
    assert len(told("route.test_begun")) == 1
    for _ in range(2):
        jobs.take_back({"routes.test"})
        tried.work(MINUTE)
    assert len(tried.carrier.took) == int(has_left)
    assert [one["outcome"] for one in told("route.tested")] == ["unknown"]
    assert "It may have left; it is not sent again." in tried.page()


@pytest.mark.parametrize("later", [MINUTE, timedelta(hours=1)])
def test_what_was_begun_stays_unknown_whatever_holds_by_then(
    tried: Tried, monkeypatch: pytest.MonkeyPatch, later: timedelta
) -> None:
    monkeypatch.setattr(tried.carrier, "submit", lambda _batch, _now: (_ for _ in ()).throw(Killed))
    tried.ask()
    with pytest.raises(Killed):
        tried.work()
    stop("dana", Why.DRILL, NOON, tried.served.desk.vault)
    jobs.take_back({"routes.test"})
    tried.work(later)
    assert [one["outcome"] for one in told("route.tested")] == ["unknown"]


def test_a_process_that_dies_after_the_answer_was_kept_tells_it_once(
    tried: Tried, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried.ask()
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "finish", lambda *_args, **_more: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            tried.work()
    jobs.take_back({"routes.test"})
    tried.work()
    assert len(tried.carrier.took) == 1
    assert [one["outcome"] for one in told("route.tested")] == ["accepted"]


def test_a_defect_on_the_way_is_not_tried_again(tried: Tried) -> None:
    tried.carrier.answers = [RuntimeError("number +447400123423")]
    tried.ask()
    tried.work()
    jobs.take_back({"routes.test"})
    assert tried.work(MINUTE) == 0
    assert "It may have left" in tried.page()


CREDENTIALS = load_statuses("twilio").statuses["20003"]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize(
    ("answer", "outcome", "en", "zh"),
    [
        (CREDENTIALS.outcome, "not_taken", CREDENTIALS.words.en, CREDENTIALS.words.zh),
        (Rejected("99", "Their own words."), "rejected", "Their own words.", "Their own words."),
        (NotTaken("busy", retryable=True), "not_taken", "busy", "busy"),
        (Unknown("time_out"), "unknown", "", ""),
        (OutsideFailed("no", "否"), "not_taken", "carrier", ""),
    ],
)
def test_what_became_of_it_is_told_in_words_and_nothing_is_tried_again(
    tried: Tried, answer: Outcome | Exception, outcome: str, en: str, zh: str, language: Language
) -> None:
    tried.carrier.answers = [answer]
    tried.ask()
    tried.work()
    assert (tried.work(MINUTE), tried.carrier.answers) == (0, [])
    last = tried.page(language).partition('id="tests"')[2]
    assert f">{say(f'routes.test.outcome.{outcome}', language)}</span>" in last
    assert (en if language is Language.EN else zh) in last


def test_ten_an_hour_over_all_routes_and_no_more(tried: Tried) -> None:
    assert [tried.ask().status_code for _ in range(11)] == [302] * 10 + [429]
    assert "As many were asked for" in tried.ask().content.decode()
    assert models.Job.objects.count() == 10
    tried.served.clock.move_to(NOON + timedelta(hours=1))
    assert tried.ask().status_code == 302


def test_while_sending_is_stopped_no_test_leaves(tried: Tried) -> None:
    tried.ask()
    stop("dana", Why.DRILL, NOON, tried.served.desk.vault)
    answer = tried.ask()
    assert answer.status_code == 409
    assert "no test leaves either" in answer.content.decode()
    assert "Send the test" not in tried.page()
    tried.work()
    assert tried.carrier.took == []
    assert told("route.test_begun") == []
    resume("dana", NOON, tried.served.desk.vault)
    assert tried.work(MINUTE) == 0
    assert "Sending was stopped meanwhile." in tried.page()


def test_what_nobody_handed_over_in_time_or_may_be_sent_no_more_is_not_sent(tried: Tried) -> None:
    tried.ask()
    tried.work(timedelta(minutes=11))
    assert "within ten minutes" in tried.page()
    tried.ask()
    routes = (tried.served.desk.folder / "routes.toml").read_text(encoding="utf-8").partition("[[test_number]]")[0]
    serve_routes(tried.served, routes)
    tried.work()
    assert "in routes.toml no more" in tried.page()
    assert "[[test_number]]" in tried.page()
    assert tried.carrier.took == []


def receipt(reference: str | None, provider_id: str, state: DeliveryState, part: int = 0) -> ReceiptIn:
    return ReceiptIn(f"e-{provider_id}-{part}-{state}", reference, provider_id, part, state, NOON)


def heard(tried: Tried, *receipts: ReceiptIn) -> None:
    take("uk-direct", receipts, NOON, library(), tried.served.desk.vault)


def test_its_receipt_is_told_on_the_page_and_is_of_no_message(tried: Tried) -> None:
    tried.ask()
    tried.work()
    assert "hx-get" in tried.page()
    heard(tried, receipt(tried.carrier.took[0].reference, "x", DeliveryState.DELIVERED))
    page = tried.page()
    assert "delivered" in page.partition("The last tests")[2]
    assert "hx-get" not in page
    assert not models.Receipt.objects.exists()


@pytest.mark.parametrize("is_early", [False, True])
def test_a_receipt_that_knows_only_the_carriers_ids_finds_its_test(tried: Tried, is_early: bool) -> None:
    tried.carrier.answers = [Accepted("a", ("a", "b", "c"))]
    tried.ask(text="long")
    several = [receipt(None, name, DeliveryState.DELIVERED) for name in "abc"]
    if is_early:
        heard(tried, *several[:2])
    tried.work()
    heard(tried, *several[:2])
    assert "hx-get" in tried.page()
    heard(tried, several[2])
    assert "hx-get" not in tried.page()
    assert not models.Receipt.objects.exists()
    assert not models.WaitingReceipt.objects.exists()


def test_a_receipt_of_no_test_of_ours_is_kept_for_a_person(tried: Tried) -> None:
    heard(tried, receipt(str(uuid4()), "x", DeliveryState.DELIVERED))
    assert models.Receipt.objects.get().message_id is None


def test_a_part_that_was_lost_is_a_test_that_did_not_arrive(tried: Tried) -> None:
    tried.ask(text="long")
    tried.work()
    reference = tried.carrier.took[0].reference
    heard(tried, receipt(reference, "x", DeliveryState.DELIVERED, 1), receipt(reference, "x", DeliveryState.EXPIRED, 2))
    assert "not delivered in time" in tried.page()


def test_the_sandbox_takes_a_test_and_tells_how_it_ended(served: Served) -> None:
    listed = read_test_numbers(b'[[test_number]]\nnumber = "+12025550155"\nowner = "Desk"\n')
    routes = replace(single("sandbox", COST), test_numbers=listed)
    desk = RouteDesk(Opened(Home(served.desk.folder), Settings(), served.desk.vault), routes, KeyVariables({}))
    install(replace(served.services, routes=desk))
    client, centre = served.client(Role.ADMINISTRATOR), served.desk.centre()
    asked = {"token": str(uuid4()), "owner": "Desk", "text": "chinese"}
    assert client.post("/routes/sandbox/test", asked).status_code == 302
    carriers = Carriers(routes, {"sandbox": Guarded(centre)})
    job = trial_job(Trials(carriers, library(), served.desk.vault, "UTC"))
    Jobs({"routes.test": job}).work_off(NOON)
    later = NOON + timedelta(hours=1)
    while receive_due(carriers, library(), served.desk.vault, later):
        pass
    centre.close()
    page = client.get("/routes/sandbox").content.decode()
    assert "delivered" in page.partition("The last tests")[2]
    assert not models.Receipt.objects.exists()
