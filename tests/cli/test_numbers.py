"""`parley numbers apply`, as an engineer calls it: the findings of a file, row by row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.test_commands import parley

GOOD = '{"number": "+13125550100", "holder": "reassigned", "at": "2026-01-05T10:00:00+00:00"}'


@pytest.fixture
def home(tmp_path: Path, new_home: Callable[[Path], Path]) -> Path:
    return new_home(tmp_path / "home")


def test_each_line_is_carried_out_or_refused_with_its_place_and_without_its_number(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "findings.jsonl"
    lines = [
        GOOD,
        "",
        GOOD.replace("reassigned", "gone"),
        GOOD.replace("+13125550100", "312 555 0177"),
        GOOD.replace("+00:00", ""),
        GOOD.replace("2026-01-05", "2999-01-05"),
        GOOD.replace('"at"', '"when"'),
        "{",
        GOOD.replace('"holder": "reassigned"', '"line": "fax"'),
        GOOD.replace('"holder": "reassigned"', '"line": "mobile", "network": "Vodafone"'),
        GOOD.replace('"holder": "reassigned", ', ""),
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    done = parley("numbers", "apply", str(file), home=home)
    assert done.returncode == 1
    assert "0 quarantined" in done.stdout and "1 not ours, 9 refused" in done.stdout
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
        *(f"findings.jsonl, line {number}" for number in (3, 4, 5, 6, 7)),
        "findings.jsonl, line 8, column 2",
        *(f"findings.jsonl, line {number}" for number in (9, 10, 11)),
    ]
    assert "0177" not in done.stderr


def test_a_file_that_is_not_there_is_refused(home: Path, tmp_path: Path) -> None:
    done = parley("numbers", "apply", str(tmp_path / "none.jsonl"), home=home)
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be read" in done.stderr
