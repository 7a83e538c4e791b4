"""What happened to known accounts and borrowers, from a file: limits, consents, do-not-contact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from uuid import UUID

from parley.ids import derive_id
from parley.purpose import Channel
from parley.run.importing.reasons import Reason
from parley.run.importing.rows import ConsentRow, DoNotContactRow, LimitRow
from parley.run.importing.verdict import UNCHANGED, Refused, Result, Took, Verdict
from parley.run.importing.write_accounts import account_id, borrower_id
from parley.store.audit import record
from parley.store.models import Account, Borrower, Consent, ContactPoint, LimitChange
from parley.store.vault import Vault


class LimitWriter:
    """Writes limits rows: the change, and the account's limit where it is the latest."""

    def __init__(self, vault: Vault, now: datetime) -> None:
        self._vault = vault
        self._now = now

    def write(self, rows: Sequence[LimitRow]) -> list[Result]:
        """Store *rows* in the current transaction; one verdict for each."""
        accounts = Account.objects.in_bulk([account_id(row.reference) for row in rows])
        known = LimitChange.objects.in_bulk([_limit_id(row) for row in rows])
        verdicts: list[Result] = []
        added: list[LimitChange] = []
        for row in rows:
            account = accounts.get(account_id(row.reference))
            if account is None:
                verdicts.append(Refused(Reason.UNKNOWN_ACCOUNT, "reference"))
            elif account.currency != row.currency:
                verdicts.append(Refused(Reason.WRONG_CURRENCY, "currency"))
            elif (old := known.get(_limit_id(row))) is not None:
                is_same = (old.before_minor, old.after_minor) == (row.before, row.after)
                verdicts.append(UNCHANGED if is_same else Refused(Reason.MAY_NOT_CHANGE, "after"))
            else:
                added.append(_limit(row, account))
                undo = {"limit": _limit_id(row).hex, "account": account.id.hex, "was": account.credit_limit_minor}
                verdicts.append(Took(Verdict.ADDED, undo))
        LimitChange.objects.bulk_create(added)
        record(self._vault, added, self._now)
        _raise_limits(added)
        return verdicts


def _limit_id(row: LimitRow) -> UUID:
    return derive_id("limit_change", account_id(row.reference).hex, row.effective_on.isoformat())


def _limit(row: LimitRow, account: Account) -> LimitChange:
    row_id = _limit_id(row)
    return LimitChange(
        id=row_id,
        account=account,
        # Of the account's id, not of the lender's reference: this column is not sealed.
        row_key=row_id.hex,
        effective_on=row.effective_on,
        before_minor=row.before,
        after_minor=row.after,
    )


def _raise_limits(added: Sequence[LimitChange]) -> None:
    """Set each account's limit to that of its latest change."""
    for change in added:
        if not LimitChange.objects.filter(account=change.account_id, effective_on__gt=change.effective_on).exists():
            Account.objects.filter(id=change.account_id).update(credit_limit_minor=change.after_minor)


class ConsentWriter:
    """Writes consents rows. The reference is the borrower's; an account's where the two are one."""

    def __init__(self, vault: Vault, now: datetime) -> None:
        self._vault = vault
        self._now = now

    def write(self, rows: Sequence[ConsentRow]) -> list[Result]:
        """Store *rows* in the current transaction; one verdict for each."""
        people = _people([row.reference for row in rows])
        points = _points(self._vault, [row.only_phone for row in rows if row.only_phone])
        wanted: list[list[Consent] | Reason] = []
        for row in rows:
            theirs = [
                point for point in points.get(row.only_phone, []) if point.borrower_id == people.get(row.reference)
            ]
            if row.reference not in people:
                wanted.append(Reason.UNKNOWN_ACCOUNT)
            elif row.only_phone and not theirs:
                wanted.append(Reason.UNKNOWN_NUMBER)
            else:
                wanted.append([_consent(row, people[row.reference], theirs[0] if theirs else None)])
        return _store_consents(self._vault, self._now, wanted)


