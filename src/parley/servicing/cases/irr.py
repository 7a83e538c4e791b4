"""Kind irr: rate of return of a row of amounts, or of a plan with a fee per period, and its annualised rates."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from parley.locale import Language
from parley.servicing.cases.apr import percent
from parley.servicing.cases.case import Inputs, Plain, day, minor_per_major, not_understood, number
from parley.servicing.cases.words import every
from parley.servicing.periods import MONTHLY
from parley.servicing.rates.annual import NoRate
from parley.servicing.rates.cn_annualised import annualised
from parley.servicing.rates.flow import Flow
from parley.servicing.rates.intervals import Dated
from parley.servicing.rates.irr import rate_of_return, rate_of_return_of_dates
from parley.servicing.rates.unit_period import per_year
from parley.servicing.rounding import Rounding, to_whole

_UNROUNDED: Final = "principal/instalments (unrounded)"
_ROUNDED: Final = ("principal/instalments (rounded to cents)", "principal/instalments (rounded)")


def evaluate(inputs: Inputs) -> Mapping[str, Plain]:
    """Return the rate of one period and both annualised rates; the reason where there are none."""
    if not inputs.has("cashflows"):
        return _annualised(inputs, _fee_plan(inputs))
    amounts = [number(amount, "cashflows") for amount in inputs.items("cashflows")]
    if inputs.has("dates"):
        return {"irr_percent_per_year": percent(rate_of_return_of_dates(_dated(inputs, amounts)))}
    found = rate_of_return(amounts)
    if not inputs.has("period"):
        return {"irr_percent_per_period": percent(found)}
    flows = [Flow(amount, at) for at, amount in enumerate(amounts)]
    return _annualised(inputs, flows)


def _dated(inputs: Inputs, amounts: list[Fraction]) -> list[Dated]:
    days = [day(one, "dates") for one in inputs.items("dates")]
    whole = [amount * minor_per_major(inputs.currency) for amount in amounts]
    if len(days) != len(amounts) or any(amount.denominator != 1 for amount in whole):
        raise not_understood(
            "dates: not one for each amount of whole minor units", "dates：与金额的数目不符，或金额不足一个最小单位"
        )
    return [Dated(at, amount.numerator) for at, amount in zip(days, whole, strict=True)]


def _annualised(inputs: Inputs, flows: list[Flow]) -> Mapping[str, Plain]:
    step = every(inputs.text("period", "month"))
    rates = annualised(flows, per_year(step))
    if isinstance(rates, NoRate):
        reason = rates.text(Language.EN)
        return dict.fromkeys(
            ("monthly_irr_percent", "annualised_simple_percent", "annualised_compound_percent"), reason
        )
    of_period = Fraction(rates.simple.percent) / per_year(step)
    name = "monthly_irr_percent" if step == MONTHLY else f"{step}ly_irr_percent"
    return {
        name: of_period,
        "irr_percent_per_period": of_period,
        "annualised_simple_percent": rates.simple.percent,
        "annualised_compound_percent": rates.compound.percent,
    }


def _fee_plan(inputs: Inputs) -> list[Flow]:
    """Return the flows of a plan whose fee is a part of the original principal with every instalment."""
    principal, times = inputs.minor("principal"), inputs.whole("instalments")
    if times < 1:
        raise not_understood(f"{times} instalments", f"{times} 期")
    fee = principal * inputs.number("fee_percent_of_original_principal_per_instalment", 0) / 100
    upfront = inputs.minor("upfront_fee", 0)
    part = _principal_part(inputs, principal / times)
    last = principal - part * (times - 1)
    flows = [Flow(-(principal - upfront), 0)]
    if times > 1:
        flows.append(Flow(part + fee, 1, times - 1))
    return [*flows, Flow(last + fee, times)]


def _principal_part(inputs: Inputs, exact: Fraction) -> Fraction:
    text = inputs.text("principal_per_instalment", _UNROUNDED)
    if text == _UNROUNDED:
        return exact
    if text in _ROUNDED:
        return Fraction(to_whole(exact, Rounding.HALF_UP))
    return inputs.minor("principal_per_instalment")
