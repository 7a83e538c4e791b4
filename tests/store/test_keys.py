from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path

import pytest

from parley.errors import HomeUnusable
from parley.store import keys as module
from parley.store.keys import (
    KeyCommand,
    KeyFiles,
    Keys,
    KeyVariables,
    create_keys,
    create_webhook_secret,
    key_id,
    load_keys,
    load_webhook_secrets,
)


def encoded(keys: Keys) -> dict[str, str]:
    return {name: base64.b64encode(getattr(keys, name)).decode() for name in module.NAMES}


def test_new_keys_are_private_different_and_read_back(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "keys"
    made = create_keys(folder)
    assert load_keys(KeyFiles(folder)) == made
    assert len({made.lender, made.index, made.audit}) == 3
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_a_key_is_never_overwritten_and_a_refusal_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "audit.key").write_text("old")
    with pytest.raises(HomeUnusable, match="never overwrites") as caught:
        create_keys(tmp_path)
    assert "绝不覆盖" in caught.value.zh
    assert [path.name for path in tmp_path.iterdir()] == ["audit.key"]
    assert (tmp_path / "audit.key").read_text() == "old"


def test_a_disk_that_fills_while_keys_are_made_leaves_no_half_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(HomeUnusable, match="No space left"):
        create_keys(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_key_file_that_others_can_read_is_refused_with_the_command_that_helps(tmp_path: Path) -> None:
    create_keys(tmp_path)
    (tmp_path / "index.key").chmod(0o640)
    with pytest.raises(HomeUnusable, match="chmod 600"):
        load_keys(KeyFiles(tmp_path))


@pytest.mark.parametrize("text", ["", "not base64!", "c2hvcnQ=", "\xff" * 8, "A" * 500])
def test_a_damaged_key_is_named_and_not_shown(tmp_path: Path, text: str) -> None:
    create_keys(tmp_path)
    (tmp_path / "lender.key").write_text(text, encoding="latin-1")
    with pytest.raises(HomeUnusable, match="lender key is damaged") as caught:
        load_keys(KeyFiles(tmp_path))
    assert not text or text not in caught.value.en


def test_a_missing_key_says_to_restore_it(tmp_path: Path) -> None:
    with pytest.raises(HomeUnusable, match=r"lender\.key is missing"):
        load_keys(KeyFiles(tmp_path))
    (tmp_path / "lender.key").mkdir()
    with pytest.raises(HomeUnusable, match="cannot be read"):
        load_keys(KeyFiles(tmp_path))


def test_keys_may_come_from_variables(keys: Keys) -> None:
    variables = {f"PARLEY_{name.upper()}_KEY": text for name, text in encoded(keys).items()}
    assert load_keys(KeyVariables(variables)) == keys
    del variables["PARLEY_INDEX_KEY"]
    with pytest.raises(HomeUnusable, match="PARLEY_INDEX_KEY is not set"):
        load_keys(KeyVariables(variables))


def test_keys_may_come_from_a_command(keys: Keys) -> None:
    script = f"print({json.dumps(encoded(keys))!r})"
    assert load_keys(KeyCommand((sys.executable, "-c", script))) == keys


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ((sys.executable, "-c", "raise SystemExit(3)"), "ended with code 3"),
        ((sys.executable, "-c", "print('{}')"), "JSON object"),
        ((sys.executable, "-c", "print('hello')"), "JSON object"),
        (("/no/such/program",), "cannot be started"),
        ((sys.executable, "-c", "import time; time.sleep(60)"), "did not answer"),
    ],
)
def test_a_key_command_that_fails_says_how(argv: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COMMAND_WAIT_SECONDS", 0.5)
    with pytest.raises(HomeUnusable, match=words) as caught:
        load_keys(KeyCommand(argv))
    assert "提供密钥的命令" in caught.value.zh


def test_keys_print_as_ids_only(keys: Keys) -> None:
    shown = f"{keys!r} {keys} {KeyVariables({'PARLEY_LENDER_KEY': 'abc'})!r}"
    assert key_id(keys.lender).hex() in shown
    assert "LLLL" not in shown
    assert "abc" not in shown


SECRET = "whsec_" + base64.b64encode(b"s" * 24).decode()


def test_a_webhook_secret_is_made_private_and_the_one_before_it_signs_on(tmp_path: Path) -> None:
    first = create_webhook_secret(tmp_path)
    assert load_webhook_secrets(KeyFiles(tmp_path)) == (first,)
    second, third = create_webhook_secret(tmp_path), create_webhook_secret(tmp_path)
    assert load_webhook_secrets(KeyFiles(tmp_path)) == (third, second)
    assert [(path.name, path.stat().st_mode & 0o777) for path in tmp_path.iterdir()] == [("webhook.key", 0o600)]


def test_a_webhook_secret_comes_from_where_the_keys_do(tmp_path: Path) -> None:
    assert load_webhook_secrets(KeyVariables({"PARLEY_WEBHOOK_KEY": f"{SECRET} {SECRET}"})) == (SECRET, SECRET)
    script = tmp_path / "keys.py"
    script.write_text(f"print({json.dumps(json.dumps({'webhook': SECRET}))})", encoding="utf-8")
    assert load_webhook_secrets(KeyCommand((sys.executable, str(script)))) == (SECRET,)


@pytest.mark.parametrize("text", ["whsec_", "whsec_!!", "whsec_c2hvcnQ=", f"{SECRET} x", "A" * 500])
def test_a_damaged_webhook_secret_is_not_shown(text: str) -> None:
    with pytest.raises(HomeUnusable, match="webhook secret is damaged") as caught:
        load_webhook_secrets(KeyVariables({"PARLEY_WEBHOOK_KEY": text}))
    assert SECRET not in caught.value.en


def test_no_webhook_secret_says_how_to_make_one(tmp_path: Path) -> None:
    for source in (KeyFiles(tmp_path), KeyVariables({})):
        with pytest.raises(HomeUnusable, match="parley lender secret"):
            load_webhook_secrets(source)


def test_a_webhook_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    create_webhook_secret(tmp_path)
    (tmp_path / "webhook.key").chmod(0o644)
    with pytest.raises(HomeUnusable, match="chmod 600"):
        load_webhook_secrets(KeyFiles(tmp_path))
