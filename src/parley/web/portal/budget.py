"""The full financial statement: filled in, left and resumed; the sum of it; and the plans that the sum allows.

What was told by text is filled in already. Nothing is computed here: the sum and the plans are those of the talk.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from parley.engine.budgets import budgeting_of
from parley.engine.case import Case
from parley.engine.visit import ConfirmBudget, SaveBudget
from parley.locale import Language
from parley.negotiation.at_budget import statement_of
from parley.negotiation.budget.budgeting import Budgeting
from parley.negotiation.budget.financial_statement import FinancialStatement, Rhythm
from parley.negotiation.budget.picture import picture_of
from parley.negotiation.budget.reference import Part, Reference
from parley.negotiation.budget.work_out import Budget, Flag, Line
from parley.store.models import ContactPoint
from parley.web.page import language_of_request
from parley.web.portal.budget_form import OFTEN, Asked, category_field, filled_in, read_form, typed_in
from parley.web.portal.plan import advice_for, currency_of, nothing_to_plan, shown_after, standing_now
from parley.web.portal.visitor import do, show, visitor
from parley.web.ports import services
from parley.web.words import say

# Enough of a hash to tell whether the sum that was read is the one that stands.
_SEEN: Final = 32


@dataclass(frozen=True, slots=True)
class Field:
    """One field as the page shows it. `often`: how often its amount comes; "" where that is not asked."""

    name: str
    label: str
    value: str = ""
    often: str = ""
    error: str = ""
    hint: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@visitor
def budget(request: HttpRequest, point: ContactPoint) -> HttpResponse:
    """Ask for income and spending, and keep what is told."""
    case = standing_now(request, point)
    about = _about(case)
    if nothing_to_plan(case) or about is None:
        return redirect("account")
    asked = Asked(about.table, case.today(services().clock.now()), _told(case))
    if request.method != "POST":
        return show(request, "budget.html", _fields(request, asked, filled_in(asked), {}))
    typed = typed_in(request.POST, asked)
    told, errors = read_form(typed, asked)
    if errors:
        return show(request, "budget.html", _fields(request, asked, typed, errors), status=422)
    do(request, point, SaveBudget(told))
    if request.POST.get("later"):
        return show(request, "done.html", {"what": "portal.budget.kept"})
    return redirect("budget_sum")


@require_http_methods(["GET", "HEAD", "POST"])
@visitor
def budget_sum(request: HttpRequest, point: ContactPoint) -> HttpResponse:
    """Show the sum of what was told, line by line; take a yes to it."""
    case = standing_now(request, point)
    about = _about(case)
    if nothing_to_plan(case) or about is None:
        return redirect("account")
    told = _told(case)
    if case.talk.memory.statement is None:
        return redirect("budget")
    found = about.work_out(told)
    if request.method != "POST":
        return show(request, "budget_sum.html", _summed(request, case, told, about, found))
    if request.POST.get("seen", "") != _mark(found):
        context = _summed(request, case, told, about, found)
        return show(request, "budget_sum.html", context | {"is_changed": True}, status=409)
    explained = {line.id for line in found.lines if _is_above(line)} & set(request.POST.getlist("explained"))
    return shown_after(request, case, do(request, point, ConfirmBudget(frozenset(explained))))


def _about(case: Case) -> Budgeting | None:
    held = services()
    return budgeting_of(case, held.clock.now(), held.library)


def _told(case: Case) -> FinancialStatement:
    """Return what was told so far; of the one question, what the borrower answered."""
    told = statement_of(case.talk.memory)
    if told is not None and told.currency == currency_of(case):
        return told
    return FinancialStatement(currency_of(case), case.talk.memory.capacity_minor or None)


def _fields(
    request: HttpRequest, asked: Asked, values: Mapping[str, str], errors: Mapping[str, str]
) -> dict[str, object]:
    """Return the form's fields by fieldset, and the errors in the order of the page."""
    language = language_of_request(request)
    labels = _labels(asked, language)

    def one(name: str, hint: str = "") -> Field:
        label = labels.get(name) or _numbered(name, language)
        return Field(name, label, values.get(name, ""), values.get(name + OFTEN, ""), errors.get(name, ""), hint)

    housing = [one(category_field(key)) for key in asked.lines_of(Part.HOUSING)]
    essentials = [one(category_field(key)) for key in asked.lines_of(Part.ESSENTIALS)]
    if asked.in_one_sum(Part.HOUSING):
        housing.insert(0, one("housing", "" if asked.is_one_housing else "portal.budget.one_sum.hint"))
    if asked.in_one_sum(Part.ESSENTIALS):
        essentials.insert(0, one("essentials", "portal.budget.one_sum.hint"))
    parts: dict[str, list[Field]] = {
        "household": [one("people", "portal.budget.people.hint"), one("from-65")],
        "income": [one("income", "portal.budget.income.hint")],
        "payday": [one("payday", "portal.budget.payday.hint")],
        "months": [one(name) for name in asked.months],
        "housing": housing,
        "essentials": essentials,
        "debts": [one("debts", "portal.budget.debts.hint")],
        "owed": [one(name) for name in asked.debts],
        "arrears": [one("arrears", "portal.budget.arrears.hint")],
        "most": [one("most", "portal.budget.most.hint")],
    }
    wrong = [field for fields in parts.values() for field in fields if field.error]
    return {
        "parts": parts,
        "wrong": wrong,
        "currency": asked.currency,
        "rhythms": list(Rhythm),
        "has_months": any(field.value for field in parts["months"]),
        "has_owed": any(field.value for field in parts["owed"]),
        "is_resumed": asked.before != FinancialStatement(asked.currency),
    }


