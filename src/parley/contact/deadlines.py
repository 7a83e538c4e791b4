"""By when must a refusal be honoured at the latest? We honour it at once; the law's last day is shown beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from parley.contact.facts import OptOut
from parley.dates import local_date
from parley.purpose import Actor
from parley.rulebook.book import Rulebook
from parley.rulebook.rule import OptOutParams, Rule

_WORKING_DAYS: Final = 5


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day on which a refusal may still be honoured, and the rule that says so."""

    rule_id: str
    last_on: date


def last_day(refused_on: date, business_days: int) -> date:
    """Return the last of *business_days* after the day of the refusal.

    Public holidays are not counted off, so the day is never later than that of the law.
    """
    day = refused_on
    while business_days:
        day += timedelta(days=1)
        business_days -= day.weekday() < _WORKING_DAYS
    return day


def deadline_of(
    rulebook: Rulebook, jurisdiction: str, actor: Actor, opt_out: OptOut, zones: tuple[str, ...]
) -> Deadline | None:
    """Return the earliest deadline of the rules that cover *opt_out*; None where none names one."""
    here = rulebook.chain(jurisdiction)
    found = [
        Deadline(rule.id, last_on)
        for rule in rulebook.rules
        if rule.jurisdiction in here and actor in rule.actors
        and (last_on := last_day_by(rule, opt_out, zones)) is not None
    ]  # fmt: skip
    return min(found, key=lambda one: (one.last_on, one.rule_id), default=None)


def last_day_by(rule: Rule, opt_out: OptOut, zones: tuple[str, ...]) -> date | None:
    """Return the last day *rule* leaves to honour *opt_out*; None where it does not cover it, or names no day."""
    params = rule.params
    if not isinstance(params, OptOutParams) or params.within_business_days is None:
        return None
    refused_on = min(local_date(opt_out.at, zone) for zone in zones or ("UTC",))
    on_channel = opt_out.channel is None or opt_out.channel in rule.channels
    if opt_out.scope not in params.covers or not on_channel or not rule.binds_on(refused_on):
        return None
    return last_day(refused_on, params.within_business_days)
