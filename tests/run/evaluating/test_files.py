"""Case files and transcripts: read whole, or refused with the place of what is wrong, in both languages."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from parley.errors import BadInput
from parley.run.evaluating.files import read_borrowers, read_transcripts
from tests.simulation.rne13.conftest import case
from tests.simulation.rne13.test_case import ROW


def plain(value: Any) -> Any:  # noqa: ANN401 - any value of JSON
    return float(value) if isinstance(value, Decimal) else value


def line(**changes: Any) -> str:  # noqa: ANN401 - any field of a row
    return json.dumps(ROW | changes, default=float)


def write(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "borrowers.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_file_is_read_in_its_order(tmp_path: Path) -> None:
    read = read_borrowers(write(tmp_path, line(id="two"), "", line(id="one", shock=None)))
    assert [(each.id, each.shock is None) for each in read] == [("two", False), ("one", True)]
    assert read[0].willing_bps == 7_000


@pytest.mark.parametrize(
    ("lines", "en", "zh"),
    [
        (
            [line(), line(id="x", willing=1.5)],
            "line 2: `willing` must be a fraction from 0 to 1",
            "第 2 行：`willing` 须为",
        ),
        ([line(), line()], "line 2: its id is that of line 1", "第 2 行：编号与第 1 行重复"),
        ([line(), "{"], "line 2, column 2: it is no JSON", "第 2 行第 2 列：不是 JSON"),
        (["[]"], "line 1: it is no JSON object", "第 1 行：不是 JSON 对象"),
        ([""], "it holds 0 lines", "共 0 行"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, lines: list[str], en: str, zh: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_borrowers(write(tmp_path, *lines))
    assert f"The case file borrowers.jsonl cannot be read: {en}" in refused.value.en
    assert f"无法读取案例文件 borrowers.jsonl：{zh}" in refused.value.zh
    assert "Nothing was evaluated" in refused.value.en and "未作任何评估" in refused.value.zh


def test_the_first_wrong_lines_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    lines = [line(id=f"b{n}", balance_minor=-n) for n in range(1, 8)]
    with pytest.raises(BadInput) as refused:
        read_borrowers(write(tmp_path, *lines))
    assert refused.value.en.count("`balance_minor`") == 5
    assert "; and 2 more lines." in refused.value.en and "另有 2 行" in refused.value.zh
    assert "-7" not in refused.value.en


def test_transcripts_are_of_the_borrowers_of_the_run(tmp_path: Path) -> None:
    path = tmp_path / "bot.jsonl"
    path.write_text('{"id": "c-1", "closed": "silent", "messages": 2}\n', encoding="utf-8")
    assert read_transcripts(path, [case()])["c-1"].messages == 2
    with pytest.raises(BadInput, match=r"file of transcripts bot\.jsonl cannot be read: line 1: `id` must be"):
        read_transcripts(path, [case(id="other")])
