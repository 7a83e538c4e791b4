"""Read the shipped data files and build what the engine knows by heart: once, at the start of a process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from parley.contact.content import Words
from parley.contact.gate import GateSettings
from parley.contact.registrations import Route, read_registrations
from parley.contact.routes import Routes, single
from parley.engine.guidance import Permissions
from parley.engine.lender import Lender
from parley.engine.nightly import Cadence
from parley.engine.service import ServiceTimes, Urgency
from parley.engine.turn import Library
from parley.locale import Language
from parley.messaging.catalogue import load_catalogue
from parley.messaging.credit_record import CREDIT_FILE, CreditBook, load_credit_book
from parley.messaging.crisis import ADVICE_FILE, CRISIS_FILE, advice_for, lines_for, load_help
from parley.messaging.identity import IDENTITY_FILE, load_asks_postcode
from parley.messaging.missed_payment import MISSED_FILE, load_missed
from parley.negotiation.after_words import FILE as AFTER_FILE
from parley.negotiation.after_words import load_after_words
from parley.negotiation.budget.answers import FILE_NAME as ANSWERS_FILE
from parley.negotiation.budget.answers import load_answer_words
from parley.negotiation.budget.bands import FILE_NAME as BANDS_FILE
from parley.negotiation.budget.bands import load_bands
from parley.negotiation.budget.budgeting import BudgetTables
from parley.negotiation.budget.load import load_reference
from parley.negotiation.plain_yes import FILE_NAME as YES_FILE
from parley.negotiation.plain_yes import YesWords, load_yes_words
from parley.negotiation.policy import load_policy
from parley.nlu.contents import OUTBOUND, outbound_lexicon
from parley.nlu.lexicon import load_lexicon
from parley.nlu.model import MODEL_FILE, Model
from parley.nlu.read import Reader
from parley.purpose import Actor, OnUnknown, Purpose
from parley.rulebook.book import Rulebook
from parley.rulebook.load import load_rulebook
from parley.run.checking import LenderFacts
from parley.run.model_file import load_model
from parley.run.nightly import NightlyTerms
from parley.servicing.waterfall import Waterfall, load_waterfalls
from parley.settings import Settings

_BUDGETS: Final = "budgets/"


def data_files(package: str) -> dict[str, bytes]:
    """Return the TOML files below *package*, by path relative to it."""
    return dict(_walk(files(package), ""))


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".toml"):
            yield prefix + entry.name, entry.read_bytes()


def build_library(
    settings: Settings, rulebook: Rulebook | None = None, registrations: bytes = b"", routes: Routes | None = None
) -> Library:
    """Return the library of a home with *settings*, *rulebook*, by default the one Parley ships, and *registrations*.

    *registrations*: the file as it is; empty: nothing is registered. Raises BadInput where a file does not hold
    together.
    """
    words = build_words()
    rules = rulebook or load_rulebook(data_files("parley.rulebook.data"))
    return Library(
        catalogue=load_catalogue(data_files("parley.messaging.catalogue")),
        reader=Reader(words.inbound, _model()),
        outbound=words.outbound,
        rulebook=rules,
        policy=load_policy(data_files("parley.negotiation.data")["policy.toml"]),
        budgets=build_budgets(),
        yes_words=build_yes_words(),
        lender=build_lender(settings),
        identity_tries=settings.contact.identity_tries,
        identity_fresh_days=settings.contact.identity_fresh_days,
        in_collection_days=settings.contact.in_collection_days,
        gate=GateSettings(
            unsigned_exceptions_bind=settings.contact.unsigned_exceptions_bind,
            reply_minutes=settings.contact.reply_window_minutes,
        ),
        route=build_route(routes.lines[0].kind if routes else settings.messages.provider, rules, registrations),
        routes=routes or single(settings.messages.provider, settings.messages.cost_per_segment_micro),
        # Who gave them and where that is written stand together, or the settings are refused.
        permissions=Permissions(
            options=bool(settings.guidance.options_reference), advice=bool(settings.guidance.advice_reference)
        ),
        times=service_times(settings, rules),
        after_words=load_after_words(data_files("parley.nlu.data"), data_files("parley.negotiation.data")[AFTER_FILE]),
        credit=build_credit_book(),
        missed=load_missed(data_files("parley.messaging.data")[MISSED_FILE], MISSED_FILE),
    )


def build_route(provider: str, rulebook: Rulebook, registrations: bytes) -> Route:
    """Return how texts are carried by *provider*. Raises BadInput for a wrong registration."""
    return Route(provider, read_registrations(registrations, rulebook.carriers))


def build_reader() -> Reader:
    """Return the reader of replies: shipped word tables and trained model. Raises BadInput where one is spoilt."""
    return Reader(build_words().inbound, _model())


@cache
def _model() -> Model:
    return load_model((files("parley.nlu.data") / MODEL_FILE).read_bytes())


@cache
def build_words() -> Words:
    """Return the shipped word tables, compiled once in a process. Raises BadInput where one does not hold together."""
    tables = data_files("parley.nlu.data")
    inbound = {name: data for name, data in tables.items() if not name.startswith(OUTBOUND)}
    return Words(load_lexicon(inbound), outbound_lexicon(tables))


def service_times(settings: Settings, rulebook: Rulebook | None = None) -> ServiceTimes:
    """Return how soon a person answers, and the working week without the days on which nobody works.

    These are the days of the settings and, where the rulebook holds its calendar, the lender's national holidays.
    """
    desk = settings.desk
    country = settings.lender.jurisdiction.split("-", maxsplit=1)[0]
    calendar = rulebook.calendars.get(f"{country}-national") if rulebook is not None else None
    return ServiceTimes(
        minutes=(
            (Urgency.CRISIS, desk.crisis_minutes),
            (Urgency.SERIOUS, desk.serious_minutes),
            (Urgency.ASKED, desk.asked_minutes),
            (Urgency.UNCLEAR, desk.unclear_minutes),
            (Urgency.OTHER, desk.other_minutes),
        ),
        days=frozenset(desk.days),
        opens_hour=desk.opens_hour,
        closes_hour=desk.closes_hour,
        zone=settings.web.zone,
        closed=frozenset(map(date.fromisoformat, desk.closed_on.split()))
        | (calendar.days if calendar else frozenset()),
        answers_per_hour=desk.answers_per_hour,
    )


@cache
def build_budgets() -> BudgetTables:
    """Return reference budgets, bands and the words of answers. Raises BadInput where one does not hold together."""
    found = data_files("parley.negotiation.data")
    tables = (load_reference(raw, name) for name, raw in found.items() if name.startswith(_BUDGETS))
    words = load_answer_words(found[ANSWERS_FILE], build_words().inbound)
    return BudgetTables(tuple(tables), load_bands(found[BANDS_FILE], BANDS_FILE), words)


@cache
def build_yes_words() -> YesWords:
    """Return the words of a plain yes. Raises BadInput where the file does not hold together."""
    return load_yes_words(data_files("parley.negotiation.data")[YES_FILE], build_words().inbound)


@cache
def build_credit_book() -> CreditBook:
    """Return what borrowers are told of their credit record. Raises BadInput where the table does not hold together."""
    # The places that ship: a home's own rulebook may leave some out.
    places = load_rulebook(data_files("parley.rulebook.data")).jurisdictions.keys()
    return load_credit_book(data_files("parley.messaging.data")[CREDIT_FILE], CREDIT_FILE, places)


def build_waterfalls() -> Mapping[str, Waterfall]:
    """Return the orders in which payments are allocated."""
    return load_waterfalls(data_files("parley.servicing.data")["waterfall.toml"])


def build_lender(settings: Settings) -> Lender:
    """Return the lender as borrowers see it."""
    help_files = data_files("parley.messaging.data")
    crisis = load_help(help_files[CRISIS_FILE], CRISIS_FILE)
    advice = load_help(help_files[ADVICE_FILE], ADVICE_FILE)
    places = [(country, language) for country in sorted({*crisis, *advice}) for language in Language]
    lender = settings.lender
    return Lender(
        actor=Actor(lender.actor),
        names={language: lender.display_name[language.value] for language in Language},
        agents={language: lender.agent_names[language.value] for language in Language},
        hours={language: lender.hours_text[language.value] for language in Language},
        hotline=lender.hotline,
        page=lender.page_address,
        stop_words=settings.messages.stop_words,
        advice={place: advice_for(*place, advice) or "" for place in places},
        lines={place: lines_for(*place, crisis) or "" for place in places},
        asks_postcode=load_asks_postcode(help_files[IDENTITY_FILE]),
        asks_satisfaction=settings.messages.asks_satisfaction,
        names_people=settings.desk.names_people,
    )


def nightly_terms(settings: Settings, library: Library) -> NightlyTerms:
    """Return what the nightly run must know of the deployment."""
    nightly = settings.nightly
    return NightlyTerms(
        cadence=Cadence(nightly.reminder_days_before, frozenset(nightly.overdue_days), library.policy.grace_days),
        chunk_accounts=nightly.chunk_accounts,
        last_use_hours=settings.messages.not_after_hours,
        cost_per_segment_micro=settings.messages.cost_per_segment_micro,
        budget_micro=nightly.budget_micro,
        spread_minutes=settings.messages.spread_minutes,
        handed_over_bps=settings.desk.handed_over_bps if settings.desk.answers_per_hour else 0,
    )


def unknown_policy(settings: Settings) -> Mapping[Purpose, OnUnknown]:
    """Return what is done about unknown messages of every kind; the settings are checked when they are read."""
    said = settings.messages.on_unknown
    return {kind: OnUnknown(said.get(kind, said["*"])) for kind in Purpose}


def lender_facts(settings: Settings, library: Library) -> LenderFacts:
    """Return what the witness is told of the lender: plain words of the settings."""
    lender = library.lender
    spoken = [*lender.hours.values(), *lender.agents.values(), *lender.advice.values(), *lender.lines.values()]
    return LenderFacts(
        names=tuple(lender.names.values()),
        hotline=lender.hotline,
        stop_words=lender.stop_words,
        other_words=(lender.page, *(words for words in spoken if words)),
        identity_fresh_days=settings.contact.identity_fresh_days,
        reply_minutes=settings.contact.reply_window_minutes,
        grace_days=library.policy.grace_days,
    )
