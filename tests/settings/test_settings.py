from __future__ import annotations

import contextlib
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.errors import BadInput
from parley.settings import Settings, default_settings_text, load_settings, rows_of
from parley.settings.load import check_together
from parley.settings.messages import Messages
from parley.settings.model import SECTIONS, Contact, Lender
from parley.settings.toml import parse


def refused(text: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        load_settings(text.encode(), "settings.toml")
    return caught.value


def test_an_empty_file_gives_the_defaults() -> None:
    assert replace(load_settings(b"", "settings.toml"), digest="") == Settings()


def test_the_default_file_reads_back_as_the_defaults() -> None:
    text = default_settings_text()
    assert replace(load_settings(text.encode(), "settings.toml"), digest="") == Settings()


def test_the_default_file_keeps_the_lender_it_was_made_for() -> None:
    lender = Lender(hotline="95000", agent_names={"en": "Fang", "zh-Hans": "王芳", "zh-Hant": "王芳"})
    assert load_settings(default_settings_text(lender=lender).encode(), "s").lender == lender


def test_every_setting_is_explained_in_both_languages() -> None:
    rows = rows_of(Settings())
    assert len(rows) == sum(len(fields(kind)) for kind in SECTIONS.values())
    for row in rows:
        assert row.en.endswith(".")
        assert row.zh.endswith("。")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("[nightly]\nreminder_days_befor = 3\n", 2, "Did you mean reminder_days_before"),
        ("\n[nigthly]\n", 2, "Did you mean nightly"),
        ("[nightly]\n\nreminder_days_before = 'three'\n", 3, "a whole number, 1 to 14"),
        ("[nightly]\nreminder_days_before = 15\n", 2, "1 to 14"),
        ("[nightly]\nreminder_days_before = 3.0\n", 2, "a whole number"),
        ("[nightly]\nreminder_days_before = true\n", 2, "a whole number"),
        ("[nightly]\noverdue_days = []\n", 2, "one or more"),
        ("[nightly]\noverdue_days = [1, 1]\n", 2, "different"),
        ("[contact]\nunsigned_exceptions_bind = 1\n", 2, "true or false"),
        ("[messages]\nprovider = 'pigeon'\n", 2, "one of sandbox"),
        ("[lender]\ndisplay_name = {en = 'A'}\n", 2, "also has zh-Hans, zh-Hant"),
        ("[lender]\ndisplay_name = {fr = 'A'}\n", 2, "fr is not known"),
        ('[lender]\nhotline = "a\\nb"\n', 2, "one line"),
        ("[crisis]\npage_by = 'webhook'\n", 2, "webhook_url"),
        ("[crisis]\npage_by = 'webhook'\nwebhook_url = 'http://a.example'\n", 2, "https://"),
        ("[keys]\nsource = 'command'\n", 2, "keys.command"),
        ("[guidance]\nadvice_granted_by = 'FCA'\n", 2, "advice_reference"),
        ("[guidance]\noptions_reference = 'FRN 1'\n", 2, "options_granted_by"),
        ("[lender_notices]\ndeliver_by = 'post'\n", 2, "one of none, file, webhook, both"),
        ("[lender_notices]\ndeliver_by = 'webhook'\n", 2, "needs webhook_url"),
        ("[lender_notices]\nwebhook_url = 'http://core.example'\ndeliver_by = 'both'\n", 3, "https://"),
        ("[lender_notices]\ndeliver_by = 'both'\nwebhook_url = 'http://127.0.0.1.example/'\n", 2, "https://"),
        ("[nightly]\na = = 3\n", 2, "not TOML"),
        ("lender = 3\n", 1, "a section"),
    ],
)
def test_a_wrong_line_is_refused_with_its_number_and_what_is_allowed(text: str, line: int, says: str) -> None:
    error = refused(text)
    assert f"settings.toml, line {line}:" in error.en
    assert says in error.en
    assert f"第 {line} 行" in error.zh


def test_a_file_in_another_encoding_is_refused_with_its_line() -> None:
    with pytest.raises(BadInput) as caught:
        load_settings("[lender]\nhotline = '热线'\n".encode("gbk"), "settings.toml")
    assert "line 2" in caught.value.en


def test_unsigned_exceptions_never_bind_outside_the_sandbox() -> None:
    settings = Settings(messages=Messages(provider="carrier"), contact=Contact(unsigned_exceptions_bind=True))
    with pytest.raises(BadInput, match="sandbox"):
        check_together(settings, parse(b"", "settings.toml"))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_and_never_crash(raw: bytes) -> None:
    with contextlib.suppress(BadInput):
        load_settings(raw, "settings.toml")


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('{ "*" = "hold", reminders = "hold" }', "reminders"),
        ('{ "*" = "hope" }', "hope"),
        ('{ "*" = "resend" }', "never sent again on doubt"),
        ('{ "*" = "hold", collection = "resend" }', "never sent again on doubt"),
        ('{ risk_alert = "hold" }', "also has"),
    ],
)
def test_what_is_done_about_unknown_messages_is_checked_when_it_is_read(table: str, says: str) -> None:
    found = refused(f"[messages]\non_unknown = {table}\n")
    assert says in found.en
    assert "line 2" in found.en
