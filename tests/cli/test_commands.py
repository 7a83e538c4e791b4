from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from unittest import mock

import pytest
from django.db import connections

from parley.cli.main import main
from parley.cli.speech import is_chinese, lang_first

MAP = """
[fields]
reference = { column = "no" }
name = { column = "name" }
language = { value = "en" }
jurisdiction = { value = "US" }
product = { value = "loan" }
product_kind = { value = "loan" }
currency = { value = "USD" }
principal = { column = "balance" }
annual_rate_bps = { value = 12 }
"""


@dataclass(frozen=True, slots=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def parley(*words: str, home: Path, **environ: str) -> Done:
    """Run the program as its entry point does, in this process: starting one takes longer than the command."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("PARLEY", "LC_", "LANG"))}
    told = {**known, "PARLEY_HOME": str(home), "COLUMNS": "200", **environ}
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.dict(os.environ, told, clear=True),
        mock.patch.object(sys, "argv", ["parley", *words]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    connections.close_all()
    code = ended.value.code
    assert code is None or isinstance(code, int)
    return Done(code or 0, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("cli") / "home"
    assert parley("init", home=root).returncode == 0
    return root


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "book.csv").write_text("no,name,balance\nL-1,Ada,10.50\nL-2,Ben,-3\n", encoding="utf-8")
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    return str(tmp_path / "book.csv"), str(tmp_path / "map.toml")


def test_a_new_home_is_private_and_healthy(home: Path) -> None:
    assert home.stat().st_mode & 0o777 == 0o700
    for name in ("settings.toml", "keys/lender.key", "parley.sqlite3"):
        assert (home / name).stat().st_mode & 0o777 == 0o600
    done = parley("doctor", home=home)
    assert done.returncode == 0, done.stdout
    assert "BAD" not in done.stdout


def test_init_never_writes_into_a_folder_in_use(home: Path) -> None:
    before = sorted(path.name for path in home.iterdir())
    done = parley("init", home=home)
    assert (done.returncode, "not empty" in done.stderr) == (2, True)
    assert sorted(path.name for path in home.iterdir()) == before


def test_init_that_fails_leaves_nothing(tmp_path: Path) -> None:
    done = parley("init", home=tmp_path / "h", PARLEY_DATABASE_URL="sqlite:////nowhere/at/all.sqlite3")
    assert done.returncode == 3, done.stderr
    assert not (tmp_path / "h").exists()


def test_a_command_without_a_home_says_how_to_make_one(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "parley.cli.main", "audit", "verify", "--home", str(tmp_path / "none")]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, "parley init" in done.stderr, "Traceback" in done.stderr) == (3, True, False)


def test_all_or_nothing_then_good_rows_then_again(home: Path, files: tuple[str, str]) -> None:
    book, map_file = files
    refused = parley("import", "accounts", book, "--map", map_file, home=home)
    assert (refused.returncode, "nothing was written" in refused.stderr) == (2, True)
    kept = parley("import", "accounts", book, "--map", map_file, "--good-rows", home=home)
    assert (kept.returncode, "added 1 " in kept.stdout, "refused 1" in kept.stdout) == (1, True, True)
    again = parley("import", "accounts", book, "--map", map_file, "--good-rows", home=home)
    assert "added 0 · changed 0 · unchanged 1 " in again.stdout
    assert "Ada" not in refused.stdout + refused.stderr + kept.stdout + kept.stderr
    assert parley("audit", "verify", home=home).returncode == 0


def test_a_missing_file_a_folder_and_a_missing_map_are_told_apart(home: Path, files: tuple[str, str]) -> None:
    book, map_file = files
    for words, says in (
        (("import", "accounts", "nobody.csv", "--map", map_file), "does not exist"),
        (("import", "accounts", str(home), "--map", map_file), "is a folder"),
        (("import", "accounts", book, "--map", "nobody.toml"), "The map nobody.toml cannot be read"),
        (("import", "accounts", book, "--map", map_file, "--set", "language"), "FIELD=VALUE"),
    ):
        done = parley(*words, home=home)
        assert (done.returncode, says in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize("command", ["import", "migrate", "serve", "nightly"])
def test_a_full_disk_while_the_lock_is_taken_is_one_clear_error(
    home: Path, files: tuple[str, str], command: str
) -> None:
    words = {"import": ("accounts", files[0], "--map", files[1]), "nightly": ("--as-of", "2026-11-03")}
    with mock.patch("os.pwrite", side_effect=OSError(errno.ENOSPC, "No space left on device")):
        done = parley(command, *words.get(command, ()), home=home, LANG="zh_CN.UTF-8")
    assert (done.returncode, "is full" in done.stderr, "已满" in done.stderr) == (1, True, True)


def test_what_would_be_added_is_not_said_to_be(home: Path, files: tuple[str, str]) -> None:
    done = parley("import", "accounts", files[0], "--map", files[1], "--dry-run", home=home, LANG="zh_CN.UTF-8")
    assert "would be added" in done.stdout
    assert "拟新增" in done.stdout


def test_help_does_not_wait_for_the_database_layer() -> None:
    words = [sys.executable, "-X", "importtime", "-m", "parley.cli.main", "--help"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert "import" in done.stdout
    for heavy in ("django", "phonenumbers", "parley.nlu", "parley.store"):
        assert f" {heavy}\n" not in done.stderr, heavy


def test_a_lost_key_and_a_corrupt_database_are_named_by_doctor(home: Path) -> None:
    key, database = home / "keys" / "index.key", home / "parley.sqlite3"
    good_key, good_data = key.read_bytes(), database.read_bytes()
    try:
        key.write_bytes(b"AAAA\n")
        done = parley("doctor", home=home)
        assert (done.returncode, "index key is damaged" in done.stdout) == (1, True)
        database.write_bytes(b"not a database at all" * 100)
        done = parley("doctor", home=home)
        assert (done.returncode, "BAD database" in done.stdout, "Traceback" in done.stderr) == (1, True, False)
    finally:
        key.write_bytes(good_key)
        database.write_bytes(good_data)


def test_a_wrong_setting_is_named_with_its_line_in_both_languages(home: Path) -> None:
    settings = home / "settings.toml"
    good = settings.read_text(encoding="utf-8")
    try:
        settings.write_text(good + "\n[nightly2]\n", encoding="utf-8")
        done = parley("settings", home=home, LANG="zh_CN.UTF-8")
        line = good.count("\n") + 2
        assert done.returncode == 2
        assert f"line {line}:" in done.stderr
        assert f"第 {line} 行" in done.stderr
    finally:
        settings.write_text(good, encoding="utf-8")


def test_settings_are_printed_with_what_is_allowed(home: Path) -> None:
    done = parley("settings", home=home)
    assert done.returncode == 0
    assert "reminder_days_before" in done.stdout
    assert "1 to 14" in done.stdout


@pytest.mark.parametrize(
    ("argv", "environ", "expected"),
    [
        ([], {}, False),
        ([], {"LANG": "zh_CN.UTF-8"}, True),
        ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, False),
        (["--lang", "zh", "doctor"], {}, True),
        (["--lang=en", "doctor"], {"LANG": "zh_TW.UTF-8"}, False),
    ],
)
def test_chinese_is_spoken_where_asked_for(argv: list[str], environ: dict[str, str], expected: bool) -> None:
    assert is_chinese(argv, environ) is expected


def test_a_map_is_suggested_and_never_written_over(home: Path, files: tuple[str, str], tmp_path: Path) -> None:
    shown = parley("import", "accounts", files[0], "--suggest", home=home)
    assert (shown.returncode, 'principal = { column = "balance" }' in shown.stdout) == (0, True)
    out = tmp_path / "new.toml"
    kept = parley("import", "accounts", files[0], "--suggest", "--map", str(out), home=home, LANG="zh_CN.UTF-8")
    assert (kept.returncode, "NEEDED" in kept.stdout) == (0, True)
    assert "根据 book.csv 建议" in out.read_text(encoding="utf-8")
    again = parley("import", "accounts", files[0], "--suggest", "--map", str(out), home=home)
    assert (again.returncode, "is there already" in again.stderr) == (2, True)
    unanswered = parley("import", "accounts", files[0], "--map", str(out), home=home)
    assert (unanswered.returncode, "the map lacks reference, language" in unanswered.stderr) == (2, True)
    bare = parley("import", "accounts", files[0], home=home)
    assert (bare.returncode, "--suggest" in bare.stderr) == (2, True)
    assert list((home / "imports").glob("*.data")) == []


def test_imports_are_listed_and_taken_back(home: Path, tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text("no,name,balance\nM-1,Eve,10.50\nM-2,Sam,9\n", encoding="utf-8")
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    words = ("import", "accounts", str(tmp_path / "more.csv"), "--map", str(tmp_path / "map.toml"), "--by", "ann")
    done = parley(*words, home=home)
    number = done.stdout.split("--undo ")[1].split()[0]
    listed = parley("import", "--list", home=home)
    assert (listed.returncode, number in listed.stdout, "more.csv" in listed.stdout) == (0, True, True)
    assert "ann" in listed.stdout
    undone = parley("import", "--undo", number, "--by", "bob", home=home, LANG="zh_CN.UTF-8")
    assert (undone.returncode, "taken back 2 rows" in undone.stdout, "已撤销 2 行" in undone.stdout) == (0, True, True)
    again = parley("import", "--undo", number, home=home)
    assert (again.returncode, "This import is undone" in again.stderr) == (2, True)
    assert parley("import", "--undo", "0000", home=home).returncode == 2
    assert (parley("import", home=home).returncode, parley("audit", "verify", home=home).returncode) == (2, 0)
    assert "Eve" not in done.stdout + listed.stdout + undone.stdout + undone.stderr


def test_a_case_file_is_checked_and_a_broken_one_refused(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text(
        "cases:\n- {id: a, kind: irr, inputs: {cashflows: [-100, 110]}, expect: {irr_percent_per_period: 10}}\n",
        encoding="utf-8",
    )
    good = parley("check", "maths", str(path), home=home, LANG="zh_CN.UTF-8")
    assert (good.returncode, good.stdout) == (0, "1 passed, 0 failed\n通过 1，失败 0\n")
    path.write_text(path.read_text(encoding="utf-8").replace("period: 10", "period: 9.99"), encoding="utf-8")
    wrong = parley("check", "maths", str(path), home=home)
    line = "a: irr_percent_per_period: expected 9.99, got 10.0000000000"
    assert (wrong.returncode, wrong.stdout) == (1, f"{line}\n0 passed, 1 failed\n")
    path.write_text("cases: [", encoding="utf-8")
    broken = parley("check", "maths", str(path), home=home)
    assert (broken.returncode, "line 1, column 9" in broken.stderr) == (2, True)


def test_scenarios_of_law_are_judged_without_a_home(tmp_path: Path) -> None:
    path = tmp_path / "scenarios.yaml"
    path.write_text(
        "- id: a\n  jurisdiction: GB\n  citation: none\n  confidence: memory\n"
        "  given: {purpose: servicing, channel: email, now: 2026-11-23T12:00+00:00}\n"
        "  expect: {decision: allow, reason_code: ok}\n",
        encoding="utf-8",
    )
    nowhere = tmp_path / "no-home"
    good = parley("check", "rules", str(path), str(path), home=nowhere, LANG="zh_CN.UTF-8")
    assert (good.returncode, good.stdout) == (0, "2 passed, 0 failed\n通过 2，失败 0\n")
    elsewhere = parley("check", "rules", str(path), "--rulebook", str(tmp_path / "rules"), home=nowhere)
    assert (elsewhere.returncode, "is no folder" in elsewhere.stderr) == (2, True)
    path.write_text(path.read_text(encoding="utf-8").replace("allow", "block"), encoding="utf-8")
    wrong = parley("check", "rules", str(path), home=nowhere)
    assert (wrong.returncode, wrong.stdout.startswith("a: expected block (ok), got allow (ok)\n")) == (1, True)
    assert wrong.stdout.endswith("0 passed, 1 failed\n")
    path.write_text("- id: [", encoding="utf-8")
    broken = parley("check", "rules", str(path), home=nowhere)
    assert (broken.returncode, "line 1, column 8" in broken.stderr) == (2, True)
    assert not nowhere.exists()


@pytest.mark.parametrize(
    ("argv", "moved"),
    [
        (["explain", "x", "--lang", "zh"], ["--lang", "zh", "explain", "x"]),
        (["explain", "--lang=zh", "x"], ["--lang=zh", "explain", "x"]),
        (["read", "--", "--lang", "zh"], ["read", "--", "--lang", "zh"]),
        (["doctor", "--lang"], ["doctor", "--lang"]),
        ([], []),
    ],
)
def test_the_language_may_be_named_anywhere_but_in_what_is_quoted(argv: list[str], moved: list[str]) -> None:
    assert lang_first(argv) == moved


def test_rules_are_linted_and_a_broken_file_refused_with_its_line(tmp_path: Path) -> None:
    nowhere = tmp_path / "no-home"
    good = parley("rules", "lint", home=nowhere, LANG="zh_CN.UTF-8")
    assert (good.returncode, ", 0 findings\n" in good.stdout, "0 项问题" in good.stdout) == (0, True, True)
    rules = tmp_path / "rules"
    shutil.copytree(Path(str(resources.files("parley.rulebook"))) / "data", rules)
    uncased = parley("rules", "lint", str(rules), "--cases", str(tmp_path / "rules" / "holidays"), home=nowhere)
    assert (uncased.returncode, "us/ma/collection.toml, line" in uncased.stdout) == (2, False)
    (tmp_path / "none").mkdir()
    uncased = parley("rules", "lint", str(rules), "--cases", str(tmp_path / "none"), home=nowhere)
    assert (uncased.returncode, "us/ma/collection.toml, line 6: ma-cap: it has no case" in uncased.stdout) == (1, True)
    broken = rules / "us" / "ma" / "collection.toml"
    broken.write_text(broken.read_text(encoding="utf-8").replace("max = 2", "most = 2"), encoding="utf-8")
    refused = parley("rules", "lint", str(rules), home=nowhere)
    assert (refused.returncode, "us/ma/collection.toml, line 17" in refused.stderr) == (2, True)
