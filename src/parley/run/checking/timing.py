"""Did it leave at an open hour, and not too often? Hours in every zone; caps by local day and rolling window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from parley.dates import local_date
from parley.run.checking.delivery import count_by_account
from parley.run.checking.dossier import Called, Contact, Dossier
from parley.run.checking.expectations import Cap, Expectations
from parley.run.checking.kinds import Kind
from parley.run.checking.report import Tally


def check_hours(dossier: Dossier, expected: Expectations, tally: Tally) -> None:
    """Find contacts in closed hours. An answer is outside policy; law binds the purposes it names."""
    for contact in dossier.contacts:
        for hours in expected.hours_of(dossier.jurisdiction, contact.purpose):
            is_lifted = hours.is_policy and contact.answers
            if not is_lifted and not hours.is_open(contact.at, dossier.zones):
                tally.add(Kind.QUIET_HOURS, contact.row.id)


def check_caps(dossier: Dossier, expected: Expectations, tally: Tally) -> None:
    """Find the messages that are one too many in their window."""
    for cap in expected.caps_of(dossier.jurisdiction):
        filling = [one for one in dossier.contacts if _fills(cap, one, expected)]
        groups = count_by_account(filling) if cap.is_per_account else {None: filling}
        for account, group in groups.items():
            calls = [one.at for one in dossier.calls if _call_fills(cap, one, account, expected)]
            _check_window(cap, group, calls, dossier.zones or ("UTC",), tally)


def _call_fills(cap: Cap, call: Called, account: UUID | None, expected: Expectations) -> bool:
    if not cap.counts_calls or (cap.is_per_account and call.account != account) or call.purpose in expected.called_for:
        return False
    return cap.counts_all_unprompted or call.purpose in cap.purposes


def _fills(cap: Cap, contact: Contact, expected: Expectations) -> bool:
    if not cap.counts_all_unprompted:
        return contact.purpose in cap.purposes
    return not contact.answers and contact.purpose not in expected.called_for


def _check_window(
    cap: Cap, contacts: Sequence[Contact], calls: Sequence[datetime], zones: tuple[str, ...], tally: Tally
) -> None:
    for place, contact in enumerate(contacts):
        if contact.purpose not in cap.purposes:
            continue
        before = [one.at for one in contacts[: place + 1]] + [at for at in calls if at < contact.at]
        if _most_in_window(cap, contact.at, before, zones) > cap.most:
            tally.add(cap.kind, contact.row.id)


def _most_in_window(cap: Cap, at: datetime, before: Sequence[datetime], zones: tuple[str, ...]) -> int:
    if cap.span is not None:
        oldest = at - cap.span
        return sum(1 for one in before if one > oldest)
    days = timedelta(days=(cap.local_days or 1) - 1)
    counts = []
    for zone in zones:
        first = local_date(at, zone) - days
        counts.append(sum(1 for one in before if local_date(one, zone) >= first))
    return max(counts)
