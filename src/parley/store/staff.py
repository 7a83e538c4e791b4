"""Log-ins of staff: made, checked, locked after wrong tries. Instants are wall time: a movable clock unlocks nothing.

A wrong name and a wrong password take the same time and get the same answer.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import transaction

from parley.errors import BadInput
from parley.locale import Language
from parley.store import audit, models
from parley.store.vault import Vault

# NIST SP 800-63B-4, 3.1.1.2: at least 15 characters where a password is the only factor; length, not composition.
SHORTEST_PASSWORD: Final = 15
LONGEST_PASSWORD: Final = 200
LONGEST_SHOWN: Final = 60
# What borrowers may be told: letters, with spaces, full stops, hyphens, apostrophes and middle dots within.
_SPOKEN: Final = re.compile(r"[^\W\d_]+(?:[ .'’·-]+[^\W\d_]+)*\.?")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}", re.ASCII)
# 20 characters of 32: 100 bits. No letters that look alike.
_ONE_TIME: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_ONE_TIME_CHARACTERS: Final = 20


class Role(StrEnum):
    """What a member of staff is here to do; `web.roles` says what each may see and do."""

    AGENT = "agent"
    LEAD = "lead"
    COMPLIANCE = "compliance"
    ADMINISTRATOR = "administrator"


def name_for(row: models.Operator | None, language: Language) -> str:
    """Return what a borrower who reads *language* may know *row* by: the name shown, never the log-in's.

    "" where there is nobody, or no such name: figures and signs are none, and other than Latin letters would make an
    English text longer.
    """
    if row is None or not row.is_active:
        return ""
    shown = row.display_name.strip()
    is_name = _SPOKEN.fullmatch(shown) is not None and shown.casefold() != row.name.casefold()
    return shown if is_name and (language is not Language.EN or shown.isascii()) else ""


def one_time_password() -> str:
    """Return a random password in groups that can be read out."""
    signs = "".join(secrets.choice(_ONE_TIME) for _ in range(_ONE_TIME_CHARACTERS))
    return "-".join(signs[first : first + 5] for first in range(0, _ONE_TIME_CHARACTERS, 5))


def add_operator(
    name: str, display_name: str, role: Role, password: str, by: str, now: datetime, vault: Vault, *, is_one_time: bool
) -> models.Operator:
    """Add a log-in. Raises BadInput for a name that is taken or malformed, or a password that is too short."""
    if not _NAME.fullmatch(name):
        raise BadInput(
            "A log-in name has 1 to 40 of a-z, 0-9, dot, dash and underscore, and begins with a letter or digit.",
            "登录名须为 1 至 40 位小写字母、数字、点、横线或下划线，且以字母或数字开头。",
        )
    _check_password(password)
    shown = display_name.strip() or name
    if len(shown) > LONGEST_SHOWN:
        raise BadInput("The name shown has at most 60 characters.", "显示姓名最多 60 个字符。")
    with transaction.atomic():
        if models.Operator.objects.filter(name=name).exists():
            raise BadInput(f"There is a log-in named {name} already.", f"登录名 {name} 已存在。")
        row = models.Operator.objects.create(
            name=name,
            display_name=shown,
            role=role,
            password=make_password(password),
            is_one_time=is_one_time,
            created_at=now,
            created_by=by,
        )
        tell("operator.added", row, by, now, vault, {"role": str(role)})
    return row


def reset_password(
    row: models.Operator, password: str, by: str, now: datetime, vault: Vault, *, is_one_time: bool
) -> None:
    """Give a log-in another password; open sessions end, a lock is lifted."""
    _check_password(password)
    with transaction.atomic():
        row.password, row.is_one_time = make_password(password), is_one_time
        row.failed_tries, row.locked_until = 0, None
        row.save(update_fields=["password", "is_one_time", "failed_tries", "locked_until"])
        tell("operator.password", row, by, now, vault, {})


def set_active(row: models.Operator, by: str, now: datetime, vault: Vault, *, is_active: bool) -> None:
    """Let somebody in again, or no more; their sessions end with the next page."""
    with transaction.atomic():
        row.is_active = is_active
        row.save(update_fields=["is_active"])
        tell("operator.active", row, by, now, vault, {"is_active": is_active})


def change_role(row: models.Operator, role: Role, by: str, now: datetime, vault: Vault) -> None:
    """Give somebody another role; it holds from their next page on."""
    with transaction.atomic():
        row.role = role
        row.save(update_fields=["role"])
        tell("operator.role", row, by, now, vault, {"role": str(role)})


def log_in(
    name: str, password: str, now: datetime, vault: Vault, *, tries: int, lock_minutes: int
) -> models.Operator | None:
    """Return who logs in, or None: wrong name, wrong password, locked, or no longer active.

    After *tries* wrong passwords in a row the log-in is locked for *lock_minutes*. A one-time password is used up.
    """
    with transaction.atomic():
        row = models.Operator.objects.select_for_update().filter(name=name[:40]).first()
        if row is None or not row.is_active or (row.locked_until is not None and row.locked_until > now):
            make_password(password)
            return None
        if not row.check_password(password):
            _count_failure(row, now, vault, tries, lock_minutes)
            return None
        row.failed_tries, row.locked_until, row.last_login = 0, None, now
        if row.is_one_time:
            row.set_unusable_password()
            row.is_one_time = False
        row.save(update_fields=["failed_tries", "locked_until", "last_login", "password", "is_one_time"])
        tell("operator.logged_in", row, row.name, now, vault, {})
    return row


def _count_failure(row: models.Operator, now: datetime, vault: Vault, tries: int, lock_minutes: int) -> None:
    row.failed_tries += 1
    if row.failed_tries >= tries:
        row.failed_tries, row.locked_until = 0, now + timedelta(minutes=lock_minutes)
        tell("operator.locked", row, row.name, now, vault, {"minutes": lock_minutes})
    row.save(update_fields=["failed_tries", "locked_until"])


def tell(kind: str, row: models.Operator, by: str, now: datetime, vault: Vault, data: Mapping[str, object]) -> None:
    """Write an audited event about a log-in. Inside the caller's transaction."""
    event = models.Event.objects.create(at=now, kind=kind, data={"operator": row.pk, "by": by, **data})
    audit.record(vault, [event], now)


def _check_password(password: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadInput(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; a few words in a row are easiest.",
            f"密码长度须为 {SHORTEST_PASSWORD} 至 {LONGEST_PASSWORD} 个字符；用几个词连成一句最容易记。",
        )
