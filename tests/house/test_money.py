"""Money is a whole number of minor units: no float meets it, in a signature or in arithmetic."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.source import Module, modules, parse

MONEY_TYPE = re.compile(r"\b(Money|Minor)\b")


def _is_money_name(name: str) -> bool:
    return name.endswith("_minor") or name == "minor"


def _mentions_minor(node: ast.AST) -> bool:
    return any(
        (isinstance(part, ast.Name) and _is_money_name(part.id))
        or (isinstance(part, ast.Attribute) and _is_money_name(part.attr))
        for part in ast.walk(node)
    )


def _annotation_problem(name: str, annotation: ast.expr | None) -> bool:
    if annotation is None:
        return False
    text = ast.unparse(annotation)
    is_money = _is_money_name(name) or MONEY_TYPE.search(text) is not None
    return is_money and re.search(r"\bfloat\b", text) is not None


def float_money(module: Module) -> list[str]:
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.arg) and _annotation_problem(node.arg, node.annotation):
            found.append(f"{module.at(node)} argument {node.arg} is a float")
        elif isinstance(node, ast.AnnAssign) and _annotation_problem(ast.unparse(node.target), node.annotation):
            found.append(f"{module.at(node)} field {ast.unparse(node.target)} is a float")
        elif isinstance(node, ast.FunctionDef) and _annotation_problem(node.name, node.returns):
            found.append(f"{module.at(node)} {node.name} returns a float")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"float", "round"}:
            if any(_mentions_minor(argument) for argument in node.args):
                found.append(f"{module.at(node)} {ast.unparse(node)}")
        elif isinstance(node, ast.BinOp):
            sides = (node.left, node.right)
            has_float = any(isinstance(side, ast.Constant) and isinstance(side.value, float) for side in sides)
            if (isinstance(node.op, ast.Div) or has_float) and any(_mentions_minor(side) for side in sides):
                found.append(f"{module.at(node)} {ast.unparse(node)}; use the roundings of parley.money")
    return found


def test_no_float_meets_money() -> None:
    assert [problem for module in modules() for problem in float_money(module)] == []


@pytest.mark.parametrize(
    "text",
    [
        "def pay(amount_minor: float) -> None: ...",
        "def pay(amount: Money | float) -> None: ...",
        "def total_minor(rows: list[int]) -> float: ...",
        "class Plan:\n    fee_minor: float | None",
        "x = float(balance_minor)",
        "x = round(account.balance_minor * rate)",
        "x = balance_minor / 12",
        "x = account.balance_minor * 0.1",
    ],
)
def test_money_check_sees(text: str) -> None:
    assert float_money(parse("parley.servicing.account", text))


@pytest.mark.parametrize(
    "text",
    ["def pay(amount_minor: int, share: float) -> None: ...", "x = balance_minor // 12", "x = balance_minor * 3"],
)
def test_money_check_allows(text: str) -> None:
    assert float_money(parse("parley.servicing.account", text)) == []
