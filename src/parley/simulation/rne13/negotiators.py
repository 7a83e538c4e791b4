"""The negotiators Parley is compared with: what each offers in which round. None but `upper_bound` sees a hidden fact.

| name | rule |
|---|---|
| rigid | no discount, 30 % down, 3 payments; the same again in every round |
| flat_discount | 15 % off, 12 payments; the same again |
| maximum_concession | 30 % off, 24 payments, from the first round |
| stepped | from no discount and 6 payments to 30 % off and 24, in even steps |
| boulware, linear | time-based (Faratin et al. 1998), β = 1/5 and 1, from the rigid offer to the greatest concession |
| tit_for_tat | goes half the way to each sum the borrower names: longer first, then cheaper; stands still otherwise |
| random_in_policy | any terms of the lattice, each as likely |
| upper_bound | knows what can be paid and what is agreed to: the least concession that fits, in its first offer; of |
| | the shares of that sum it may ask for, the one that turns out best over all borrowers |
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Final

from parley.money import divide_down, divide_up
from parley.servicing.interest import level_instalment
from parley.simulation.chance import Dice
from parley.simulation.rne13.agreement import FIRST_DAY, Agreement, Terms, write
from parley.simulation.rne13.answer import Listener, Stage
from parley.simulation.rne13.case import WHOLE_BPS, BorrowerCase
from parley.simulation.rne13.talk import Bargain, Ground, Rule, Talk, priced


class Negotiator(StrEnum):
    """Who negotiates beside Parley."""

    RIGID = "rigid"
    FLAT_DISCOUNT = "flat_discount"
    MAXIMUM_CONCESSION = "maximum_concession"
    STEPPED = "stepped"
    BOULWARE = "boulware"
    LINEAR = "linear"
    TIT_FOR_TAT = "tit_for_tat"
    RANDOM_IN_POLICY = "random_in_policy"
    UPPER_BOUND = "upper_bound"


# Those that see no hidden fact.
BASELINES: Final = tuple(each for each in Negotiator if each is not Negotiator.UPPER_BOUND)
# How much of what a borrower can bear the upper bound tries to ask for.
SHARES_PERCENT: Final = (100, 90, 80, 70, 60, 50)
_FEWEST: Final = 3
_FLAT: Final = Terms(discount_bps=1_500, payments=12)
_FIRST_STEP_PAYMENTS: Final = 6
_RANDOM_STEP_BPS: Final = 500


def _rigid(case: BorrowerCase, ground: Ground, round_: int, named_minor: int) -> Terms:
    del case, round_, named_minor
    return Terms(down_bps=ground.parameters.down_payment_bps, payments=_FEWEST)


def _flat(case: BorrowerCase, ground: Ground, round_: int, named_minor: int) -> Terms:
    del case, ground, round_, named_minor
    return _FLAT


def _most(case: BorrowerCase, ground: Ground, round_: int, named_minor: int) -> Terms:
    del case, round_, named_minor
    parameters = ground.parameters
    return Terms(discount_bps=parameters.most_discount_bps, payments=parameters.most_payments)


def _stepped(case: BorrowerCase, ground: Ground, round_: int, named_minor: int) -> Terms:
    del case, named_minor
    parameters, last = ground.parameters, max(1, ground.parameters.offers - 1)
    longer = (parameters.most_payments - _FIRST_STEP_PAYMENTS) * round_ // last
    return Terms(parameters.most_discount_bps * round_ // last, 0, _FIRST_STEP_PAYMENTS + longer)


def _by_time(power: int) -> Rule:
    """Return the rule that has conceded (round / last round) to the *power* of all there is to concede."""

    def rule(case: BorrowerCase, ground: Ground, round_: int, named_minor: int) -> Terms:
        del case, named_minor
        parameters, last = ground.parameters, max(1, ground.parameters.offers - 1)
        done_bps = WHOLE_BPS * round_**power // last**power
        return Terms(
            discount_bps=parameters.most_discount_bps * done_bps // WHOLE_BPS,
            down_bps=parameters.down_payment_bps * (WHOLE_BPS - done_bps) // WHOLE_BPS,
            payments=_FEWEST + (parameters.most_payments - _FEWEST) * done_bps // WHOLE_BPS,
        )

    return rule


def _tit_for_tat(case: BorrowerCase, ground: Ground, round_: int, named_minor: int) -> Terms:
    asked_minor = divide_up(case.balance_minor, _FEWEST)
    if named_minor:
        asked_minor = named_minor + divide_down(max(0, asked_minor - named_minor), 2**round_)
    return _of_instalment(case, ground, max(1, asked_minor))


def _of_instalment(case: BorrowerCase, ground: Ground, asked_minor: int) -> Terms:
    """Return the terms that ask for about *asked_minor* a month: longer first, then cheaper."""
    parameters = ground.parameters
    payments = divide_up(case.balance_minor, asked_minor)
    if payments <= parameters.most_payments:
        return Terms(payments=max(1, payments))
    missing_minor = case.balance_minor - asked_minor * parameters.most_payments
    discount_bps = min(parameters.most_discount_bps, divide_up(missing_minor * WHOLE_BPS, case.balance_minor))
    return Terms(discount_bps, 0, parameters.most_payments)


def _random(seed: int) -> Rule:
    def rule(case: BorrowerCase, ground: Ground, round_: int, named_minor: int) -> Terms:
        del named_minor
        dice, parameters = Dice(seed, "rne13", "random", case.id, round_), ground.parameters
        return Terms(
            discount_bps=_RANDOM_STEP_BPS * dice.between(0, parameters.most_discount_bps // _RANDOM_STEP_BPS),
            down_bps=_RANDOM_STEP_BPS * dice.between(0, parameters.down_payment_bps // _RANDOM_STEP_BPS),
            payments=dice.between(1, parameters.most_payments),
        )

    return rule


def _rules(seed: int) -> Mapping[Negotiator, Rule]:
    return {
        Negotiator.RIGID: _rigid,
        Negotiator.FLAT_DISCOUNT: _flat,
        Negotiator.MAXIMUM_CONCESSION: _most,
        Negotiator.STEPPED: _stepped,
        Negotiator.BOULWARE: _by_time(5),
        Negotiator.LINEAR: _by_time(1),
        Negotiator.TIT_FOR_TAT: _tit_for_tat,
        Negotiator.RANDOM_IN_POLICY: _random(seed),
        Negotiator.UPPER_BOUND: _most,
    }


def negotiate(negotiator: Negotiator, case: BorrowerCase, ground: Ground, stage: Stage) -> Talk:
    """Return what becomes of *case* under *negotiator*."""
    return Bargain(case, ground, Listener(stage, case), _rules(stage.seed)[negotiator], priced).run()


def knowing(case: BorrowerCase, ground: Ground, stage: Stage, share_percent: int) -> Talk:
    """Return what becomes of *case* where its budget is known and so much of what it can bear is asked for."""
    prices = partial(_least, share_percent)
    return Bargain(case, ground, Listener(stage, case), _rules(stage.seed)[Negotiator.UPPER_BOUND], prices).run()


def _least(share_percent: int, case: BorrowerCase, ground: Ground, terms: Terms, day: int) -> Agreement:
    """Return the least concession within a share of what can be paid and is agreed to.

    In this order: fewest payments at the lender's rate, then at its lowest, then the smallest discount, then *terms*.
    """
    limit_minor = divide_down(min(case.accepts_minor, max(0, case.surplus_minor)) * share_percent, 100)
    most = ground.parameters.most_payments
    for rate_bps in sorted({ground.rate_bps, ground.lowest_rate_bps}, reverse=True):
        found = _fewest(case, rate_bps, limit_minor, most, day)
        if found is not None:
            return found
    low, high = 0, terms.discount_bps
    while low < high:
        middle = (low + high) // 2
        plan = write(case.balance_minor, ground.lowest_rate_bps, Terms(middle, 0, most), day + FIRST_DAY)
        low, high = (low, middle) if plan.largest_minor <= limit_minor else (middle + 1, high)
    return write(case.balance_minor, ground.lowest_rate_bps, Terms(low, 0, most), day + FIRST_DAY)


def _fewest(case: BorrowerCase, rate_bps: int, limit_minor: int, most: int, day: int) -> Agreement | None:
    for payments in range(1, most + 1):
        if level_instalment(case.balance_minor, rate_bps, payments) > limit_minor:
            continue
        plan = write(case.balance_minor, rate_bps, Terms(payments=payments), day + FIRST_DAY)
        if plan.largest_minor <= limit_minor:
            return plan
    return None
