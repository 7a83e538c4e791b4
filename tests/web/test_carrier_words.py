from __future__ import annotations

from dataclasses import replace

import pytest

from parley.locale import Language
from parley.run.routing import routes_of
from parley.store import models
from parley.store.staff import Role
from parley.web.carrier_words import reason_said
from parley.web.ports import install
from tests.web.conftest import Served
from tests.web.routed import ROUTES, serve_routes
from tests.web.test_sending import lost

EN, HANS, HANT = Language


def test_a_code_of_a_carrier_is_said_in_its_tables_words() -> None:
    assert reason_said("21610", ("infobip", "twilio"), EN).startswith("The recipient")
    assert reason_said("21610", ("twilio",), HANS) == reason_said("21610", ("twilio",), HANT) != "21610"
    assert reason_said("21610", ("smpp", "generic"), EN) == "21610"


def test_our_own_words_go_before_a_carriers() -> None:
    assert reason_said("too_late", ("twilio",), EN) == "waited too long to be of use"
    assert reason_said("country_not_served", (), HANS) == "没有通道服务该国家或地区"


@pytest.mark.parametrize("language", list(Language))
def test_whoever_looks_at_what_did_not_arrive_reads_words(served: Served, language: Language) -> None:
    serve_routes(served)
    library = replace(served.services.library, routes=routes_of(ROUTES.encode()))
    install(replace(served.services, library=library))
    message = lost(served)
    models.Message.objects.filter(id=message.id).update(reason="21610", state="rejected", provider="uk-direct")
    page = served.client(Role.LEAD).get("/sending", HTTP_ACCEPT_LANGUAGE=str(language)).content.decode()
    assert reason_said("21610", ("twilio",), language) in page and ">21610<" not in page
