"""The code and the texts of the project as the house tests read them: parsed once, never imported."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"

# What a reader of the repository sees; .venv, .demo and caches are not part of it.
PUBLIC_FOLDERS = ("src", "tests", "docs", "tools", "requirements", "changelog.d", ".ci")
TEXT_SUFFIXES = frozenset({".py", ".md", ".toml", ".yaml", ".yml", ".html", ".css", ".js", ".svg", ".txt", ".lock", ""})


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: its dotted name, where it lies, its text and tree."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """The part after `parley.`: the unit that has a layer."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else ""

    def at(self, node: ast.stmt | ast.expr | ast.arg | int) -> str:
        """Say where *node* stands, as a click in an editor wants it."""
        line = node if isinstance(node, int) else node.lineno
        return f"{self.path}:{line}"


def parse(name: str, text: str, path: Path | None = None) -> Module:
    """Return the module *name* with this *text*; self-tests make offending modules with it."""
    where = path or Path("src", *name.split(".")).with_suffix(".py")
    return Module(name, where, text, ast.parse(text))


@cache
def modules() -> tuple[Module, ...]:
    """Return every module of `parley`."""
    found = []
    for path in sorted(SRC.rglob("*.py")):
        parts = path.relative_to(SRC).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append(parse(name, path.read_text(encoding="utf-8"), path.relative_to(ROOT)))
    return tuple(found)


@cache
def python_files() -> tuple[Path, ...]:
    """Return every Python file of the repository, tests and tools too."""
    return tuple(sorted(path for folder in ("src", "tests", "tools") for path in (ROOT / folder).rglob("*.py")))


def public_files() -> Iterator[Path]:
    """Give every text file a reader of the repository sees."""
    for path in sorted(ROOT.iterdir()):
        if path.is_file() and path.suffix in TEXT_SUFFIXES:
            yield path
    for folder in PUBLIC_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in TEXT_SUFFIXES and "__pycache__" not in path.parts:
                yield path


def imports(module: Module, known: frozenset[str]) -> Iterator[tuple[str, ast.stmt]]:
    """Give every import of *module* by its full name; `from a import b` is a.b where that is a module of *known*."""
    is_package = module.path.name == "__init__.py"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = module.name.split(".")
                parents = parents[: len(parents) - node.level + (1 if is_package else 0)]
                base = ".".join([*parents, base] if base else parents)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield (full if full in known else base), node


def names_of(modules_: tuple[Module, ...]) -> frozenset[str]:
    """Return the dotted names of *modules_*."""
    return frozenset(module.name for module in modules_)


def words(identifier: str) -> list[str]:
    """Split an identifier into lower-case words: `maxClient_id` → max, client, id."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)]


def docstrings(tree: ast.AST) -> set[int]:
    """Return the ids of the constant nodes that are docstrings."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                found.add(id(first.value))
    return found
