from __future__ import annotations

import random
from pathlib import Path

import pytest

from parley.errors import BadInput
from parley.run.importing.encoding import find_encoding

HANS = "贷款编号,姓名,应还日\nL-1,张伟,2026-03-04\nL-2,欧阳修,2026-03-05\n"
HANT = "貸款編號,姓名,應繳日\nL-1,陳大文,2026-03-04\nL-2,林美玲,2026-03-05\n"
# Given names hold rarer characters than ordinary text: of the second level, and some beyond it.
SURNAMES = {"gb18030": "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗", "big5": "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴徐"}
GIVEN = {"gb18030": "伟芳娜敏静丽强磊军洋淼璐璟珺玥睿熙桂英建", "big5": "怡君淑芬雅婷美玲志明妤宥翔詠晴珮瑜鈺婷宏"}


def found(folder: Path, raw: bytes, wanted: str = "") -> str:
    path = folder / "book.csv"
    path.write_bytes(raw)
    encoding = find_encoding(path, "book.csv", wanted)
    raw.decode(encoding.codec)
    return encoding.name


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (HANS, "utf-8", "utf-8"),
        (HANS, "utf-8-sig", "utf-8"),
        (HANS, "utf-16", "utf-16-le"),
        (HANS, "utf-16-le", "utf-16-le"),
        (HANT, "utf-16-be", "utf-16-be"),
        ("no,name\n1,Ada\n", "utf-16-le", "utf-16-le"),
        (HANS, "gb18030", "gb18030"),
        (HANS, "gbk", "gb18030"),
        (HANT, "gb18030", "gb18030"),
        (HANT, "big5", "big5"),
        ("編號,姓名\n1,李㗎\n2,黃大仙嘅\n", "big5hkscs", "big5"),
        ("no,name\n1,José Müller\n", "cp1252", "windows-1252"),
        ("no,name,balance (£)\n1,Ada,3\n", "cp1252", "windows-1252"),
    ],
)
def test_an_encoding_is_found_from_the_bytes(tmp_path: Path, text: str, codec: str, name: str) -> None:
    assert found(tmp_path, text.encode(codec)) == name


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"])
def test_a_byte_order_mark_goes_before_what_the_map_says(tmp_path: Path, mark: bytes) -> None:
    codec = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}[mark]
    assert found(tmp_path, mark + HANS.encode(codec), wanted="big5") == codec


@pytest.mark.parametrize("name", ["gb18030", "big5"])
def test_books_of_twenty_names_are_told_apart(tmp_path: Path, name: str) -> None:
    draw = random.Random(7)
    codec = {"gb18030": "gb18030", "big5": "cp950"}[name]
    for _ in range(100):
        rows = "".join(
            f"A{n},{draw.choice(SURNAMES[name])}{draw.choice(GIVEN[name])}{draw.choice(GIVEN[name])},{n}\n"
            for n in range(20)
        )
        assert found(tmp_path, f"no,name,balance\n{rows}".encode(codec)) == name


def test_an_encoding_that_is_named_is_taken_and_checked(tmp_path: Path) -> None:
    assert found(tmp_path, HANT.encode("big5"), wanted="Big5") == "big5"
    with pytest.raises(BadInput, match=r"line 2, byte \d+: this is not utf-8"):
        found(tmp_path, b"no,name\n1,\xd5\xc5\n", wanted="utf-8")
    with pytest.raises(BadInput, match="latin-9 is not one Parley reads"):
        found(tmp_path, b"no,name\n", wanted="latin-9")


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("编号,姓名\n1,张三李四王五赵六\n".encode() + b"2,\xd5\xc5\n", "line 3, byte .*not utf-8"),
        ("no,name\n1,山田太郎\n2,鈴木一郎\n".encode("shift_jis"), "cannot be told.*cp932"),
        (b"no,name\n1,\xd5\xc5\n", "cannot be told.*gb18030 or big5"),
        (b"no,name\n1,\0\n", "line 2, byte .*NUL"),
    ],
)
def test_what_cannot_be_told_is_asked_for_and_not_guessed(tmp_path: Path, raw: bytes, says: str) -> None:
    with pytest.raises(BadInput, match=says) as caught:
        found(tmp_path, raw)
    assert caught.value.zh
