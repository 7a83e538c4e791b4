"""Layers 0 to 3 and the simulation are pure: no socket, file, clock, environment or shared random generator.

What they need of these comes in as arguments, so that a decision can be replayed with that day's facts.
"""

from __future__ import annotations

import ast
import sys

import pytest

from tests.house.source import Module, imports, modules, names_of, parse
from tests.house.test_layers import LAYERS

PURE = frozenset(package for package, layer in LAYERS.items() if layer <= 3) | {"simulation"}

# Libraries that compute and do not talk; what they read is their own data, part of their version.
PURE_LIBRARIES = {
    "babel": "CLDR data: plural rules, formats",
    "phonenumbers": "numbering plans",
    "stdnum": "check digits",
    "numpy": "arithmetic on columns",
}

# Standard library modules that reach outside the process or differ from run to run.
IMPURE_STANDARD = frozenset(
    "asyncio atexit builtins concurrent ctypes dbm fileinput ftplib getpass glob http imaplib importlib inspect io "
    "locale logging mmap multiprocessing os pathlib pickle platform poplib random resource sched secrets select "
    "selectors shelve shutil signal smtplib socket socketserver sqlite3 ssl subprocess sys tempfile threading time "
    "urllib webbrowser".split()
)

# Single names of those modules that are pure after all.
PURE_NAMES = {
    # A generator made from a seed that came in as an argument.
    "random": frozenset({"Random"}),
    # Text into parts; no request is made.
    "urllib": frozenset({"quote", "unquote", "urlencode", "urlsplit", "urlunsplit", "parse_qs"}),
    # In-memory streams.
    "io": frozenset({"BytesIO", "StringIO"}),
}

IMPURE_CALLS = frozenset({"open", "print", "input", "exec", "eval", "__import__", "breakpoint"})
# Attributes that read a clock or draw an unrepeatable number, whatever they hang on.
IMPURE_ATTRIBUTES = frozenset({"now", "utcnow", "today", "uuid1", "uuid4", "SystemRandom"})
CLOCK_OWNERS = frozenset({"datetime", "date", "uuid", "random", "Instant", "dt"})


def impurities(module: Module, known: frozenset[str] = frozenset()) -> list[str]:
    return [*_impure_imports(module, known), *_impure_uses(module)]


def _impure_imports(module: Module, known: frozenset[str]) -> list[str]:
    found = []
    for name, node in imports(module, known):
        top = name.partition(".")[0]
        if top == "parley":
            continue
        if top not in sys.stdlib_module_names:
            if top not in PURE_LIBRARIES:
                found.append(f"{module.at(node)} {name} is not among the libraries that only compute")
        elif top in IMPURE_STANDARD:
            allowed = PURE_NAMES.get(top, frozenset())
            taken = {alias.name for alias in node.names} if isinstance(node, ast.ImportFrom) else {"*"}
            if not taken <= allowed:
                found.append(f"{module.at(node)} imports {name}")
    return found


def _impure_uses(module: Module) -> list[str]:
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS:
            found.append(f"{module.at(node)} calls {node.func.id}()")
        if (
            isinstance(node, ast.Attribute)
            and node.attr in IMPURE_ATTRIBUTES
            and ast.unparse(node.value).rpartition(".")[2] in CLOCK_OWNERS
        ):
            found.append(f"{module.at(node)} uses {ast.unparse(node)}")
        if isinstance(node, ast.ImportFrom) and node.module == "uuid":
            taken = {alias.name for alias in node.names} & IMPURE_ATTRIBUTES
            found.extend(f"{module.at(node)} imports {name}" for name in sorted(taken))
        if isinstance(node, ast.Global):
            found.append(f"{module.at(node)} changes a global")
    return found


def test_pure_packages_touch_nothing_outside() -> None:
    known = names_of(modules())
    assert [problem for module in modules() if module.package in PURE for problem in impurities(module, known)] == []


@pytest.mark.parametrize(
    "text",
    [
        "import socket",
        "from os import environ",
        "import os.path",
        "from pathlib import Path",
        "import random\nx = random.random()",
        "from random import choice",
        "import time",
        "import sqlite3",
        "from django.db import models",
        "import requests",
        "from importlib import resources",
        "def f() -> bytes:\n    return open('x', 'rb').read()",
        "from datetime import datetime, UTC\nx = datetime.now(UTC)",
        "import datetime\nx = datetime.datetime.now()",
        "from datetime import date\nx = date.today()",
        "import uuid\nx = uuid.uuid4()",
        "from uuid import uuid4",
        "def f() -> None:\n    print('x')",
        "def f() -> None:\n    global x",
    ],
)
def test_purity_check_sees(text: str) -> None:
    assert impurities(parse("parley.engine.turn", text))


@pytest.mark.parametrize(
    "text",
    [
        "from random import Random\nx = Random(7).random()",
        "from datetime import time, datetime\nx = time(8)",
        "import phonenumbers",
        "from urllib.parse import quote",
        "import uuid\nx = uuid.UUID(int=1)",
        "def f(now: object) -> object:\n    return case.now",
    ],
)
def test_purity_check_allows(text: str) -> None:
    assert impurities(parse("parley.engine.turn", text)) == []
