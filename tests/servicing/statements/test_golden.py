"""Golden statements in four forms and three languages: the files are the oracle's, and `parley` writes the same.

`python -m tests.servicing.statements.test_golden` writes the files from the oracle alone; see the README beside them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from parley.locale import Language
from parley.servicing.statements.machine import as_csv, as_json
from parley.servicing.statements.value import Statement
from parley.servicing.statements.written import as_markdown, as_text
from tests.servicing.statements.account_cases import ACCOUNTS
from tests.servicing.statements.case import Case
from tests.servicing.statements.pages import Pen
from tests.servicing.statements.plan_cases import PLANS

FOLDER = Path(__file__).parents[2] / "golden" / "statements"
WRITERS: dict[str, Callable[[Statement, Language], str]] = {
    "md": as_markdown,
    "txt": as_text,
    "csv": as_csv,
    "json": as_json,
}
FILES = [(case, form, language) for case in [*PLANS, *ACCOUNTS] for form, language in case.forms.items()]
IDS = [f"{case.name}.{language}.{form}" for case, form, language in FILES]


def kept(case: Case, form: str, language: str) -> str:
    return (FOLDER / f"{case.name}.{language}.{form}").read_bytes().decode()


@pytest.mark.parametrize(("case", "form", "language"), FILES, ids=IDS)
def test_golden_statement_is_what_the_oracle_says(case: Case, form: str, language: str) -> None:
    assert kept(case, form, language) == Pen(case.page, language).write(form)


@pytest.mark.parametrize(("case", "form", "language"), FILES, ids=IDS)
def test_statement_is_the_golden_one(case: Case, form: str, language: str) -> None:
    assert WRITERS[form](case.statement(), Language(language)) == kept(case, form, language)


def test_every_golden_statement_has_its_case_and_there_are_enough() -> None:
    files = {path.name for path in FOLDER.glob("*.*.*")}
    assert files == set(IDS)
    assert len(list(FOLDER.iterdir())) - 1 >= 60


if __name__ == "__main__":
    for golden, one_form, one_language in FILES:
        path = FOLDER / f"{golden.name}.{one_language}.{one_form}"
        path.write_bytes(Pen(golden.page, one_language).write(one_form).encode())