class DoNotContactWriter:
    """Writes do-not-contact rows: a refusal of all contact for the borrower, or for every borrower on the number."""

    def __init__(self, vault: Vault, now: datetime) -> None:
        self._vault = vault
        self._now = now

    def write(self, rows: Sequence[DoNotContactRow]) -> list[Result]:
        """Store *rows* in the current transaction; one verdict for each."""
        people = _people([row.reference for row in rows if row.reference])
        points = _points(self._vault, [row.phone for row in rows if row.phone])
        wanted: list[list[Consent] | Reason] = []
        for row in rows:
            found = [_refusal(row, people[row.reference], None)] if row.reference in people else []
            found += [_refusal(row, point.borrower_id, point) for point in points.get(row.phone, [])]
            wanted.append(found or Reason.UNKNOWN_NUMBER)
        return _store_consents(self._vault, self._now, wanted)


def _points(vault: Vault, numbers: Sequence[str]) -> dict[str, list[ContactPoint]]:
    """Return the contact points behind each number."""
    indexes = {vault.blind_index(Channel.SMS, number): number for number in numbers}
    found: dict[str, list[ContactPoint]] = {}
    for point in ContactPoint.objects.filter(address_index__in=list(indexes)):
        found.setdefault(indexes[bytes(point.address_index or b"")], []).append(point)
    return found


def _people(references: Sequence[str]) -> dict[str, UUID]:
    """Return the borrower behind each reference that is a borrower's, or an account's."""
    people = Borrower.objects.in_bulk([borrower_id(one) for one in references])
    accounts = Account.objects.in_bulk([account_id(one) for one in references])
    found = {}
    for one in references:
        if borrower_id(one) in people:
            found[one] = borrower_id(one)
        elif account_id(one) in accounts:
            found[one] = accounts[account_id(one)].borrower_id
    return found


def _consent(row: ConsentRow, person: UUID, point: ContactPoint | None) -> Consent:
    reach = [row.only_channel, point.pk.hex if point is not None else ""]
    known_by = [row.scope, str(row.is_granted), row.given_on.isoformat(), *(reach if any(reach) else [])]
    return Consent(
        id=derive_id("consent", person.hex, *known_by),
        borrower_id=person,
        contact_point=point,
        scope=row.scope,
        channel=row.only_channel,
        is_for_address=point is not None,
        granted=row.is_granted,
        source=row.source,
        proof=row.proof,
        at=_noon(row.given_on),
    )


def _refusal(row: DoNotContactRow, person: UUID, point: ContactPoint | None) -> Consent:
    return Consent(
        id=derive_id("do_not_contact", person.hex, row.since_on.isoformat()),
        borrower_id=person,
        contact_point=point,
        scope="all",
        granted=False,
        source=row.source,
        proof=row.proof,
        at=_noon(row.since_on),
    )


def _noon(day: date) -> datetime:
    # A file gives a day. Noon UTC is that day nearly everywhere.
    return datetime.combine(day, time(12), tzinfo=UTC)


def _store_consents(vault: Vault, now: datetime, wanted: Sequence[Sequence[Consent] | Reason]) -> list[Result]:
    asked = [one.id for row in wanted if not isinstance(row, Reason) for one in row]
    known = set(Consent.objects.filter(id__in=asked).values_list("id", flat=True))
    added: dict[UUID, Consent] = {}
    verdicts: list[Result] = []
    for row in wanted:
        if isinstance(row, Reason):
            verdicts.append(Refused(row, "reference" if row is Reason.UNKNOWN_ACCOUNT else "phone"))
            continue
        fresh = {one.id: one for one in row if one.id not in known and one.id not in added}
        added |= fresh
        verdicts.append(Took(Verdict.ADDED, {"consents": [one.hex for one in fresh]}) if fresh else UNCHANGED)
    Consent.objects.bulk_create(added.values())
    record(vault, list(added.values()), now)
    return verdicts
