from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from parley.errors import HomeUnusable
from parley.store import audit, models
from parley.store.keys import KEY_BYTES, Keys, key_id
from parley.store.sealed import Sealed, open_text, open_vault, rewrap, seal_text
from parley.store.vault import Unreadable, Vault, wrap

if TYPE_CHECKING:
    from tests.store.conftest import Book, Home

KEYS = Keys(lender=b"l" * 32, index=b"i" * 32, audit=b"a" * 32)
SECRETS = ("Wilhelmina", "2025550143", "lost my job", "60614", "4000-1234")


@pytest.fixture(scope="module")
def vault() -> Vault:
    return Vault(KEYS, wrap(KEYS.lender, b"s" * KEY_BYTES))


@given(text=st.text(max_size=200))
def test_what_is_sealed_opens_at_its_place(vault: Vault, text: str) -> None:
    key = vault.new_data_key()
    assert vault.open(key, vault.seal(key, text, "T.c:1"), "T.c:1") == text


def test_the_same_text_never_seals_alike(vault: Vault) -> None:
    key = vault.new_data_key()
    assert vault.seal(key, "x", "p") != vault.seal(key, "x", "p")


def test_a_sealed_text_moved_to_another_row_does_not_open(vault: Vault) -> None:
    key = vault.new_data_key()
    sealed = vault.seal(key, "secret", "Message.body_sealed:1")
    for place in ("Message.body_sealed:2", "Inbound.body_sealed:1"):
        with pytest.raises(Unreadable):
            vault.open(key, sealed, place)


@given(at=st.integers(0, 37), bit=st.integers(0, 7))
def test_a_changed_bit_anywhere_does_not_open(vault: Vault, at: int, bit: int) -> None:
    key = vault.new_data_key()
    raw = bytearray(vault.seal(key, "hello", "p"))
    raw[at] ^= 1 << bit
    with pytest.raises(Unreadable):
        vault.open(key, bytes(raw), "p")


@pytest.mark.parametrize("length", [0, 1, 5, 16, 30])
def test_a_text_cut_short_does_not_open(vault: Vault, length: int) -> None:
    key = vault.new_data_key()
    with pytest.raises(Unreadable):
        vault.open(key, vault.seal(key, "hello", "p")[:length], "p")


def test_the_key_of_another_person_does_not_open(vault: Vault) -> None:
    mine, theirs = vault.new_data_key(), vault.new_data_key()
    with pytest.raises(Unreadable) as caught:
        vault.open(theirs, vault.seal(mine, "secret", "p"), "p")
    assert "secret" not in str(caught.value)
    assert "parley audit verify" in caught.value.zh


def test_a_text_of_an_unknown_writer_opens_once_the_writer_is_known(book: Book) -> None:
    row = uuid.uuid4()
    sealed = seal_text(book.vault, None, Sealed.INBOUND_BODY, row, "hello")
    assert open_text(book.vault, book.borrower, Sealed.INBOUND_BODY, row, sealed) == "hello"
    assert open_text(book.vault, None, Sealed.INBOUND_BODY, row, sealed) == "hello"


def test_a_blind_index_tells_kinds_and_keys_apart_and_values_not(vault: Vault) -> None:
    other = Vault(replace(KEYS, index=b"j" * 32), vault.shared_key)
    found = {vault.blind_index("sms", "+1"), vault.blind_index("email", "+1"), other.blind_index("sms", "+1")}
    assert len(found) == 3
    assert vault.blind_index("ab", "c") != vault.blind_index("a", "bc")
    assert vault.blind_index("sms", "+1")[:4] == key_id(KEYS.index)
    assert len(vault.blind_index("sms", "+1")) == 36


def test_nothing_secret_prints(vault: Vault) -> None:
    shown = repr(vault) + str(vault) + repr(vault._opened(vault.shared_key))
    assert "llll" not in shown
    assert "ssss" not in shown


@pytest.mark.parametrize("name", ["lender", "index", "audit"])
def test_a_wrong_key_is_found_out_at_once(home: Home, name: str) -> None:
    wrong = Keys(**{**{each: getattr(home.keys, each) for each in ("lender", "index", "audit")}, name: b"w" * 32})
    with pytest.raises(HomeUnusable, match=f"{name} key does not fit") as caught:
        open_vault(wrong)
    assert "不符" in caught.value.zh


def test_a_lost_key_check_is_not_made_up_again(book: Book) -> None:
    models.KeyCheck.objects.all().delete()
    with pytest.raises(HomeUnusable, match="Restore"):
        open_vault(book.vault.keys)


def test_after_a_change_of_the_lender_key_only_the_new_one_opens(book: Book) -> None:
    message = book.message()
    with transaction.atomic():
        audit.record(book.vault, [*book.first_rows(), message], message.created_at)
    people = [book.person() for _ in range(3)]
    new = replace(book.vault.keys, lender=b"N" * 32)
    assert rewrap(book.vault, new) == 1 + len(people)
    with pytest.raises(HomeUnusable, match="lender key does not fit"):
        open_vault(book.vault.keys)
    vault = open_vault(new)
    again = models.Message.objects.select_related("borrower").get(id=message.id)
    assert "Wilhelmina" in open_text(
        vault, again.borrower, Sealed.MESSAGE_BODY, again.id, bytes(again.body_sealed or b"")
    )
    assert audit.verify(vault).is_sound


def test_the_database_file_holds_no_name_number_or_text(sqlite_home: Home, sqlite_book: Book) -> None:
    rows = [make() for make in sqlite_book.makers().values()]
    with transaction.atomic():
        audit.record(sqlite_book.vault, rows, sqlite_book.offer.at)
    files = sorted(sqlite_home.folder.glob("parley.db*"))
    raw = b"".join(path.read_bytes() for path in files)
    connections.close_all()
    raw += Path(sqlite_home.folder / "parley.db").read_bytes()
    assert b"reminder" in raw
    for secret in SECRETS:
        assert secret.encode() not in raw
        assert secret.encode("utf-16-le") not in raw