def _labels(asked: Asked, language: Language) -> dict[str, str]:
    found = {category_field(one.id): one.name(language) for one in asked.table.categories}
    housing = asked.table.of(Part.HOUSING)
    found |= {name: say(key, language) for name, key in _WORDS.items()}
    return found | ({"housing": housing[0].name(language)} if asked.is_one_housing else {})


_WORDS: Final = {
    "people": "portal.budget.people",
    "from-65": "portal.budget.from_65",
    "income": "portal.budget.income",
    "payday": "portal.budget.payday",
    "housing": "portal.budget.housing",
    "essentials": "portal.budget.essentials",
    "debts": "portal.budget.debts",
    "arrears": "portal.budget.arrears",
    "most": "portal.budget.most",
}


def _numbered(name: str, language: Language) -> str:
    kind, _, number = name.rpartition("-")
    return say("portal.budget.month" if kind == "month" else "portal.budget.owed_one", language, n=int(number))


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the sum: what it is called, how much a month, and where the amount comes from."""

    id: str
    name: str
    amount_minor: int | None
    flag: str
    is_above: bool = False
    is_explained: bool = False


def _summed(
    request: HttpRequest, case: Case, told: FinancialStatement, about: Budgeting, found: Budget
) -> dict[str, object]:
    """Return the sum as the page shows it, and the picture of where the money goes."""
    language = language_of_request(request)
    names = {line.id: _name(line, about.table, language) for line in found.lines}
    lines = [
        Shown(
            line.id, names[line.id], line.amount_minor, _flag(line), _is_above(line), line.id in told.explained
        )
        for line in found.lines
    ]  # fmt: skip
    left = found.disposable_income_minor
    return {
        "found": found,
        "lines": lines,
        "left_minor": left,
        "unknown": [names[key] for key in found.unknown],
        "has_above": any(line.is_above for line in lines),
        "is_shared": len(found.shares_minor) > 1 and left is not None and left > 0,
        "share_minor": found.shares_minor[0],
        "picture": [(names[one.id], one) for one in picture_of(found)],
        "seen": _mark(found),
        "advice": advice_for(case) if found.is_negative or told.listed_debts_minor else "",
    }


def _name(line: Line, table: Reference, language: Language) -> str:
    found = {one.id: one.name(language) for one in table.categories}.get(line.id)
    housing = table.of(Part.HOUSING)
    if line.id == Part.HOUSING and len(housing) == 1:
        return housing[0].name(language)
    key = _LINE_WORDS.get(line.id, "portal.budget.other")
    return found or say(key, language)


_LINE_WORDS: Final = {
    "housing": "portal.budget.housing",
    "essentials": "portal.budget.essentials",
    "other_debts": "portal.budget.debts",
    "priority_arrears": "portal.budget.arrears",
}


def _flag(line: Line) -> str:
    """Return the words of where an amount comes from; what is assumed at nothing is not called usual."""
    return "none" if line.flag is Flag.ASSUMED and not line.amount_minor else line.flag.value


def _is_above(line: Line) -> bool:
    """Return whether more is spent than is usual, with a reason or without."""
    usual = line.guideline_minor
    return line.flag not in {Flag.ASSUMED, Flag.UNKNOWN} and usual is not None and (line.amount_minor or 0) > usual


def _mark(found: Budget) -> str:
    """Return what tells this sum from another."""
    text = json.dumps(found.to_json(), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_SEEN]
