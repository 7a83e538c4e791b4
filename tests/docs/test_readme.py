"""The conversation in the README is what Parley says: texts from the catalogue, figures from the engine."""

from __future__ import annotations

import re
from datetime import date

from parley.locale import Language
from parley.messaging.catalogue import FILES, load_catalogue
from parley.messaging.values import Value
from parley.money import Money
from parley.servicing.schedule import Schedule, level_schedule
from tests.house.source import ROOT, SRC

BALANCE_MINOR = 124_000
ARREARS_MINOR = 10_300
TODAY = date(2026, 11, 23)
FIRST_ON = date(2026, 12, 5)
STANDING = {
    "lender": "Example Card",
    "agent": "Dana Reyes",
    "hotline": "800-555-0100",
    "hours": "8-20 CT",
    "page": "pay.example.com",
    "stop": "STOP",
}


def plan(rate_bps: int, payments: int) -> Schedule:
    return level_schedule(BALANCE_MINOR, rate_bps, payments, FIRST_ON, "USD")


def dollars(minor: int) -> Money:
    return Money(minor, "USD")


def spoken() -> list[str]:
    relief, longer = plan(790, 23), plan(1_200, 24)
    offers: dict[str, Value] = {"same_start": "yes"}
    for number, (made, rate_bps) in enumerate([(relief, 790), (longer, 1_200)], start=1):
        offers |= {
            f"instalment_{number}": dollars(made.level_minor),
            f"count_{number}": made.count,
            f"first_on_{number}": FIRST_ON,
            f"rate_{number}": rate_bps,
            f"total_{number}": dollars(made.total_minor),
        }
    agreed: dict[str, Value] = {
        "instalment": dollars(relief.level_minor),
        "count": relief.count,
        "first_on": FIRST_ON,
        "last_differs": "yes",
        "last": dollars(relief.last_minor),
        "rate": 790,
        "total": dollars(relief.total_minor),
    }
    turns: list[tuple[str, dict[str, Value]]] = [
        ("identity.ask_postcode", {}),
        ("capacity.ask", {"arrears": dollars(ARREARS_MINOR), "balance": dollars(BALANCE_MINOR)}),
        ("offer.two", offers),
        ("plan.read_back", agreed),
        ("plan.agreed", agreed),
    ]
    folder = SRC / "parley" / "messaging" / "catalogue"
    catalogue = load_catalogue({name: (folder / name).read_bytes() for name in FILES})
    return [catalogue.render(key, Language.EN, {**STANDING, **values}, today=TODAY).text for key, values in turns]


def test_readme_conversation_is_what_parley_says() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^> (?!\[!)(.+)$", readme, re.MULTILINE) == spoken()
