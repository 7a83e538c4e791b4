from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from parley.errors import BadInput
from parley.run.importing.fits import fit
from parley.run.importing.headings import countries, match, words_of
from parley.run.importing.mapping import compile_map, read_map
from parley.run.importing.rows import Kind, targets_of
from parley.run.importing.source import Reading
from parley.run.importing.suggest import suggest
from parley.run.importing.table import Table, open_table

ENGLISH = "Acct No,Cust Name,Mobile,Outstanding Bal,Int Rate,Due Date,Status,State,ZIP,Notes"
ENGLISH_ROW = 'L{n:04},Ada {n},+1 650 253 {n:04},"$1,{n:03}.50",19.99%,2026-03-{day:02},{status},{state},9404{digit},x'
HANS = "贷款编号;姓名;手机号;剩余本金;年利率;应还日;贷款状态;月供"
HANT = "貸款編號;戶名;行動電話;本金餘額;年利率;應繳日;貸款狀態;月付金"
CHINESE_ROW = "D{n:04};张{n}三;{phone}{n:04};1.{n:03},50;18,5;2026年3月{day}日;{status};1{n},25"


def table(
    folder: Path, header: str, row: str, words: Sequence[str], rows: int = 40, codec: str = "utf-8", **more: str
) -> Table:
    lines = [header]
    for n in range(rows):
        told = {
            "n": n,
            "day": n % 28 + 1,
            "digit": n % 10,
            "status": words[n % len(words)],
            "state": ("CA", "TX")[n % 2],
        }
        lines.append(row.format(**told, **more))
    path = folder / "book.csv"
    path.write_bytes("\n".join([*lines, ""]).encode(codec))
    return open_table(path, "book.csv", Reading(10_000), 100)


def made(found: Table, kind: Kind = Kind.ACCOUNTS, *, chinese: bool = False) -> tuple[str, dict[str, Any]]:
    text = suggest(found, kind, "book.csv", chinese=chinese)
    return text, tomllib.loads(text)["fields"]


def answered(text: str) -> bytes:
    """Return the map as a lender leaves it who agrees with every proposal."""
    return re.sub(r"(?<=\n)# (?=\w+ = \{)", "", text).encode()


def test_english_headings_and_values_become_a_map_that_runs_once_answered(tmp_path: Path) -> None:
    found = table(tmp_path, ENGLISH, ENGLISH_ROW, ("Active", "Closed"))
    text, fields = made(found)
    assert fields == {
        "reference": {"column": "Acct No"},
        "name": {"column": "Cust Name"},
        "phone": {"column": "Mobile"},
        "postcode": {"column": "ZIP"},
        "jurisdiction": {"template": "US-{State}"},
        "zones": {"from": "jurisdiction"},
        "principal": {"column": "Outstanding Bal", "group": ",", "sign": "$"},
        "annual_rate_bps": {"column": "Int Rate"},
        "status": {"column": "Status", "table": {"Active": "open", "Closed": "closed"}},
        "next_due_on": {"column": "Due Date"},
    }
    assert "4 answers are needed" in text
    assert "Not used: Notes" in text
    with pytest.raises(BadInput, match="the map lacks language, product, product_kind, currency"):
        compile_map(read_map(text.encode(), "m", Kind.ACCOUNTS), found.header, {})
    ready = compile_map(read_map(answered(text), "m", Kind.ACCOUNTS), found.header, {})
    rows = [ready.row(record) for record in found.records()]
    first: Any = rows[0]
    assert (first.principal, first.annual_rate_bps, first.language, first.jurisdiction) == (
        100_050,
        1_999,
        "en",
        "US-CA",
    )
    assert first.zones == ("America/Los_Angeles",)


