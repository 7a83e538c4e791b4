"""Who of the portfolio has a simulated borrower: drawn by seed; what the lender holds of them is what they know."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from parley.money import MINOR_DIGITS
from parley.run.library import data_files
from parley.servicing.delinquency import arrears_minor, days_past_due
from parley.simulation.persona import PublicFacts
from parley.store import models
from parley.store.rows import account_of
from parley.store.sealed import Sealed, open_text
from parley.store.vault import Vault


def drawn_accounts(seed: int, count: int) -> list[UUID]:
    """Return *count* account ids drawn by *seed*, in a fixed order; all of them where there are fewer."""
    ids = models.Account.objects.values_list("id", flat=True)
    return sorted(ids, key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).digest())[:count]


def public_facts(seed: int, count: int, started_on: date, vault: Vault) -> dict[UUID, tuple[str, PublicFacts]]:
    """Return (telephone, what lender and borrower both know) by account id for the accounts drawn."""
    people: dict[UUID, tuple[str, PublicFacts]] = {}
    ids, scales = drawn_accounts(seed, count), _scales()
    for first in range(0, len(ids), 500):
        rows = (
            models.Account.objects.filter(id__in=ids[first : first + 500])
            .select_related("borrower", "product")
            .prefetch_related("instalments", "borrower__contact_points")
        )
        people.update({row.id: _person(row, started_on, scales, vault) for row in rows})
    return people


def person_to_json(number: str, public: PublicFacts) -> dict[str, object]:
    """Return plain values of a person, for the demonstration's own file."""
    return {"number": number, **asdict(public), "started_on": public.started_on.isoformat()}


def person_from_json(values: dict[str, Any]) -> tuple[str, PublicFacts]:
    """Read what `person_to_json` wrote."""
    number = values.pop("number")
    return number, PublicFacts(**values | {"started_on": date.fromisoformat(values["started_on"])})


def _scales() -> dict[str, int]:
    """Return how many minor units stand for one NT dollar of the sample, by currency: the factors of its map.

    Rounding: down, at least 1; a simulated income need not be exact.
    """
    places = tomllib.loads(data_files("parley.data.sample")["accounts.toml"].decode())["draw"]["place"]
    return {
        place["currency"]: max(1, int(Fraction(place["factor"]) * 10 ** MINOR_DIGITS[place["currency"]]))
        for place in places
    }


def _person(row: models.Account, started_on: date, scales: Mapping[str, int], vault: Vault) -> tuple[str, PublicFacts]:
    borrower = row.borrower
    point = next(point for point in borrower.contact_points.all() if point.channel == "sms")
    assert borrower.identity_sealed is not None and point.address_sealed is not None, "the sample holds both"
    number = open_text(vault, borrower, Sealed.CONTACT_ADDRESS, point.id, bytes(point.address_sealed))
    identity = json.loads(
        open_text(vault, borrower, Sealed.BORROWER_IDENTITY, borrower.id, bytes(borrower.identity_sealed))
    )
    account = account_of(row, sorted(row.instalments.all(), key=lambda due: due.due_on))
    coming = [due.amount_minor for due in account.dues if due.due_on >= started_on]
    public = PublicFacts(
        locale=borrower.language,
        jurisdiction=borrower.jurisdiction,
        timezone=borrower.zones[0],
        currency=row.currency,
        balance_minor=account.balance.total,
        arrears_minor=arrears_minor(account.dues, started_on),
        days_past_due=days_past_due(account.dues, started_on),
        minimum_minor=coming[0] if coming else 0,
        scale=scales[row.currency],
        started_on=started_on,
        postcode=identity.get("postcode", ""),
        contract_tail=identity.get("contract_tail", ""),
    )
    return number, public
