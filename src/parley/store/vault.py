"""Sealing: how names, addresses and texts lie in the database, and how they are found again without being read.

A sealed text:   01 | id of the data key, 4 bytes | nonce, 12 bytes | AES-256-GCM ciphertext and tag
A wrapped key:   01 | id of the lender key, 4     | nonce, 12       | the same, of the data key
A blind index:   id of the index key, 4 | HMAC-SHA256, 32

The place (table.column and row) is authenticated with the text, so a ciphertext moved to another row does not open.
Must not know: models. Keys and texts never appear in a repr, an error or a log line.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from parley.errors import HomeUnusable
from parley.store.keys import KEY_BYTES, KEY_ID_BYTES, Keys, key_id

VERSION = b"\x01"
NONCE_BYTES = 12
HEAD_BYTES = 1 + KEY_ID_BYTES
TEXT_START = HEAD_BYTES + NONCE_BYTES
# Unwrapped data keys kept in memory; 10,000 take about 5 MB.
CACHED_KEYS = 10_000
_WRAP_PLACE = b"parley/data-key"
_DIGEST_SALT = b"parley/audit/text"
_COMMITMENT_SALT = b"parley/audit/row"


class Unreadable(HomeUnusable):
    """A sealed text does not open: it was changed, moved to another row, or sealed with another key."""

    operator_code = "sealed-unreadable"


def _unreadable() -> Unreadable:
    return Unreadable(
        "A sealed field does not open: it was changed outside Parley, moved between rows, or sealed with another key. "
        "Run `parley audit verify`, and check that keys and database belong together.",
        "某个加密字段无法解密：可能在 Parley 之外被改动、被挪到其他行，或由另一密钥加密。"
        "请运行 `parley audit verify`，并确认密钥与数据库相匹配。",
    )


def _wrong_lender_key(expected: bytes, found: bytes) -> HomeUnusable:
    return HomeUnusable(
        f"The lender key does not fit this database: it was sealed with key {expected.hex()}, this is {found.hex()}. "
        "Use the key that belongs to it (PARLEY_HOME, or your backup of the keys).",
        f"贷款机构密钥与此数据库不符：数据库由密钥 {expected.hex()} 加密，当前为密钥 {found.hex()}。"
        "请使用与之对应的密钥（检查 PARLEY_HOME 或密钥备份）。",
    )


@dataclass(frozen=True, slots=True)
class _Opened:
    """An unwrapped data key, ready for use."""

    id: bytes
    head: bytes
    cipher: AESGCM = field(repr=False)
    digest_key: bytes = field(repr=False)


class Vault:
    """Seals and opens with the keys of one home. Safe to share between threads."""

    def __init__(self, keys: Keys, shared_key: bytes) -> None:
        """Take the keys and what `KeyCheck` holds; raises HomeUnusable where the lender key is not its own."""
        self.keys = keys
        self.shared_key = shared_key
        # Derived from a key that is not in the database: who can only write there cannot forge a commitment.
        self.commitment_key = hmac.digest(keys.audit, _COMMITMENT_SALT, "sha256")
        self._index_key_id = key_id(keys.index)
        self._lender_key_id = key_id(keys.lender)
        self._lender = AESGCM(keys.lender)
        # Only successes are kept; a failed unwrapping raises each time.
        self._opened: Callable[[bytes], _Opened] = lru_cache(maxsize=CACHED_KEYS)(self._unwrap)
        self._shared = self._opened(shared_key)

    def __repr__(self) -> str:
        return f"Vault({self.keys!r})"

    def new_data_key(self) -> bytes:
        """Return a new random data key, wrapped; it is stored as it is."""
        return wrap(self.keys.lender, secrets.token_bytes(KEY_BYTES))

    def seal(self, data_key: bytes, text: str, place: str) -> bytes:
        """Return *text* sealed under the wrapped *data_key* for *place* (`Table.column:row`)."""
        opened = self._opened(data_key)
        nonce = secrets.token_bytes(NONCE_BYTES)
        return opened.head + nonce + opened.cipher.encrypt(nonce, text.encode(), place.encode())

    def open(self, data_key: bytes, sealed: bytes, place: str) -> str:
        """Return the text that was sealed for *place*. Raises Unreadable for anything else."""
        return self._decrypt(self._opener(data_key, sealed), sealed, place.encode()).decode()

    def text_digest(self, data_key: bytes, sealed: bytes, place: str) -> bytes:
        """Return a digest of the sealed text that nobody can guess from without the data key; gone when it is gone."""
        opened, where = self._opener(data_key, sealed), place.encode()
        text = self._decrypt(opened, sealed, where)
        return hmac.digest(opened.digest_key, where + b"\n" + text, "sha256")

    def is_shared(self, sealed: bytes) -> bool:
        """Return whether *sealed* lies under the shared key, for texts whose writer was not known."""
        return sealed[1:HEAD_BYTES] == self._shared.id

    def blind_index(self, kind: str, value: str) -> bytes:
        """Return the look-up key of *value* (already in its one normal form) among values of *kind*."""
        message = len(kind).to_bytes(2, "big") + kind.encode() + value.encode()
        return self._index_key_id + hmac.digest(self.keys.index, message, "sha256")

    def rewrapped(self, data_key: bytes, new_lender_key: bytes) -> bytes:
        """Return *data_key* wrapped by another lender key; what it sealed stays as it is."""
        return wrap(new_lender_key, self._raw(data_key))

    def forget(self) -> None:
        """Drop every data key from memory; after an erasure."""
        self._opened = lru_cache(maxsize=CACHED_KEYS)(self._unwrap)

    def _opener(self, data_key: bytes, sealed: bytes) -> _Opened:
        return self._shared if self.is_shared(sealed) else self._opened(data_key)

    def _decrypt(self, opened: _Opened, sealed: bytes, place: bytes) -> bytes:
        if sealed[:HEAD_BYTES] != opened.head:
            raise _unreadable()
        try:
            return opened.cipher.decrypt(sealed[HEAD_BYTES:TEXT_START], sealed[TEXT_START:], place)
        except (InvalidTag, ValueError):
            raise _unreadable() from None

    def _raw(self, wrapped: bytes) -> bytes:
        found = wrapped[1:HEAD_BYTES]
        if found != self._lender_key_id:
            raise _wrong_lender_key(found, self._lender_key_id)
        try:
            return self._lender.decrypt(wrapped[HEAD_BYTES:TEXT_START], wrapped[TEXT_START:], _WRAP_PLACE)
        except (InvalidTag, ValueError):
            raise _unreadable() from None

    def _unwrap(self, wrapped: bytes) -> _Opened:
        raw = self._raw(wrapped)
        return _Opened(key_id(raw), VERSION + key_id(raw), AESGCM(raw), hmac.digest(raw, _DIGEST_SALT, "sha256"))


def wrap(lender_key: bytes, data_key: bytes) -> bytes:
    """Return *data_key* wrapped by *lender_key*."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + key_id(lender_key) + nonce + AESGCM(lender_key).encrypt(nonce, data_key, _WRAP_PLACE)
