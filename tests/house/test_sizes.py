"""One file answers one question, one function fits a screen."""

from __future__ import annotations

import ast

import pytest

from tests.house.source import ROOT, python_files

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 60


def too_long(where: str, text: str) -> list[str]:
    found = []
    lines = len(text.splitlines())
    if lines > MAX_FILE_LINES:
        found.append(f"{where}: {lines} lines, at most {MAX_FILE_LINES}")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                found.append(f"{where}:{node.lineno} {node.name} has {length} lines, at most {MAX_FUNCTION_LINES}")
    return found


def test_files_and_functions_are_short() -> None:
    # Migrations are written by Django's command and read by nobody.
    written = [path for path in python_files() if "migrations" not in path.parts]
    problems = [too_long(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in written]
    assert [problem for per_file in problems for problem in per_file] == []


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n" * (MAX_FILE_LINES + 1),
        "def f() -> None:\n" + "    x = 1\n" * MAX_FUNCTION_LINES,
        "class C:\n    async def f(self) -> None:\n" + "        x = 1\n" * MAX_FUNCTION_LINES,
    ],
)
def test_size_check_sees(text: str) -> None:
    assert too_long("offending.py", text)


def test_size_check_allows_the_limit() -> None:
    assert too_long("fine.py", "def f() -> None:\n" + "    x = 1\n" * (MAX_FUNCTION_LINES - 1)) == []
