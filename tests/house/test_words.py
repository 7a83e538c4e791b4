"""One word for one thing: the glossary binds names in code and the texts borrowers read."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.house.source import Module, modules, parse, words

if TYPE_CHECKING:
    from collections.abc import Iterator

# Not this, but that (docs/glossary.md).
BANNED = {
    "customer": "borrower",
    "client": "borrower (or provider, link, session for software)",
    "debtor": "borrower",
    "installment": "instalment",
    "handoff": "hand_over",
    "handover": "hand_over",
    "clause": "rule",
    "collateral": "security",
    "whitelist": "allowed",
    "blacklist": "refused",
}

# Where a word belongs to somebody else, its owner says so.
ALLOWED = {
    # Reason codes of the collected rule facts are quoted as they came.
    "parley.rulebook.terms": frozenset({"debtor"}),
    # So are the fields of the collected scenarios.
    "parley.contact.scenario": frozenset({"debtor"}),
    # HTTP and its libraries call the asking side a client.
    "parley.providers": frozenset({"client"}),
    "parley.web": frozenset({"client"}),
}


def defined_names(module: Module) -> Iterator[tuple[str, str]]:
    """Give every name the module itself invents, with its place."""
    yield module.name.rpartition(".")[2], str(module.path)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, module.at(node)
        elif isinstance(node, ast.arg):
            yield node.arg, module.at(node)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, module.at(node)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, module.at(node)


def synonyms(module: Module) -> list[str]:
    allowed = frozenset[str]().union(*(owned for name, owned in ALLOWED.items() if module.name.startswith(name)))
    return [
        f"{where} {name}: say {BANNED[word]}, not {word}"
        for name, where in defined_names(module)
        for word in (found.removesuffix("s") for found in words(name))
        if word in BANNED and word not in allowed
    ]


def test_names_are_those_of_the_glossary() -> None:
    assert [problem for module in modules() for problem in synonyms(module)] == []


@pytest.mark.parametrize(
    "text",
    [
        "class Customer: ...",
        "def read_clients() -> None: ...",
        "def f(debtor_id: int) -> None: ...",
        "installments = 3",
        "def f(self: object) -> None:\n    self.maxCustomerAge = 1",
    ],
)
def test_synonym_check_sees(text: str) -> None:
    assert synonyms(parse("parley.servicing.account", text))


def test_synonym_check_sees_the_name_of_a_module() -> None:
    assert synonyms(parse("parley.servicing.customer", ""))


def test_synonym_check_lets_http_have_its_client() -> None:
    assert synonyms(parse("parley.providers.http", "client = 1")) == []
    assert synonyms(parse("parley.contact.gate", "client = 1"))
