"""Was silence kept where it was owed? After STOP, without consent, under a hold, after a crisis, to a wrong number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from parley.dates import add_days, local_date
from parley.run.checking.centre import Stop
from parley.run.checking.dossier import Agreed, Contact, Dossier, Held, newest
from parley.run.checking.expectations import Expectations, places_of
from parley.run.checking.kinds import Kind
from parley.run.checking.report import Tally

_CONFIRMATION: Final = "opt_out_confirmation"
_CRISIS_REPLY: Final = "crisis_reply"
_PROMOTION: Final = "promotion"
_COLLECTION: Final = "collection"
_SERVICE: Final = "service"


def check_stop(dossier: Dossier, expected: Expectations, tally: Tally) -> None:
    """Find what left after a refusal, whether a row says so or the log holds the very word; and words not recorded."""
    stops = [stop for stop in dossier.stops if _speaks_here(stop, dossier)]
    for stop in stops:
        if stop.known_n and not _is_recorded(stop, dossier):
            tally.add(Kind.STOP_NOT_RECORDED, stop.event_id)
    confirmations = 0
    for contact in dossier.contacts:
        if contact.purpose == _CONFIRMATION:
            confirmations += 1
        if _may_follow(contact, confirmations, stops, dossier, expected):
            continue
        if _is_refused(contact, dossier) or any(_came_after(contact, stop, dossier, expected) for stop in stops):
            tally.add(Kind.AFTER_STOP, contact.row.id)


def _speaks_here(stop: Stop, dossier: Dossier) -> bool:
    return not stop.places.isdisjoint(places_of(dossier.jurisdiction))


def _is_recorded(stop: Stop, dossier: Dossier) -> bool:
    """Whether a refusal stands that is of the STOP or older."""
    refusals = [wish for wish in dossier.wishes if wish.scope in {"all", _PROMOTION} and not wish.granted]
    if any(wish.at >= stop.at for wish in refusals):
        return True
    return any(wish is newest(dossier.wishes, wish.scope, stop.at) for wish in refusals)


def _may_follow(
    contact: Contact, confirmations: int, stops: Iterable[Stop], dossier: Dossier, expected: Expectations
) -> bool:
    """Whether this may follow a refusal: its confirmation, the crisis reply before that, a statutory notice."""
    if contact.purpose == _CONFIRMATION:
        refusals = sum(1 for wish in dossier.wishes if not wish.granted and wish.at <= contact.at)
        return confirmations <= max(refusals, sum(1 for stop in stops if stop.at <= contact.at))
    if contact.purpose == _CRISIS_REPLY:
        return confirmations == 0
    return contact.purpose in expected.statutory


def _is_refused(contact: Contact, dossier: Dossier) -> bool:
    scopes = ("all", _PROMOTION) if contact.purpose == _PROMOTION else ("all",)
    standing = (newest(dossier.wishes, scope, contact.at) for scope in scopes)
    refusals = [wish for wish in standing if wish is not None and not wish.granted]
    return any(not _is_wished_again(contact, wish.at, dossier) for wish in refusals)


def _is_wished_again(contact: Contact, since: datetime, dossier: Dossier) -> bool:
    """Whether texts about the account were asked for again on this very number, after all were refused."""
    if contact.purpose == _PROMOTION:
        return False
    mine = [wish for wish in dossier.wishes if wish.point == contact.row.point]
    wish = newest(mine, _SERVICE, contact.at)
    return wish is not None and wish.granted and wish.at > since


def _came_after(contact: Contact, stop: Stop, dossier: Dossier, expected: Expectations) -> bool:
    """Whether the lender had stored the STOP before it handed this over, by the order of the log's own lines."""
    if contact.trace is None or not stop.known_n or contact.trace.n < stop.known_n:
        return False
    if contact.at < stop.at + expected.stop_works_within:
        return False
    lifted = newest(dossier.wishes, "all", contact.at)
    if lifted is not None and lifted.granted and lifted.at > stop.at:
        return False
    if _is_wished_again(contact, stop.at, dossier):
        return False
    return contact.purpose == _PROMOTION or not _meant_promotions(stop, dossier, expected)


def _meant_promotions(stop: Stop, dossier: Dossier, expected: Expectations) -> bool:
    """Whether the last thing the borrower had got was a promotion, where the law then reads STOP as promotions only."""
    if expected.may_mean_promotions.isdisjoint(places_of(dossier.jurisdiction)):
        return False
    before = [one for one in dossier.contacts if one.at <= stop.at]
    return bool(before) and before[-1].purpose == _PROMOTION


