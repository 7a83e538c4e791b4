"""A served home with several routes and what is registered for them, from files as a lender writes them."""

from __future__ import annotations

from dataclasses import replace

from parley.run.home import Opened
from parley.run.library import build_route
from parley.run.place import Home
from parley.run.route_desk import RouteDesk
from parley.run.routing import routes_of
from parley.settings import Settings
from parley.settings.messages import Messages
from parley.store.keys import KeyFiles
from parley.web.ports import install
from tests.web.conftest import Served

ROUTES = """
[[route]]
name = "uk-direct"
kind = "twilio"
countries = ["GB"]
prefixes = ["+447"]
networks = ["234-15"]
purposes = ["reminder", "servicing"]
cost_per_segment_micro = 28000
per_second = 50
[route.with]
account_sid = "AC00000000000000000000000000000000"

[[route]]
name = "everywhere-else-b"
kind = "infobip"
countries = ["AU", "CA", "CN", "GB", "HK", "IE", "NZ", "SG", "US"]
cost_per_segment_micro = 41500
[route.with]

[[budget]]
prefix = "+4477"
per_hour = 400

[[test_number]]
number = "+447400123423"
owner = "Dana's telephone 丹娜"

[[test_number]]
number = "+12025550155"
owner = "Desk in New York"
"""
REGISTERED = """
[[sender]]
id = "GB-S1"
providers = ["twilio"]
country = "GB"
name = "EXCARD"
form = "alphanumeric"
purposes = ["all"]
valid_from = 2026-01-01
valid_to = 2026-11-20
owner = "Messaging team 短信组"

[[use_case]]
id = "GB-U1"
providers = ["all"]
country = "GB"
purposes = ["reminder"]
valid_from = 2025-01-01
valid_to = 2026-10-31

[[use_case]]
id = "US-U1"
providers = ["twilio"]
country = "US"
purposes = ["reminder"]
valid_from = 2025-01-01
"""


def serve_routes(served: Served, routes: str = ROUTES, registered: str = REGISTERED) -> None:
    """Let the pages of *served* show the routes and registrations of these files."""
    place, settings = Home(served.desk.folder), Settings(messages=Messages(provider="routes"))
    place.routes_file.write_text(routes, encoding="utf-8")
    place.registrations_file.write_text(registered, encoding="utf-8")
    held = served.services.library
    desk = RouteDesk(Opened(place, settings, served.desk.vault), routes_of(routes.encode()), KeyFiles(place.keys))
    served.services = replace(
        served.services,
        settings=settings,
        library=replace(held, route=build_route("routes", held.rulebook, registered.encode())),
        routes=desk,
    )
    install(served.services)
