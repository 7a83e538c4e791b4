"""From rows to the engine's values. No decision, no query."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from parley.engine.case import Party
from parley.engine.plan_terms import PlanTerms
from parley.ids import AccountId
from parley.locale import Language, language_of
from parley.rulebook.rule import WeekWindows
from parley.servicing.account import Account, AccountStatus, Balance, Due, Product
from parley.servicing.schedule import PlanRow, Schedule
from parley.store import models


def account_of(row: models.Account, dues: Iterable[models.Instalment | Due]) -> Account:
    """Return the servicing account of *row* (its product loaded) with *dues* in date order."""
    return Account(
        account_id=AccountId(row.id),
        product=Product(row.product.kind),
        currency=row.currency,
        balance=Balance(
            principal=row.principal_minor,
            interest=row.interest_minor,
            fee=row.fee_minor,
            penalty_interest=row.penalty_interest_minor,
            cost=row.cost_minor,
        ),
        annual_rate_bps=row.annual_rate_bps,
        dues=tuple(Due(due.due_on, due.amount_minor, due.paid_minor) for due in dues),
        credit_limit_minor=row.credit_limit_minor,
        status=AccountStatus(row.status),
        contract_on=row.contract_on,
    )


def party_of(
    borrower: models.Borrower, point: models.ContactPoint, identity: dict[str, str], page_code: str = ""
) -> Party:
    """Return the borrower as the engine sees them; *identity* and *page_code* are empty where they are not needed."""
    return Party(
        borrower_id=borrower.id,
        contact_point_id=point.id,
        language=language_of(borrower.language),
        locale=locale_of(borrower.language, borrower.jurisdiction),
        jurisdiction=borrower.jurisdiction,
        zones=tuple(borrower.zones),
        postcode=identity.get("postcode", ""),
        contract_tail=identity.get("contract_tail", ""),
        identity_proven_at=point.identity_proven_at,
        page_code=page_code,
    )


def locale_of(language: str, jurisdiction: str) -> str:
    """Return the BCP 47 locale that decides day order and local money words, such as en-US or zh-TW."""
    country = jurisdiction.split("-", maxsplit=1)[0]
    return f"{'en' if language_of(language) is Language.EN else 'zh'}-{country}"


def terms_to_json(terms: PlanTerms) -> dict[str, object]:
    """Return what was told of a plan beside its figures as plain values: every language, and what it rests on."""
    note = terms.note
    return {
        "jurisdiction": terms.jurisdiction,
        "credit": {language.value: words for language, words in note.whole.items()},
        "credit_short": {language.value: words for language, words in note.short.items()},
        "read": note.read.value,
        "read_on": note.read_on.isoformat() if note.read_on is not None else None,
        "citation": note.citation,
        "source": note.source,
        "grace_days": terms.grace_days,
        "missed": {language.value: words for language, words in terms.missed.items()},
    }


def plan_to_json(plan: Schedule) -> dict[str, object]:
    """Return a plan as plain values, every row of it: what a message may state and what a checker recomputes."""
    return {
        "annual_rate_bps": plan.annual_rate_bps,
        "currency": plan.currency,
        "total_minor": plan.total_minor,
        "forgiven_minor": plan.forgiven_minor,
        "deferred": plan.deferred,
        "has_down_payment": plan.has_down_payment,
        "rows": [
            {
                "number": row.number,
                "due_on": row.due_on.isoformat(),
                "payment_minor": row.payment_minor,
                "principal_minor": row.principal_minor,
                "interest_minor": row.interest_minor,
                "balance_minor": row.balance_minor,
            }
            for row in plan.rows
        ],
    }


def plan_from_json(values: dict[str, object]) -> Schedule:
    """Read what `plan_to_json` wrote."""
    rows = values["rows"]
    assert isinstance(rows, list), "a plan holds rows"
    return Schedule(
        rows=tuple(
            PlanRow(
                number=row["number"],
                due_on=date.fromisoformat(row["due_on"]),
                payment_minor=row["payment_minor"],
                principal_minor=row["principal_minor"],
                interest_minor=row["interest_minor"],
                balance_minor=row["balance_minor"],
            )
            for row in rows
        ),
        currency=str(values["currency"]),
        annual_rate_bps=int(str(values["annual_rate_bps"])),
        # Rows of before these could be are level plans of the whole debt.
        forgiven_minor=int(str(values.get("forgiven_minor", 0))),
        deferred=int(str(values.get("deferred", 0))),
        has_down_payment=bool(values.get("has_down_payment", False)),
    )


def week_to_json(week: WeekWindows | None) -> list[list[list[int]]] | None:
    """Return the windows of a week as plain lists, Monday first; None stays."""
    return None if week is None else [[list(window) for window in day] for day in week]


def week_from_json(kept: list[list[list[int]]] | None) -> WeekWindows | None:
    """Read what `week_to_json` wrote."""
    if kept is None:
        return None
    days = [tuple((start, end) for start, end in day) for day in kept]
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = days
    return (monday, tuesday, wednesday, thursday, friday, saturday, sunday)
