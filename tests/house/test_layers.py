"""Who may import whom. The table is the architecture; docs/architecture.md draws it."""

from __future__ import annotations

import pytest

from tests.house.source import Module, imports, modules, names_of, parse

# A package imports only strictly lower numbers; packages of one number never import each other.
LAYERS = {
    "money": 0, "dates": 0, "ids": 0, "locale": 0, "errors": 0, "purpose": 0, "interval": 0,
    "servicing": 1, "rulebook": 1, "nlu": 1, "messaging": 1, "learning": 1, "settings": 1,
    "contact": 2, "negotiation": 2,
    "engine": 3,
    "store": 4, "providers": 4, "columnar": 4, "simulation": 4,
    "web": 5,
    "run": 6,
    "cli": 7,
    "__main__": 8,
}  # fmt: skip

# What must be able to contradict the rest may not share its code, not even through others.
INDEPENDENT = {
    # Simulated borrowers speak words of their own; sharing the reader's would make it look better than it is.
    "parley.simulation": ("parley.nlu", "parley.negotiation"),
    # The checker of offers works every plan out anew; it may not share a line with what computed them.
    "parley.run.checking.offers": ("parley.negotiation", "parley.servicing", "parley.rulebook", "parley.engine"),
    # The witness counts broken promises; it may not share a line with what could break them.
    "parley.run.checking": (
        "parley.contact",
        "parley.rulebook",
        "parley.negotiation",
        "parley.engine",
        "parley.messaging",
        "parley.nlu",
        "parley.servicing",
    ),
}


def wrong_layers(module: Module, known: frozenset[str]) -> list[str]:
    if module.package not in LAYERS and module.name != "parley":
        return [f"{module.path}: package {module.package!r} has no layer; give it one in tests/house/test_layers.py"]
    own = LAYERS.get(module.package, -1)
    found = []
    for name, node in imports(module, known):
        top, _, rest = name.partition(".")
        other = rest.partition(".")[0]
        if top == "parley" and other != module.package and LAYERS.get(other, 99) >= own:
            found.append(f"{module.at(node)} {module.package} (layer {own}) imports {name}")
    return found


def graph(all_modules: tuple[Module, ...]) -> dict[str, set[str]]:
    known = names_of(all_modules)
    return {
        module.name: {name for name, _ in imports(module, known) if name in known and name != module.name}
        for module in all_modules
    }


def cycle(edges: dict[str, set[str]]) -> list[str]:
    """Return one import cycle, or nothing."""
    done: set[str] = set()

    def visit(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in done:
            return []
        for other in sorted(edges[name]):
            found = visit(other, [*trail, name])
            if found:
                return found
        done.add(name)
        return []

    for start in sorted(edges):
        found = visit(start, [])
        if found:
            return found
    return []


def reachable(edges: dict[str, set[str]], start: str) -> set[str]:
    """Return every module that importing the package *start* brings in."""
    seen: set[str] = set()
    waiting = [name for name in edges if name == start or name.startswith(start + ".")]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(edges[name])
    return seen


def forbidden_reach(edges: dict[str, set[str]]) -> list[str]:
    return [
        f"{package} reaches {name}"
        for package, closed in INDEPENDENT.items()
        for name in sorted(reachable(edges, package))
        if name.startswith(closed)
    ]


def test_packages_import_only_lower_layers() -> None:
    known = names_of(modules())
    assert [problem for module in modules() for problem in wrong_layers(module, known)] == []


def test_no_import_cycle() -> None:
    assert cycle(graph(modules())) == []


def test_independent_packages_share_no_code_with_what_they_check() -> None:
    assert forbidden_reach(graph(modules())) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("parley.servicing.account", "from parley.contact import gate"),
        ("parley.servicing.account", "import parley.nlu.read"),
        ("parley.servicing.account", "def late() -> None:\n    from parley import store"),
        ("parley.servicing.account", "from ..nlu import read"),
        ("parley.money", "from parley.dates import Instant"),
        ("parley.novelty", "x = 1"),
        ("parley", "from parley.money import Money"),
    ],
)
def test_layer_check_sees(name: str, text: str) -> None:
    known = frozenset({"parley.contact.gate", "parley.nlu.read", "parley.store", "parley.nlu", "parley.dates"})
    assert wrong_layers(parse(name, text), known)


def test_cycle_check_sees() -> None:
    three = (
        parse("parley.a", "from parley import b"),
        parse("parley.b", "from . import c"),
        parse("parley.c", "import parley.a"),
    )
    assert cycle(graph(three)) == ["parley.a", "parley.b", "parley.c", "parley.a"]


def test_independence_check_sees_through_others() -> None:
    edges = {"parley.simulation.speak": {"parley.engine"}, "parley.engine": {"parley.nlu"}, "parley.nlu": set()}
    assert forbidden_reach(edges) == ["parley.simulation reaches parley.nlu"]
