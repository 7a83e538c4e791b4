"""The three keys of a home, where they come from, and what may be wrong with them.

- lender key: wraps the data key of each person
- index key: makes the blind indexes for look-up
- audit key: signs checkpoints and keys the commitments

Each source gives the same three texts: base64 of 32 bytes. Keys never print; their id (first bytes of SHA-256) may.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import secrets
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from parley.errors import HomeUnusable

KEY_BYTES = 32
KEY_ID_BYTES = 4
NAMES = ("lender", "index", "audit")
COMMAND_WAIT_SECONDS = 20
# A key file is a line or two.
_MOST_BYTES = 512


def key_id(key: bytes) -> bytes:
    """Return the public id of a key: the first four bytes of its SHA-256."""
    return hashlib.sha256(key).digest()[:KEY_ID_BYTES]


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one home. Prints as ids only."""

    lender: bytes = field(repr=False)
    index: bytes = field(repr=False)
    audit: bytes = field(repr=False)

    def __post_init__(self) -> None:
        assert all(len(key) == KEY_BYTES for key in (self.lender, self.index, self.audit))

    def __repr__(self) -> str:
        return f"Keys(lender {key_id(self.lender).hex()}, index {key_id(self.index).hex()})"

    def signer(self) -> Ed25519PrivateKey:
        """Return the private key that signs audit checkpoints."""
        return Ed25519PrivateKey.from_private_bytes(self.audit)

    def audit_public(self) -> bytes:
        """Return the public half of the audit key, 32 bytes."""
        return self.signer().public_key().public_bytes_raw()


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """lender.key, index.key and audit.key in one folder."""

    folder: Path


@dataclass(frozen=True, slots=True)
class KeyVariables:
    """PARLEY_LENDER_KEY, PARLEY_INDEX_KEY and PARLEY_AUDIT_KEY of the environment handed in."""

    environment: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyCommand:
    """A program (run without a shell) that prints {"lender": "…", "index": "…", "audit": "…"}."""

    argv: tuple[str, ...]


KeySource = KeyFiles | KeyVariables | KeyCommand

# The secret that notices to the lender are signed with; a home has it only where a webhook gets them.
WEBHOOK = "webhook"
_SECRET_PREFIX = "whsec_"  # noqa: S105 - how Standard Webhooks marks one
# Standard Webhooks: 24 to 64 bytes.
_SECRET_BYTES = range(24, 65)


def create_keys(folder: Path) -> Keys:
    """Write three new keys into *folder* (made with mode 700; files of mode 600).

    Raises HomeUnusable where one of them is there already or the folder cannot be written; nothing is left behind then.
    """
    fresh = {name: secrets.token_bytes(KEY_BYTES) for name in NAMES}
    written: list[Path] = []
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, key in fresh.items():
            path = folder / f"{name}.key"
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            written.append(path)
            _write_text(descriptor, base64.b64encode(key) + b"\n")
    except FileExistsError:
        _remove(written)
        raise HomeUnusable(
            f"There are keys in {folder} already. Parley never overwrites a key: what it sealed would be lost. "
            "Use these keys, or name an empty folder.",
            f"{folder} 中已有密钥。Parley 绝不覆盖密钥，否则以其加密的数据将无法恢复。请使用现有密钥，或指定空目录。",
        ) from None
    except OSError as error:
        _remove(written)
        reason = os.strerror(error.errno or 0)
        raise HomeUnusable(
            f"The keys cannot be written to {folder}: {reason}. Free space or correct the rights of the folder.",
            f"无法将密钥写入 {folder}：{reason}。请腾出空间或更正目录权限。",
        ) from None
    return Keys(**fresh)


def load_keys(source: KeySource) -> Keys:
    """Return the keys of *source*. Raises HomeUnusable with what to do where one is missing, exposed or malformed."""
    match source:
        case KeyFiles(folder):
            texts = {name: _read_file(folder / f"{name}.key") for name in NAMES}
        case KeyVariables(environment):
            texts = {name: _read_variable(environment, name) for name in NAMES}
        case KeyCommand(argv):
            texts = _run_command(argv)
        case _:
            assert_never(source)
    return Keys(**{name: _decode(name, text) for name, text in texts.items()})


