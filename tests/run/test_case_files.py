"""A case file is read exactly, and one that cannot be is refused with its place."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from parley.errors import BadInput
from parley.run import case_files
from parley.run.case_files import read_case_file

HEAD = "cases:\n- id: a\n  kind: irr\n  expect: {irr: 0}\n  inputs:\n"


def _inputs(tmp_path: Path, text: str) -> object:
    path = tmp_path / "cases.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return read_case_file(path)[0].inputs


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", Decimal("0.1")),
        ("2.0e-06", Decimal("0.0000020")),
        ("1e3", Decimal(1000)),
        ("-5", -5),
        # YAML 1.1 would make these eight, 90 seconds, a date and false.
        ("010", 10),
        ("1:30", "1:30"),
        ("2026-01-01", "2026-01-01"),
        ("no", "no"),
        ("6/15", "6/15"),
        ("'0'", "0"),
        ("true", True),
        ("null", None),
        ("", None),
    ],
)
def test_scalars_are_read_without_guesses(tmp_path: Path, text: str, value: object) -> None:
    assert _inputs(tmp_path, f"    x: {text}\n    y: 1\n") == {"x": value, "y": 1}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("    x: [1\n", "line 7, column 1"),
        ("    x: 1\n    x: 2\n", "line 7, column 5"),
        ("    x: &a [1]\n    y: *a\n", "line 7, column 8"),
        ("    x: !!python/object:os.system 1\n", "line 6, column 8"),
        ("    7: 1\n", "line 6, column 5"),
    ],
)
def test_a_broken_file_is_refused_with_line_and_column(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(BadInput) as fault:
        _inputs(tmp_path, text)
    assert place in fault.value.en
    assert place.split(",", maxsplit=1)[0] in fault.value.zh


def test_a_file_that_is_not_there_not_text_or_far_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cases.yaml"
    with pytest.raises(BadInput):
        read_case_file(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput):
        read_case_file(path)
    monkeypatch.setattr(case_files, "LARGEST_BYTES", 10)
    path.write_text(HEAD, encoding="utf-8")
    with pytest.raises(BadInput):
        read_case_file(path)
