"""Read a settings file. What is unknown, mistyped or impossible is refused with its line and what is allowed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import Field, fields
from datetime import date
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final

from parley.dates import is_zone
from parley.errors import BadInput
from parley.purpose import MAY_RESEND, OnUnknown, Purpose
from parley.settings.field import Setting, default_of, setting_of
from parley.settings.messages import SANDBOX
from parley.settings.model import SECTIONS, Settings
from parley.settings.toml import Document, parse

_TIME_OF_DAY: Final = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
# The name of a route is that of its provider in the ledger, and part of the names of its key.
_ROUTE: Final = re.compile(r"[a-z][a-z0-9-]{0,19}")
# What is told is personal data: it leaves this machine by https only.
_HOOK: Final = re.compile(r"https://[^/\s]|http://(?:127\.0\.0\.1|\[::1\]|localhost)(?::\d+)?(?:/|$)")
# What a value is called in an error, by the type of its default.
_NAMES: Final[dict[type, tuple[str, str]]] = {
    bool: ("true or false", "true 或 false"),
    int: ("a whole number", "整数"),
    str: ("text in quotes", "带引号的文本"),
    tuple: ("a list in [ ]", "方括号内的列表"),
    MappingProxyType: ("a table in { }", "花括号内的表"),
}


def load_settings(raw: bytes, source_name: str) -> Settings:
    """Return the settings of file *raw*; what it does not say keeps its default.

    Raises BadInput naming *source_name*, the line and what is allowed.
    """
    document = parse(raw, source_name)
    sections: dict[str, Any] = {}
    for name, table in document.data.items():
        if name not in SECTIONS:
            raise _unknown(document, (name,), f"[{name}]", sorted(SECTIONS))
        if not isinstance(table, dict):
            raise _wrong(document, (name,), "a section [ ]", "一个 [ ] 节")
        sections[name] = _section(document, name, table)
    settings = Settings(**sections, digest=hashlib.sha256(raw).hexdigest())
    check_together(settings, document)
    return settings


def check_together(settings: Settings, document: Document) -> None:
    """Refuse values that are each possible but not together. Raises BadInput."""
    if settings.contact.unsigned_exceptions_bind and settings.messages.provider != SANDBOX:
        raise _conflict(
            document,
            ("contact", "unsigned_exceptions_bind"),
            f"unsigned exceptions bind only with messages.provider = '{SANDBOX}'",
            f"仅当 messages.provider = '{SANDBOX}' 时，未签署的例外才可生效",
        )
    needed = {"webhook": settings.crisis.webhook_url.startswith("https://"), "command": settings.crisis.command != ""}
    if not needed.get(settings.crisis.page_by, True):
        raise _conflict(
            document,
            ("crisis", "page_by"),
            "page_by = 'webhook' needs webhook_url = 'https://…', and page_by = 'command' needs command",
            "page_by = 'webhook' 需要 webhook_url = 'https://…'，page_by = 'command' 需要 command",
        )
    told = settings.lender_notices
    if told.deliver_by in {"webhook", "both"} and _HOOK.match(told.webhook_url) is None:
        raise _conflict(
            document,
            ("lender_notices", "deliver_by"),
            "a webhook needs webhook_url = 'https://…' (or http:// on 127.0.0.1, [::1] or localhost)",
            "使用 webhook 时须填写 webhook_url = 'https://…'（或本机 127.0.0.1、[::1]、localhost 的 http://）",
        )
    if not all(map(_ROUTE.fullmatch, settings.inbound.routes.split())):
        raise _conflict(
            document,
            ("inbound", "routes"),
            "a route is named by 1 to 20 small letters, figures and dashes, such as sandbox",
            "路由名由 1 至 20 个小写字母、数字和连字符组成，例如 sandbox",
        )
    if settings.nightly.starts_at and not _TIME_OF_DAY.fullmatch(settings.nightly.starts_at):
        raise _conflict(
            document,
            ("nightly", "starts_at"),
            f"{settings.nightly.starts_at!r} is not a time of day; write one such as 15:00, or leave it empty",
            f"{settings.nightly.starts_at!r} 不是时间；请填写如 15:00，或留空",
        )
    if not is_zone(settings.web.zone):
        raise _conflict(
            document,
            ("web", "zone"),
            f"{settings.web.zone!r} is not a time zone; write one such as America/New_York",
            f"{settings.web.zone!r} 不是时区；请填写如 Asia/Shanghai 的时区名",
        )
    _check_on_unknown(settings, document)
    _check_desk(settings, document)
    _check_permissions(settings, document)
    if settings.keys.source == "command" and not settings.keys.command:
        raise _conflict(
            document,
            ("keys", "source"),
            "source = 'command' needs keys.command",
            "source = 'command' 需要填写 keys.command",
        )


def _check_on_unknown(settings: Settings, document: Document) -> None:
    """Refuse a kind of message or an answer that there is not, and the sending again of what may not be sent twice."""
    path = ("messages", "on_unknown")
    for kind, what in settings.messages.on_unknown.items():
        if kind != "*" and kind not in set(Purpose):
            raise _unknown(document, path, kind, ["*", *sorted(Purpose)])
        if what not in set(OnUnknown):
            raise _unknown(document, path, what, sorted(OnUnknown))
        if what == OnUnknown.RESEND and kind not in MAY_RESEND:
            may = ", ".join(sorted(MAY_RESEND))
            raise _conflict(
                document,
                path,
                f"{kind} is never sent again on doubt: the first may have arrived; resend is for {may} alone",
                f"{kind} 不得因不确定而重发（首条可能已送达）；resend 仅限 {may}",
            )


def _check_desk(settings: Settings, document: Document) -> None:
    """Refuse working days and hours that are none."""
    if not all(map(_is_day, settings.desk.closed_on.split())):
        raise _conflict(
            document,
            ("desk", "closed_on"),
            "holds what is no day; write days such as 2026-12-25 with spaces between",
            "含有无效日期；请填写如 2026-12-25 的日期，以空格分隔",
        )
    if settings.desk.opens_hour >= settings.desk.closes_hour:
        raise _conflict(
            document,
            ("desk", "closes_hour"),
            "work ends before it begins; closes_hour lies after opens_hour",
            "结束时间早于开始时间；closes_hour 须晚于 opens_hour",
        )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check_permissions(settings: Settings, document: Document) -> None:
    """Refuse a permission of which only half is told: who gave it, or where that is written."""
    said = settings.guidance
    for name, granted_by, reference in (
        ("options", said.options_granted_by, said.options_reference),
        ("advice", said.advice_granted_by, said.advice_reference),
    ):
        if bool(granted_by.strip()) != bool(reference.strip()):
            raise _conflict(
                document,
                ("guidance", f"{name}_granted_by" if granted_by else f"{name}_reference"),
                f"a permission needs both {name}_granted_by and {name}_reference",
                f"许可须同时填写 {name}_granted_by 与 {name}_reference",
            )


def _section(document: Document, name: str, table: Mapping[str, object]) -> object:
    known = {field.name: field for field in fields(SECTIONS[name])}
    values: dict[str, object] = {}
    for key, value in table.items():
        if key not in known:
            raise _unknown(document, (name, key), key, sorted(known))
        values[key] = _value(document, (name, key), known[key], value)
    return SECTIONS[name](**values)


def _value(document: Document, path: tuple[str, str], field: Field[Any], value: object) -> object:
    spec, kind = setting_of(field), type(default_of(field))
    if isinstance(value, list) and kind is tuple:
        item_kind = type(default_of(field)[0])  # type: ignore[index]  # a tuple's default is never empty
        items = tuple(_single(document, path, spec, item_kind, item) for item in value)
        if not items or len(set(items)) != len(items):
            raise _wrong(document, path, "a list of one or more different values", "至少一个且互不相同的值的列表")
        return items
    if isinstance(value, dict) and kind is MappingProxyType:
        return _mapping(document, path, spec, value, set(default_of(field)))  # type: ignore[call-overload]  # a mapping
    return _single(document, path, spec, kind, value)


def _mapping(
    document: Document, path: tuple[str, str], spec: Setting, value: dict[str, object], needed: set[str]
) -> Mapping[str, str]:
    for key in value:
        if spec.choices and key not in spec.choices:
            raise _unknown(document, path, key, sorted(spec.choices))
    wanted = set(spec.choices) or needed & {"*"}
    if missing := sorted(wanted - set(value)):
        listed = ", ".join(missing)
        raise _wrong(document, path, f"a table that also has {listed}", f"还须包含 {listed} 的表")
    text_only = Setting(spec.en, spec.zh, longest=spec.longest)
    return MappingProxyType({key: str(_single(document, path, text_only, str, item)) for key, item in value.items()})


def _single(document: Document, path: tuple[str, str], spec: Setting, kind: type, value: object) -> object:
    if type(value) is not kind:
        raise _wrong(document, path, *_NAMES[kind], spec)
    if isinstance(value, int) and spec.low is not None and spec.high is not None:
        if not spec.low <= value <= spec.high:
            raise _wrong(document, path, *_NAMES[kind], spec)
    elif isinstance(value, str):
        if spec.choices and value not in spec.choices:
            raise _wrong(document, path, *_NAMES[kind], spec)
        if len(value) > spec.longest or not value.isprintable():
            raise _wrong(
                document,
                path,
                f"one line of at most {spec.longest} characters",
                f"不超过 {spec.longest} 个字符的单行文本",
            )
    return value


def _unknown(document: Document, path: tuple[str, ...], word: str, known: list[str]) -> BadInput:
    line, listed = document.line(*path), ", ".join(known)
    close = get_close_matches(word.strip("[]"), known, n=1)
    hint_en = f" Did you mean {close[0]}?" if close else ""
    hint_zh = f"是否想写 {close[0]}？" if close else ""
    return BadInput(
        f"{document.name}, line {line}: {word} is not known.{hint_en} Known here: {listed}.",
        f"{document.name} 第 {line} 行：无法识别 {word}。{hint_zh}此处可用：{listed}。",
    )


def _wrong(document: Document, path: tuple[str, ...], en: str, zh: str, spec: Setting | None = None) -> BadInput:
    line, key = document.line(*path), ".".join(path)
    more_en = f", {spec.allowed_en}" if spec and spec.allowed_en else ""
    more_zh = f"，{spec.allowed_zh}" if spec and spec.allowed_zh else ""
    return BadInput(
        f"{document.name}, line {line}: {key} must be {en}{more_en}. Correct the line and try again.",
        f"{document.name} 第 {line} 行：{key} 必须是{zh}{more_zh}。请改正该行后重试。",
    )


def _conflict(document: Document, path: tuple[str, ...], en: str, zh: str) -> BadInput:
    line, key = document.line(*path), ".".join(path)
    return BadInput(
        f"{document.name}, line {line}: {key}: {en}. Change one of the two.",
        f"{document.name} 第 {line} 行：{key}：{zh}。请更改其中一项。",
    )