def load_webhook_secrets(source: KeySource) -> tuple[str, ...]:
    """Return the secrets of *source* that notices are signed with, as `whsec_…`: one, or two while one is replaced.

    Raises HomeUnusable with what to do where there is none, or one is exposed or malformed. They are never shown.
    """
    secrets_found = _secrets(source, WEBHOOK)
    if not secrets_found:
        raise HomeUnusable(
            "There is no secret to sign notices to the lender with. Make one with `parley lender secret`; where keys "
            "come from the environment or a command, give it there as PARLEY_WEBHOOK_KEY or webhook.",
            "没有用于签署通知的密钥。请运行 `parley lender secret` 生成；密钥来自环境变量或命令时，"
            "请以 PARLEY_WEBHOOK_KEY 或 webhook 提供。",
        )
    if not all(map(_is_secret, secrets_found)):
        raise HomeUnusable(
            "The webhook secret is damaged: it must be whsec_ and base64 of 24 to 64 bytes. Restore it from your "
            "backup, or make a new one with `parley lender secret` and give it to whoever receives the notices.",
            "webhook 密钥已损坏：应为 whsec_ 加上 24 至 64 字节的 base64。请从备份恢复，"
            "或用 `parley lender secret` 生成新密钥并交给接收方。",
        )
    return secrets_found


def callback_key(route: str) -> str:
    """Return what the key is called by which callbacks of *route* are verified."""
    return f"callback-{route}"


def load_callback_secrets(source: KeySource, route: str) -> tuple[str, ...]:
    """Return the secrets of *source* that callbacks of *route* are signed with: one, or two while one is replaced.

    Raises HomeUnusable with what to do where there is none, or one is exposed or malformed. They are never shown.
    """
    secrets_found = _secrets(source, callback_key(route))
    if not secrets_found or not all(map(_is_secret, secrets_found)):
        variable = variable_of(callback_key(route))
        raise HomeUnusable(
            f"There is no secret, or a damaged one, to verify callbacks of {route} with: it is whsec_ and base64 of 24 "
            f"to 64 bytes. Make one with `parley callbacks secret {route}`; where keys come from the environment or a "
            f"command, give it there as {variable} or {callback_key(route)}.",
            f"路由 {route} 没有可用于验证回调的密钥，或密钥已损坏（应为 whsec_ 加上 24 至 64 字节的 base64）。请运行 "
            f"`parley callbacks secret {route}` 生成；密钥来自环境变量或命令时，请以 {variable} 或 "
            f"{callback_key(route)} 提供。",
        )
    return secrets_found


def route_key(route: str, key: str) -> str:
    """Return what the secret *key* of a carrier's *route* is called."""
    return f"route-{route}-{key}"


def load_route_secret(source: KeySource, route: str, key: str) -> str:
    """Return the secret *key* that *route* shows its carrier, such as a password: the first line of what is kept.

    Raises HomeUnusable with what to do where there is none or it is exposed. It is never shown.
    """
    name = route_key(route, key)
    found = _text(source, name).strip().splitlines()
    if not found or not found[0].strip():
        variable = variable_of(name)
        raise HomeUnusable(
            f"The secret {key} of route {route} is missing. Give it with `parley provider secret {route} {key}`; where "
            f"keys come from the environment or a command, as {variable} or {name}.",
            f"缺少通道 {route} 的密钥 {key}。请以 `parley provider secret {route} {key}` 提供；"
            f"密钥来自环境变量或命令时，请以 {variable} 或 {name} 提供。",
        )
    return found[0].strip()


def keep_route_secret(folder: Path, route: str, key: str, secret: str) -> None:
    """Write the secret *key* of *route* into *folder*, mode 600, in place of one that is there. Raises HomeUnusable."""
    _replace(folder, route_key(route, key), secret.encode() + b"\n")


def variable_of(name: str) -> str:
    """Return the environment variable in which the key *name* comes."""
    return f"PARLEY_{name.upper().replace('-', '_')}_KEY"


def _secrets(source: KeySource, name: str) -> tuple[str, ...]:
    return tuple(_text(source, name).split())


def _text(source: KeySource, name: str) -> str:
    """Return what *source* holds under *name*; empty where it holds nothing."""
    match source:
        case KeyFiles(folder):
            path = folder / f"{name}.key"
            text = _read_file(path) if path.exists() else ""
        case KeyVariables(environment):
            text = environment.get(variable_of(name), "")
        case KeyCommand(argv):
            text = _run_command(argv, (name,))[name]
        case _:
            assert_never(source)
    return text


