"""Kind apr: the annual rate of advances and payments, times given in unit-periods or years, or dates alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from parley.locale import Language
from parley.servicing.cases.case import Inputs, Plain, day, not_understood
from parley.servicing.cases.words import every
from parley.servicing.periods import days_from
from parley.servicing.rates.annual import AnnualRate, Convention, NoRate
from parley.servicing.rates.eu_annex_i import aprc, aprc_of_dates
from parley.servicing.rates.flow import Flow
from parley.servicing.rates.intervals import Dated
from parley.servicing.rates.us_appendix_j import apr, apr_of_dates

EFFECTIVE: Final = {
    "eu_annex_i": Convention.EU_ANNEX_I,
    "uk_conc_app1": Convention.UK_CONC_APP1,
}


def evaluate(inputs: Inputs) -> Mapping[str, Plain]:
    """Return `apr_percent`; nothing where there is no rate."""
    convention = inputs.text("convention")
    if convention == Convention.US_APPENDIX_J:
        return {"apr_percent": percent(_united_states(inputs))}
    if convention in EFFECTIVE:
        return {"apr_percent": percent(_effective(inputs, EFFECTIVE[convention]))}
    raise not_understood(f"the convention {convention!r}", f"规则 {convention!r}")


def percent(rate: AnnualRate | NoRate) -> Plain:
    """Return the per cent of a rate, or the reason why there is none."""
    return rate.percent if isinstance(rate, AnnualRate) else rate.text(Language.EN)


def _sides(inputs: Inputs) -> list[tuple[int, Inputs]]:
    """Return the streams with the sign of their side: received below zero, paid above."""
    return [
        *((-1, part) for part in inputs.parts("advances")),
        *((1, part) for part in inputs.parts("payments")),
    ]


def _united_states(inputs: Inputs) -> AnnualRate | NoRate:
    streams = _sides(inputs)
    if not any(part.has("unit_periods") or part.has("first_unit_periods") for _, part in streams):
        return apr_of_dates(_dated(inputs, streams))
    inputs.pass_over("dates", "unit_period")
    flows = [_flow(sign, part, "unit_periods", "fraction") for sign, part in streams]
    return apr(flows, inputs.number("unit_periods_per_year"))


def _effective(inputs: Inputs, convention: Convention) -> AnnualRate | NoRate:
    streams = _sides(inputs)
    if not any(part.has("years") or part.has("first_years") for _, part in streams):
        return aprc_of_dates(_dated(inputs, streams), convention)
    inputs.pass_over("dates")
    return aprc([_flow(sign, part, "years", None) for sign, part in streams], convention)


def _flow(sign: int, part: Inputs, unit: str, fraction: str | None) -> Flow:
    times = part.whole("count", 1)
    first = f"first_{unit}" if part.has(f"first_{unit}") else unit
    flow = Flow(
        sign * part.minor("amount"),
        part.number(first),
        times,
        part.number(f"step_{unit}") if times > 1 else 1,
        part.number(fraction, 0) if fraction else 0,
    )
    part.pass_over(f"step_{unit}")
    part.done()
    return flow


def _dated(inputs: Inputs, streams: Sequence[tuple[int, Inputs]]) -> list[Dated]:
    """Return the amounts on their days: one day for each of a list, or the first day of each stream and a step."""
    dates = inputs.raw("dates")
    if isinstance(dates, list):
        firsts = [day(one, "dates") for one in dates]
    else:
        named = inputs.part("dates")
        advances = (
            [named.day("advance")]
            if named.has("advance")
            else [day(one, "advances") for one in named.items("advances")]
        )
        name = "first_payment_of_each_stream" if named.has("first_payment_of_each_stream") else "payments"
        firsts = [*advances, *(day(one, name) for one in named.items(name))]
    if len(firsts) != len(streams):
        raise not_understood("dates: not one for each advance and payment", "dates：与放款、还款的数目不符")
    dated = []
    for (sign, part), first in zip(streams, firsts, strict=True):
        amount = sign * part.money("amount").minor
        dated += [Dated(at, amount) for at in _days(inputs, first, part.whole("count", 1))]
        part.done()
    inputs.pass_over("unit_period", "unit_periods_per_year")
    return dated


def _days(inputs: Inputs, first: date, times: int) -> tuple[date, ...]:
    return (first,) if times == 1 else days_from(first, every(inputs.text("unit_period")), times)
