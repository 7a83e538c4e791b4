"""What a look-up found of a number: nothing of a debt follows a proof that is older than its last change."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from parley.contact.number_lookup import FRESH_FOR, Holder, LineType, NumberFinding
from parley.ids import Msisdn
from parley.store import models
from parley.store.erase import erase
from parley.store.number_facts import UNKNOWN, Fact, facts_of
from parley.store.numbers import Applied, apply_finding
from tests.store.conftest import AT, PHONE, Book, Home

if TYPE_CHECKING:
    from parley.store.vault import Vault

NOW = AT + timedelta(days=30)
CHANGED = AT + timedelta(days=10)
BEFORE, AFTER = CHANGED - timedelta(days=1), CHANGED + timedelta(days=1)


@pytest.fixture
def rows(home: Home) -> Book:
    return Book(home.vault)


@pytest.fixture
def vault(home: Home) -> Vault:
    return home.vault


def found(holder: Holder, at: datetime = CHANGED, number: str = PHONE) -> NumberFinding:
    return NumberFinding(Msisdn(number), holder, at)


def prove(rows: Book, at: datetime) -> None:
    models.ContactPoint.objects.update(identity_proven_at=at)


def points() -> list[models.ContactPoint]:
    return list(models.ContactPoint.objects.order_by("id"))


def kinds() -> list[str]:
    return [event.kind for event in models.Event.objects.order_by("id") if event.kind.startswith("number.")]


def test_a_number_of_nobody_here_is_told_as_such(rows: Book, vault: Vault) -> None:
    assert apply_finding(found(Holder.REASSIGNED, number="+13125550199"), NOW, vault) is Applied.UNKNOWN
    assert rows.point.quarantined_at is None


def test_the_same_holder_confirms_and_an_older_finding_changes_nothing(rows: Book, vault: Vault) -> None:
    assert apply_finding(found(Holder.SAME), NOW, vault) is Applied.CONFIRMED
    assert apply_finding(found(Holder.SAME, BEFORE), NOW, vault) is Applied.NOTHING_NEW
    assert {(one.confirmed_at, one.confirmed_by) for one in points()} == {(CHANGED, "look_up")}


def test_a_new_sim_takes_back_a_proof_that_is_older_and_no_other(rows: Book, vault: Vault) -> None:
    prove(rows, AFTER)
    assert apply_finding(found(Holder.SWAPPED), NOW, vault) is Applied.NOTHING_NEW
    prove(rows, BEFORE)
    assert apply_finding(found(Holder.SWAPPED), NOW, vault) is Applied.UNPROVEN
    assert all(one.identity_proven_at is None and one.quarantined_at is None for one in points())
    assert apply_finding(found(Holder.SWAPPED), NOW, vault) is Applied.NOTHING_NEW
    assert kinds() == ["number.swapped"]


def test_a_number_of_somebody_else_is_quarantined_over_all_cases_and_nothing_waits(rows: Book, vault: Vault) -> None:
    other = rows.address(rows.person())
    message = rows.message()
    models.Message.objects.filter(id=message.id).update(state="queued")
    prove(rows, BEFORE)
    assert apply_finding(found(Holder.REASSIGNED), NOW, vault) is Applied.QUARANTINED
    assert {one.id for one in points() if one.quarantined_at == NOW} == {rows.point.id, other.id}
    assert models.Message.objects.get(id=message.id).state == "cancelled"
    assert apply_finding(found(Holder.REASSIGNED), NOW, vault) is Applied.NOTHING_NEW
    assert kinds() == ["number.quarantined", "number.quarantined"]


def test_who_proved_identity_after_the_change_keeps_the_number(rows: Book, vault: Vault) -> None:
    prove(rows, AFTER)
    assert apply_finding(found(Holder.REASSIGNED), NOW, vault) is Applied.NOTHING_NEW
    assert all(one.quarantined_at is None for one in points())


@pytest.mark.parametrize("holder", list(Holder))
def test_what_happened_is_in_the_audit(rows: Book, vault: Vault, holder: Holder) -> None:
    prove(rows, BEFORE)
    before = models.AuditEntry.objects.count()
    apply_finding(found(holder), NOW, vault)
    assert models.AuditEntry.objects.count() == before + (holder is not Holder.SAME)


# --- the kind of line


def told(at: datetime, line: LineType | None = None, network: str = "", number: str = PHONE) -> NumberFinding:
    return NumberFinding(Msisdn(number), None, at, line, network)


def known(vault: Vault, now: datetime) -> Fact:
    index = vault.blind_index("sms", PHONE)
    return facts_of({index}, now).get(index, UNKNOWN)


def test_what_kind_of_line_a_number_is_is_kept_until_something_newer_is_found(rows: Book, vault: Vault) -> None:
    assert apply_finding(told(CHANGED, LineType.MOBILE, "310-410"), NOW, vault) is Applied.REMEMBERED
    assert apply_finding(told(CHANGED, LineType.LANDLINE), NOW, vault) is Applied.NOTHING_NEW
    assert known(vault, NOW) == Fact(LineType.MOBILE, "310-410")
    assert apply_finding(told(CHANGED + timedelta(days=1), LineType.LANDLINE), NOW, vault) is Applied.REMEMBERED
    assert known(vault, NOW) == Fact(LineType.LANDLINE, "")


def test_what_was_found_too_long_ago_is_not_relied_on(rows: Book, vault: Vault) -> None:
    apply_finding(told(CHANGED, LineType.LANDLINE), NOW, vault)
    assert known(vault, CHANGED + FRESH_FOR) == Fact(LineType.LANDLINE, "")
    assert known(vault, CHANGED + FRESH_FOR + timedelta(seconds=1)) == UNKNOWN


def test_what_is_said_of_the_holder_holds_beside_the_kind_of_line(rows: Book, vault: Vault) -> None:
    both = NumberFinding(Msisdn(PHONE), Holder.SAME, CHANGED, LineType.VOIP)
    assert apply_finding(both, NOW, vault) is Applied.CONFIRMED
    assert known(vault, NOW).line is LineType.VOIP


def test_a_number_of_nobody_here_leaves_no_trace(rows: Book, vault: Vault) -> None:
    assert apply_finding(told(CHANGED, LineType.MOBILE, number="+13125550999"), NOW, vault) is Applied.UNKNOWN
    assert not models.NumberFact.objects.exists()


def test_what_was_found_of_a_number_goes_with_the_person(rows: Book, vault: Vault) -> None:
    apply_finding(told(CHANGED, LineType.MOBILE), NOW, vault)
    erase(vault, rows.borrower.id, NOW)
    assert not models.NumberFact.objects.exists()