@pytest.mark.parametrize(
    ("header", "words", "codec", "phone", "language", "place"),
    [
        (HANS, ("正常", "已结清"), "gb18030", "1381234", "zh-Hans", "CN"),
        (HANT, ("正常", "已結清"), "big5", "+88691234", "zh-Hant", "TW"),
    ],
)
def test_chinese_headings_become_a_map_that_runs_once_answered(
    tmp_path: Path, header: str, words: Sequence[str], codec: str, phone: str, language: str, place: str
) -> None:
    row = CHINESE_ROW.replace("张", "陳") if codec == "big5" else CHINESE_ROW
    found = table(tmp_path, header, row, words, codec=codec, phone=phone)
    text, fields = made(found, chinese=True)
    names = header.split(";")
    assert tomllib.loads(text)["delimiter"] == ";"
    assert tomllib.loads(text)["encoding"] == codec
    assert fields["principal"] == {"column": names[3], "decimal": ",", "group": "."}
    assert fields["annual_rate_bps"] == {"column": names[4], "decimal": ","}
    assert fields["next_due_on"] == {"column": names[5], "format": "YYYY年M月D日"}
    assert fields["status"]["table"] == {words[0]: "open", words[1]: "closed"}
    assert fields["next_due"] == {"column": names[7], "decimal": ","}
    assert "确定" in text
    if place == "CN":
        assert f'# language = {{ value = "{language}" }}' in text
        assert f'# jurisdiction = {{ value = "{place}" }}' in text
    ready = compile_map(read_map(answered(text), "m", Kind.ACCOUNTS), found.header, {})
    assert len([ready.row(record) for record in found.records()]) == 40


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (("03/04/2026", "05/06/2026"), "?"),
        (("03/04/2026", "25/06/2026"), "D/M/YYYY"),
        (("03/04/2026", "06/25/2026"), "M/D/YYYY"),
        # A file in which some program has turned some of the days proves nothing.
        (("25/06/2026", "06/25/2026", "03/04/2026"), "?"),
        (("04.04.2026", "5.5.2026"), "D.M.YYYY"),
        (("2026/3/4",), "YYYY/M/D"),
        (("20260304",), "YYYYMMDD"),
        (("04-Mar-2026",), "DD-MMM-YYYY"),
        (("2026-03-04",), None),
    ],
)
def test_the_order_of_day_and_month_is_proven_or_asked_for(values: Sequence[str], form: str | None) -> None:
    found = fit(targets_of(Kind.ACCOUNTS)["next_due_on"], values)
    assert found.options.get("format") == form
    assert bool(found.asks) is (form == "?")
    for asked in found.asks:
        assert "D/M/YYYY" in asked.en
        assert "D/M/YYYY" in asked.zh


@pytest.mark.parametrize(("value", "says"), [("115/03/04", "Republic of China"), ("04/03/26", "two digits")])
def test_days_that_no_form_reads_are_explained(tmp_path: Path, value: str, says: str) -> None:
    (tmp_path / "book.csv").write_text(f"loan no,due date\nL-1,{value}\nL-2,{value}\n", encoding="utf-8")
    text, _ = made(open_table(tmp_path / "book.csv", "book.csv", Reading(10_000), 100))
    assert says in text


def test_what_is_asked_for_keeps_the_map_from_running(tmp_path: Path) -> None:
    path = tmp_path / "book.csv"
    path.write_text("id,acct,amount,time\nT1,A1,5,03/04/2026 10:00\nT2,A1,5,03/05/2026 10:00\n", encoding="utf-8")
    found = open_table(path, "book.csv", Reading(10_000), 100)
    text, fields = made(found, Kind.TRANSACTIONS)
    assert fields["at"] == {"column": "time", "format": "?", "zone": "?"}
    with pytest.raises(BadInput, match=r"line \d+: \? is not an IANA time zone"):
        compile_map(read_map(answered(text), "m", Kind.TRANSACTIONS), found.header, {})


@pytest.mark.parametrize(
    ("values", "options"),
    [
        (("1,240.50", "3"), {"group": ","}),
        (("1.240,50", "3"), {"decimal": ",", "group": "."}),
        (("1240,5",), {"decimal": ","}),
        (("1 240.50",), {"group": " "}),
        (("1'240.50",), {"group": "'"}),
        (("1,00,000.00",), {"group": ","}),
        (("1.240",), {"decimal": ",", "group": "."}),
        (("1,240",), {"group": ","}),
        (("¥1240.5", "¥3"), {"sign": "¥"}),
        (("1240元",), {"sign": "元"}),
        (("1e+05", "20000"), {}),
    ],
)
def test_the_style_of_amounts_is_read_from_them(values: Sequence[str], options: dict[str, str]) -> None:
    found = fit(targets_of(Kind.ACCOUNTS)["principal"], values)
    assert (found.options, found.fits) == (options, len(values))


@pytest.mark.parametrize(
    ("values", "region"),
    [
        (("13812340001", "13912340002"), "CN"),
        (("07912 345678", "07400 123456"), "GB"),
        # Croatia's mobile numbers look the same; so do Denmark's and Singapore's, Finland's and Australia's.
        (("0912345678", "0987654321"), "?"),
        (("91234567", "98765432"), "?"),
        (("0412 345 678", "0423 456 789"), "?"),
        (("010-2345-6789", "010-8765-4321"), "KR"),
        (("8613812340001",), "CN"),
        (("+1 650 253 0000", "+86 138 1234 0001"), None),
        (("6502530000", "7182530000"), "US"),
    ],
)
def test_numbers_tell_their_country_or_it_is_asked_for(values: Sequence[str], region: str | None) -> None:
    assert fit(targets_of(Kind.ACCOUNTS)["phone"], values).options.get("region") == region