def _is_secret(text: str) -> bool:
    try:
        return len(base64.b64decode(text.removeprefix(_SECRET_PREFIX), validate=True)) in _SECRET_BYTES
    except (binascii.Error, ValueError):
        return False


def create_webhook_secret(folder: Path, name: str = WEBHOOK) -> str:
    """Write a new secret *name* into *folder* and return it; one that is there is kept beside it, and holds too.

    So the other side can change over in its own time; the old line is then deleted by hand.
    """
    path, fresh = folder / f"{name}.key", _SECRET_PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    before = _read_file(path).split()[:1] if path.exists() else []
    _replace(folder, name, "".join(f"{one}\n" for one in (fresh, *before)).encode())
    return fresh


def _replace(folder: Path, name: str, text: bytes) -> None:
    """Write *text* as the key *name*, whole or not at all. Raises HomeUnusable."""
    path = folder / f"{name}.key"
    written = path.with_name(f"{name}.new")
    try:
        written.unlink(missing_ok=True)
        descriptor = os.open(written, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        _write_text(descriptor, text)
        written.replace(path)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise HomeUnusable(
            f"The secret cannot be written to {folder}: {reason}. Free space or correct the rights of the folder.",
            f"无法将密钥写入 {folder}：{reason}。请腾出空间或更正目录权限。",
        ) from None


def _write_text(descriptor: int, text: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _read_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise HomeUnusable(
                    f"The key file {path} can be read by other users. Run: chmod 600 {path}",
                    f"密钥文件 {path} 可被其他用户读取。请运行：chmod 600 {path}",
                )
            return file.read(_MOST_BYTES).decode("ascii", errors="replace")
    except FileNotFoundError:
        raise HomeUnusable(
            f"The key file {path} is missing. Restore it from your backup of the keys; "
            "without it nothing that is sealed can be read. For a new home run `parley init`.",
            f"缺少密钥文件 {path}。请从密钥备份中恢复，否则已加密的数据无法读取。新建数据目录请运行 `parley init`。",
        ) from None
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise HomeUnusable(
            f"The key file {path} cannot be read: {reason}. Run Parley as the user that owns it.",
            f"无法读取密钥文件 {path}：{reason}。请以该文件所有者的身份运行 Parley。",
        ) from None


def _read_variable(environment: Mapping[str, str], name: str) -> str:
    variable = f"PARLEY_{name.upper()}_KEY"
    if not environment.get(variable):
        raise HomeUnusable(
            f"The environment variable {variable} is not set. It holds base64 of {KEY_BYTES} bytes.",
            f"未设置环境变量 {variable}。其内容应为 {KEY_BYTES} 字节的 base64。",
        )
    return environment[variable]


def _run_command(argv: tuple[str, ...], wanted: tuple[str, ...] = NAMES) -> dict[str, str]:
    """Run the key command; its output is never repeated in an error."""
    try:
        # The operator's own setting names the program; it runs without a shell.
        done = subprocess.run(argv, capture_output=True, timeout=COMMAND_WAIT_SECONDS, check=True)  # noqa: S603
        answer = json.loads(done.stdout)
        return {name: str(answer[name]) for name in wanted}
    except subprocess.TimeoutExpired:
        reason_en, reason_zh = f"did not answer in {COMMAND_WAIT_SECONDS} s", f"{COMMAND_WAIT_SECONDS} 秒内无应答"
    except subprocess.CalledProcessError as error:
        reason_en, reason_zh = f"ended with code {error.returncode}", f"以代码 {error.returncode} 结束"
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        reason_en, reason_zh = f"cannot be started: {reason}", f"无法启动：{reason}"
    except (ValueError, KeyError, TypeError):
        names = ", ".join(wanted)
        reason_en, reason_zh = f"did not print a JSON object with {names}", f"未输出含 {names} 的 JSON 对象"
    raise HomeUnusable(
        f"The command that gives the keys {reason_en}. Run it by hand as this user and correct it.",
        f"提供密钥的命令{reason_zh}。请以当前用户手动运行并修正。",
    )


def _decode(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise HomeUnusable(
            f"The {name} key is damaged: it must be base64 of {KEY_BYTES} bytes. Restore it from your backup.",
            f"{name} 密钥已损坏：应为 {KEY_BYTES} 字节的 base64。请从密钥备份中恢复。",
        )
    return key
