"""Small rules of the house that a reviewer would otherwise say again and again."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.source import ROOT, Module, docstrings, modules, parse, public_files, words

SQL_HOMES = ("parley.store", "parley.columnar")
SQL = re.compile(
    r"\b(SELECT\s.+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|"
    r"CREATE\s+(TABLE|INDEX|VIEW|UNIQUE)\s|ALTER\s+TABLE\s|DROP\s+TABLE\s|PRAGMA\s+\w+)",
    re.DOTALL,
)
# Words that tell a rehearsal from the real thing; code that asks for them would be tested in another form than it runs.
REHEARSAL = frozenset({"demo", "testing", "pytest", "unittest"})
# Addresses that exist on one machine only.
OWN_FOLDERS = re.compile(r"(?<![\w.~$/-])/(home|root|Users|workspace)/[\w.-]+")
OWN_FOLDERS_ALLOWED = frozenset({"tests/house/test_habits.py"})
INDEX_ADDRESS = re.compile(r"https?://|file:|--(extra-)?index-url|--find-links|--trusted-host")


def sql_outside_its_home(module: Module) -> list[str]:
    if module.name.startswith(SQL_HOMES):
        return []
    skipped = docstrings(module.tree)
    return [
        f"{module.at(node)} SQL text belongs in {' or '.join(SQL_HOMES)}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped
        if SQL.search(node.value)
    ]


def prints(module: Module) -> list[str]:
    if module.package == "cli":
        return []
    return [
        f"{module.at(node)} print(): only the command line talks to a terminal"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]


def _asks_for_rehearsal(test: ast.expr) -> bool:
    for node in ast.walk(test):
        name = ""
        if isinstance(node, ast.Name):
            name = node.id
        elif isinstance(node, ast.Attribute):
            name = node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = node.value
        if REHEARSAL & set(words(name)):
            return True
    return False


def rehearsal_branches(module: Module) -> list[str]:
    found: list[str] = []
    for node in ast.walk(module.tree):
        tests: list[ast.expr] = []
        if isinstance(node, ast.If | ast.IfExp | ast.While):
            tests = [node.test]
        elif isinstance(node, ast.Match):
            tests = [node.subject]
        elif isinstance(node, ast.comprehension):
            tests = node.ifs
        elif isinstance(node, ast.BoolOp):
            tests = [node]
        found.extend(
            f"{module.at(test)} branches on {ast.unparse(test)}" for test in tests if _asks_for_rehearsal(test)
        )
        if isinstance(node, ast.Import) and any(alias.name.partition(".")[0] in REHEARSAL for alias in node.names):
            found.append(f"{module.at(node)} imports a test library")
    return found


def own_addresses(where: str, text: str) -> list[str]:
    lines = enumerate(text.splitlines(), start=1)
    return [
        f"{where}:{number} names a folder of one machine"
        for number, line in lines
        if OWN_FOLDERS.search(line) or str(ROOT) in line
    ]


def test_sql_stands_only_in_store_and_columnar() -> None:
    assert [problem for module in modules() for problem in sql_outside_its_home(module)] == []


def test_only_the_command_line_prints() -> None:
    assert [problem for module in modules() for problem in prints(module)] == []


def test_nothing_branches_on_being_a_demo_or_a_test() -> None:
    assert [problem for module in modules() for problem in rehearsal_branches(module)] == []


def test_no_folder_of_one_machine_is_named() -> None:
    files = {str(path.relative_to(ROOT)): path for path in public_files()}
    problems = [
        own_addresses(name, path.read_text(encoding="utf-8"))
        for name, path in files.items()
        if name not in OWN_FOLDERS_ALLOWED
    ]
    assert [problem for per_file in problems for problem in per_file] == []


def test_locks_carry_hashes_and_no_index_address() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.lock")):
        text = lock.read_text(encoding="utf-8")
        assert not INDEX_ADDRESS.search(text), lock.name
        entries = re.split(r"\n(?=[a-z0-9])", text)[1:]
        assert entries
        assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_what_runs_is_what_is_developed_with() -> None:
    def pins(name: str) -> set[str]:
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        return set(re.findall(r"^[a-z0-9][\w.-]*==[^ ]+", text, re.MULTILINE))

    assert pins("run.lock") <= pins("dev.lock")


def test_every_dependency_and_lint_exception_has_its_reason() -> None:
    assert without_reason((ROOT / "pyproject.toml").read_text(encoding="utf-8")) == []


def without_reason(text: str) -> list[str]:
    """Return the entries of the lists of dependencies and lint exceptions above which no comment stands."""
    bare, inside, reason = [], False, False
    for line in map(str.strip, text.splitlines()):
        if line.endswith("= ["):
            inside = line.startswith(("dependencies", "dev", "ignore", '"'))
            reason = False
        elif line == "]":
            inside = False
        elif line.startswith("#"):
            reason = True
        elif inside and not reason:
            bare.append(line)
    return bare


def test_reason_check_sees() -> None:
    assert without_reason('dependencies = [\n  # Why.\n  "a",\n]\nignore = [\n  "E501",\n]') == ['"E501",']


@pytest.mark.parametrize(
    "text",
    [
        'q = "SELECT id\\n FROM account WHERE x = 1"',
        'q = f"INSERT INTO {table} VALUES (1)"',
        'q = "UPDATE account SET x = 1"',
        'q = "PRAGMA journal_mode"',
    ],
)
def test_sql_check_sees(text: str) -> None:
    assert sql_outside_its_home(parse("parley.engine.turn", text))
    assert sql_outside_its_home(parse("parley.store.queue", text)) == []


def test_sql_check_reads_no_docstrings() -> None:
    assert sql_outside_its_home(parse("parley.engine.turn", '"""SELECT x FROM y is not said here."""')) == []


def test_print_check_sees() -> None:
    assert prints(parse("parley.run.serve", "print('x')"))
    assert prints(parse("parley.cli.main", "print('x')")) == []


@pytest.mark.parametrize(
    "text",
    [
        "if is_demo:\n    x = 1",
        "x = 1 if settings.demo else 2",
        "if os.environ.get('PYTEST_CURRENT_TEST'):\n    x = 1",
        "x = is_testing and 1",
        "match home.demo_kind:\n    case _: x = 1",
        "import pytest",
        "if 'pytest' in sys.modules:\n    x = 1",
    ],
)
def test_rehearsal_check_sees(text: str) -> None:
    assert rehearsal_branches(parse("parley.run.work", text))


def test_own_folder_check_sees() -> None:
    assert own_addresses("x.md", "see /home/ann/parley")
    assert own_addresses("x.md", f"see {ROOT}")
    assert own_addresses("x.md", "see https://example.com/home/ann and src/root/x") == []
