"""A witness that shares code with what it checks repeats its mistakes."""

from __future__ import annotations

import sys

import pytest

from tests.house.source import Module, imports, modules, names_of, parse
from tests.house.test_layers import graph, reachable

WITNESS = "parley.run.checking"
MAY_USE = (
    WITNESS,
    "parley.store.models",
    "parley.store.database",
    "parley.store.vault",
    "parley.store.sealed",
    "parley.store.keys",
    "parley.providers.centre_log",
    "parley.providers.port",
    "parley.errors",
    "parley.money",
    "parley.dates",
    "parley.ids",
    "parley.locale",
    "parley.purpose",
)
NEVER = ("contact", "rulebook", "negotiation", "engine", "messaging", "nlu", "servicing")
LIBRARIES = frozenset({"django"})


def foreign(module: Module, known: frozenset[str]) -> list[str]:
    found = []
    for name, node in imports(module, known):
        top = name.partition(".")[0]
        is_ours = top == "parley" and any(name == own or name.startswith(f"{own}.") for own in MAY_USE)
        if not is_ours and top not in sys.stdlib_module_names and top not in LIBRARIES:
            found.append(f"{module.at(node)} imports {name}")
    return found


def _is_witness(module: Module) -> bool:
    return module.name == WITNESS or module.name.startswith(f"{WITNESS}.")


def test_witness_imports_no_code_that_it_checks() -> None:
    known = names_of(modules())
    own = [module for module in modules() if _is_witness(module)]
    assert len(own) > 5
    assert [problem for module in own for problem in foreign(module, known)] == []


def test_witness_reaches_no_code_that_it_checks_through_others() -> None:
    reached = reachable(graph(modules()), WITNESS)
    assert [name for name in sorted(reached) if name.partition(".")[2].partition(".")[0] in NEVER] == []


@pytest.mark.parametrize("package", NEVER)
def test_import_check_sees(package: str) -> None:
    text = f"def late() -> None:\n    from parley.{package} import something"
    assert foreign(parse(f"{WITNESS}.timing", text), frozenset())


def test_import_check_sees_the_ledgers_reader_of_records() -> None:
    assert foreign(parse(f"{WITNESS}.timing", "from parley.store.records import load_records"), frozenset())