def test_numbers_are_known_without_a_heading_and_other_columns_decide_between_countries(tmp_path: Path) -> None:
    rows = "".join(f"A-{n},650253{n:04},TX\n" for n in range(20))
    (tmp_path / "book.csv").write_text(f"loan no,c2,state\n{rows}", encoding="utf-8")
    _, fields = made(open_table(tmp_path / "book.csv", "book.csv", Reading(10_000), 100))
    assert fields["phone"] == {"column": "c2", "region": "US"}


def test_the_sign_of_the_amounts_decides_too(tmp_path: Path) -> None:
    rows = "".join(f"A-{n},07912 3456{n:02},£{n}.50\n" for n in range(20))
    (tmp_path / "book.csv").write_text(f"loan no,mobile,balance\n{rows}", encoding="utf-8")
    text, fields = made(open_table(tmp_path / "book.csv", "book.csv", Reading(10_000), 100))
    assert fields["phone"] == {"column": "mobile", "region": "GB"}
    assert '# currency = { value = "GBP" }' in text


def test_words_that_nobody_knows_are_named_and_left_out() -> None:
    found = fit(targets_of(Kind.ACCOUNTS)["status"], ("正常", "核销", "冻结"))
    assert found.options["table"] == {"正常": "open", "核销": "charged_off"}
    assert "冻结" in found.notes[0].en


def test_a_column_serves_one_field_and_the_better_heading_wins(tmp_path: Path) -> None:
    text = "Loan ID,Customer ID,Balance,Current Balance\nL1,C1,5,6\nL2,C2,5,6\n"
    (tmp_path / "book.csv").write_text(text, encoding="utf-8")
    _, fields = made(open_table(tmp_path / "book.csv", "book.csv", Reading(10_000), 100))
    assert fields["reference"] == {"column": "Loan ID"}
    assert fields["borrower_reference"] == {"column": "Customer ID"}
    assert fields["principal"] == {"column": "Balance"}


def test_a_heading_that_only_holds_a_word_counts_for_less() -> None:
    assert match("Acct. No.", Kind.ACCOUNTS, "reference") == match("ＡＣＣＴ　ＮＯ", Kind.ACCOUNTS, "reference") == 100
    assert 0 < match("Total Outstanding Balance (USD)", Kind.ACCOUNTS, "principal") < 100
    assert 0 < match("Outstandng Balance", Kind.ACCOUNTS, "principal") < 100
    assert match("Notes", Kind.ACCOUNTS, "reference") == 0


@pytest.mark.parametrize("kind", list(Kind))
def test_every_field_that_is_needed_has_headings_in_both_languages(kind: Kind) -> None:
    text = (resources.files("parley.data") / "imports" / "headings.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    for target in targets_of(kind).values():
        words = [*tables["all"].get(target.name, ()), *tables.get(kind.value, {}).get(target.name, ())]
        if target.is_required:
            assert any(word.isascii() for word in words), target.name
            assert any(not word.isascii() for word in words), target.name
    assert set(tables.get(kind.value, {})) <= set(targets_of(kind))


def test_every_word_of_the_tables_means_a_word_of_its_field() -> None:
    targets = targets_of(Kind.ACCOUNTS)
    for name in ("status", "product_kind", "language"):
        assert set(words_of(name).values()) <= set(targets[name].words)
    assert set(words_of("yes_no").values()) == {"true", "false"}
    for country in countries().values():
        assert country.language in targets["language"].words


def test_a_hostile_heading_stays_a_text_of_the_map(tmp_path: Path) -> None:
    heading = 'loan no" } \\ 引'
    (tmp_path / "book.csv").write_text(f'"{heading.replace(chr(34), chr(34) * 2)}",x\nL1,1\n', encoding="utf-8")
    _, fields = made(open_table(tmp_path / "book.csv", "book.csv", Reading(10_000), 100))
    assert fields["reference"] == {"column": heading}


def test_a_column_that_says_the_same_again_and_again_is_no_key(tmp_path: Path) -> None:
    rows = "{n:04},{status},{n}"
    _, fields = made(table(tmp_path, "Deal code,Acct No,Owed", rows, ("Open", "Shut")))
    assert "reference" not in fields
    _, fields = made(table(tmp_path, "Deal code,Acct No,Owed", "{status},{n:04},{n}", ("Open", "Shut")))
    assert fields["reference"] == {"column": "Acct No"}


def test_a_cell_that_is_no_figure_is_no_negative_one(tmp_path: Path) -> None:
    text, _ = made(table(tmp_path, "Acct No,Owed", "L{n},{status}{n}", ("-", "")))
    assert "Negative values: 20;" in text
    text, _ = made(table(tmp_path, "Acct No,Owed", "L{n},{status}", ("-", "12")))
    assert "Negative values" not in text