def check_consent(dossier: Dossier, expected: Expectations, tally: Tally) -> None:
    """Find promotions without a consent that the borrower's place accepts."""
    accepted = expected.consents_of(dossier.jurisdiction)
    for contact in dossier.contacts:
        if contact.purpose == _PROMOTION:
            standing = (newest(dossier.wishes, scope, contact.at) for scope in accepted)
            if not any(wish is not None and wish.granted for wish in standing):
                tally.add(Kind.PROMOTION_WITHOUT_CONSENT, contact.row.id)


def check_holds(dossier: Dossier, expected: Expectations, tally: Tally) -> None:
    """Find what left while a hold stood; a crisis has its own kind."""
    for hold in dossier.holds:
        is_crisis = hold.kind == "crisis"
        replies = 0
        for contact in dossier.contacts:
            if not hold.stands(contact.at):
                continue
            if is_crisis:
                replies += contact.purpose == _CRISIS_REPLY
                is_one_reply = contact.purpose == _CRISIS_REPLY and replies == 1
                if not is_one_reply and contact.purpose != _CONFIRMATION:
                    tally.add(Kind.AFTER_CRISIS, contact.row.id)
            elif _is_barred(contact, hold, expected):
                tally.add(Kind.DURING_HOLD, contact.row.id)


def _is_barred(contact: Contact, hold: Held, expected: Expectations) -> bool:
    if contact.row.written_by is not None and hold.kind in expected.silences_machine_only:
        return False
    barred = expected.bars(hold.kind)
    is_elsewhere = hold.account is not None and contact.row.account not in {None, hold.account}
    if is_elsewhere and contact.purpose != _PROMOTION:
        return False
    if "all" not in barred:
        return contact.purpose in barred
    answered_at = contact.row.reply_to_at
    is_its_answer = answered_at is not None and answered_at <= hold.since
    is_excepted = contact.purpose in expected.called_for or contact.purpose in expected.statutory
    return not is_its_answer and not is_excepted


def check_kept_plans(dossier: Dossier, grace_days: int, tally: Tally) -> None:
    """Find collection of an account whose arrangement stands and is kept."""
    zone = dossier.zones[0] if dossier.zones else "UTC"
    for contact in dossier.contacts:
        if contact.purpose != _COLLECTION:
            continue
        for plan in dossier.arrangements:
            is_its_account = contact.row.account in {None, plan.account}
            stands = plan.since < contact.at and (plan.until is None or contact.at < plan.until)
            if is_its_account and stands and not _is_missed(plan, contact.at, zone, grace_days):
                tally.add(Kind.PLAN_KEPT_CONTACT, contact.row.id)


def _is_missed(plan: Agreed, at: datetime, zone: str, grace_days: int) -> bool:
    """Whether an instalment was open when its grace had run out. A paid one without its day was paid in time."""
    today = local_date(at, zone)
    for due_on, cleared_on, is_paid in plan.dues:
        last = add_days(due_on, grace_days)
        if today <= last:
            continue
        if cleared_on is not None and cleared_on > last:
            return True
        if not is_paid:
            return True
    return False


def check_holdout(dossier: Dossier, expected: Expectations, tally: Tally) -> None:
    """Find unprompted contacts of accounts that are kept as the measure."""
    everything = set(dossier.arms.values()) == {"holdout"}
    exempt = expected.called_for | expected.protects | expected.statutory
    for contact in dossier.contacts:
        account = contact.row.account
        is_held_out = dossier.arms.get(account) == "holdout" if account is not None else everything
        # The measure is of what the machine sends by itself; a member of staff helps whoever needs help.
        is_measured = not contact.answers and contact.row.written_by is None
        if is_held_out and is_measured and contact.purpose not in exempt:
            tally.add(Kind.HOLDOUT_MESSAGED, contact.row.id)


def check_third_party(dossier: Dossier, tally: Tally) -> None:
    """Find what went to a number after it was found to be somebody else's; the one word of sorry aside."""
    apologised = set()
    for contact in dossier.contacts:
        point = dossier.points.get(contact.row.point)
        since = point.quarantined_at if point is not None else None
        if point is None or since is None or contact.at <= since:
            continue
        answered_at = contact.row.reply_to_at
        if answered_at is not None and answered_at <= since and point.id not in apologised:
            apologised.add(point.id)
        else:
            tally.add(Kind.THIRD_PARTY, contact.row.id)
