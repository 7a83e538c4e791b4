"""The page about registrations shows a file that is read as it stands, and the commands that it names are there."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.test_commands import parley
from tests.house.source import ROOT

PAGE = (ROOT / "docs" / "registrations.md").read_text(encoding="utf-8")
FILE = re.findall(r"^```toml registrations\.toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def home(tmp_path: Path, new_home: Callable[[Path], Path]) -> Path:
    return new_home(tmp_path / "home")


def test_the_file_of_the_page_lets_the_texts_out_that_it_registers(home: Path) -> None:
    refused = parley("templates", "check", "--country", "IN", home=home)
    assert refused.returncode == 1
    assert "in-dlt: Header, template and entity are registered" in refused.stdout
    assert "TCCCPR 2018" in refused.stdout
    assert "reminder.detail (reminder)" in refused.stdout
    (text,) = FILE
    (home / "registrations.toml").write_text(text, encoding="utf-8")
    (home / "registrations.toml").chmod(0o600)
    found = parley("templates", "check", "--country", "IN", home=home).stdout.partition("IN zh-Hans")[0]
    assert "reminder.neutral (reminder)" in found
    assert "reminder.detail (reminder)" not in found
    assert "registrations.toml is valid" in parley("doctor", home=home).stdout


def test_what_is_drafted_and_numbered_is_approved(home: Path) -> None:
    drafted = parley("templates", "draft", "--country", "IN", home=home).stdout
    numbers = itertools.count(1)
    tables = re.sub(r'^id = ""$', lambda _: f'id = "T{next(numbers)}"', drafted, flags=re.MULTILINE)
    sender = FILE[0].partition("[[template]]")[0]
    (home / "registrations.toml").write_text(sender + tables, encoding="utf-8")
    checked = parley("templates", "check", "--country", "IN", home=home)
    assert (checked.returncode, checked.stderr) == (0, "")
    counts = re.findall(r"(\d+) of (\d+) texts approved", checked.stdout)
    assert [approved == of != "0" for approved, of in counts] == [True] * 3


def test_a_draft_without_ids_and_an_unknown_provider_are_refused(home: Path) -> None:
    (home / "registrations.toml").write_text(
        parley("templates", "draft", "--country", "IN", home=home).stdout, encoding="utf-8"
    )
    refused = parley("--lang", "zh", "templates", "check", home=home)
    assert refused.returncode == 2
    assert "registrations.toml, line 3: id is missing" in refused.stderr
    assert "registrations.toml 第 3 行" in refused.stderr
    assert "registrations.toml, line 3" in parley("doctor", home=home).stdout
    (home / "registrations.toml").unlink()
    unknown = parley("templates", "check", "--provider", "pigeon", home=home)
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "alibaba, generic, generic-signed, infobip, sandbox, smpp, tencent, twilio" in unknown.stderr


def test_a_provider_that_carries_no_lender_to_a_place_says_so_in_both_languages(home: Path) -> None:
    found = parley("--lang", "zh", "templates", "check", "--country", "CN", "--provider", "tencent", home=home)
    assert found.returncode == 1
    assert "cn-tencent-finance: Tencent Cloud carries no financial content" in found.stdout
    assert "cn-tencent-finance：腾讯云不承载任何金融相关内容" in found.stdout
