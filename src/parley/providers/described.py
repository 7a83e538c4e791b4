"""A carrier over HTTP described wholly in TOML: what is sent, how answers and callbacks are read. No code in it.

docs/connect-generic.md is the page; this reads the file and refuses, with its line, what nobody asked for.

    settle_seconds = 120
    [request]   address, method, auth (none, basic, bearer, header), user, header, body (json, form), headers, fields
    [answer]    ok (statuses), test and is (a field that must be one of these words), id, code: paths as "messages.0.id"
    [lookup]    address, id, absent (statuses) or empty (a list): optional
    [callbacks] body (json, form), rows, answer; [receipt] and [text]: when, and the paths of their fields
    [[status]] and [[state]]: what its codes and words mean, see `statuses`
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from parley.providers.statuses import Statuses, statuses_of
from parley.rulebook.document import read_document
from parley.rulebook.fields import Fields

PLACEHOLDER: Final = re.compile(r"\{(value:[^{}]{1,80}|[a-z_]+)\}")
PLACEHOLDERS: Final = frozenset(
    {
        *("to", "to_digits", "text", "reference", "seconds", "segments", "callback"),
        *("sender", "sender_id", "signature", "template_id", "use_case_id", "values"),
    }
)
"""What may stand between braces, beside `value:NAME`: one variable of a registered template."""
# Of an address nothing but these: what else it held would stand in the logs of everybody on the way.
_IN_ADDRESS: Final = frozenset({"reference"})
_ADDRESS: Final = re.compile(r"https://[^\s/?#{}]+[^\s]*|http://127\.0\.0\.1:[0-9]+[^\s]*")
_PATH: Final = re.compile(r"[\w-]+(\.[\w-]+)*")
_HEADER: Final = re.compile(r"[A-Za-z0-9-]{1,60}")
_VISIBLE: Final = re.compile(r"[\x20-\x7e]{0,500}")
_MOST_DEEP: Final = 8
_OK: Final = (200, 201, 202)


class Method(StrEnum):
    """How a message is handed over. GET is none: what it sends would stand in an address."""

    POST = "POST"
    PUT = "PUT"


class Auth(StrEnum):
    """How the carrier knows us."""

    NONE = "none"
    BASIC = "basic"
    BEARER = "bearer"
    HEADER = "header"


class Body(StrEnum):
    """What a body is written in."""

    JSON = "json"
    FORM = "form"


class Instant(StrEnum):
    """How the carrier writes an instant; `heard`: it does not, and that of hearing counts."""

    ISO = "iso"
    UNIX = "unix"
    UNIX_MS = "unix_ms"
    HEARD = "heard"


@dataclass(frozen=True, slots=True)
class Asking:
    """What is sent. `fields`: of a form names and templates, of JSON tables within tables."""

    address: str
    method: Method
    auth: Auth
    user: str
    header: str
    body: Body
    headers: Mapping[str, str]
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answering:
    """How an answer is read; empty paths: there is no such field."""

    ok: frozenset[int]
    test: str
    words: frozenset[str]
    id: str
    code: str


@dataclass(frozen=True, slots=True)
class LookingUp:
    """How a message is asked for: the carrier has it where `id` is there.

    It has not where the status is `absent`, or where the list under `empty` holds nothing; anything else says neither.
    """

    address: str
    id: str
    absent: frozenset[int]
    empty: str


@dataclass(frozen=True, slots=True)
class Telling:
    """How callbacks are read; `rows`: where several stand in one post. `answer`: what is said when all was taken."""

    body: Body
    rows: str
    answer: str
    answer_type: str
    receipt: Mapping[str, str]
    receipt_at: Instant
    text: Mapping[str, str]
    text_at: Instant


@dataclass(frozen=True, slots=True)
class Described:
    """A carrier, described. Units: `settle_seconds` seconds, `longest_seconds` (how long it keeps a message)."""

    settle_seconds: int
    longest_seconds: int
    asking: Asking
    answering: Answering
    looking_up: LookingUp | None
    telling: Telling
    statuses: Statuses


def read_description(content: bytes, path: str) -> Described:
    """Return the carrier that a file describes. Raises BadInput with file and line for whatever is wrong in it."""
    top = read_document(path, content)
    found = Described(
        settle_seconds=top.number("settle_seconds", 30, 86_400) or 120,
        longest_seconds=top.number("longest_seconds", 60, 604_800) or 172_800,
        asking=_asking(top.sub("request")),
        answering=_answering(top.sub("answer")),
        looking_up=_looking_up(top.sub("lookup")) if top.has("lookup") else None,
        telling=_telling(top),
        statuses=statuses_of(top),
    )
    top.get("lookup")
    top.finish()
    return found


def _asking(table: Fields) -> Asking:
    auth = table.one_of("auth", Auth, Auth.NONE)
    user, header = table.text("user", ""), table.text("header", "")
    if (auth is Auth.BASIC) is not bool(user):
        table.fail("user", "user goes with auth = 'basic', and that with it", "user 与 auth = 'basic' 必须同时填写")
    if (auth is Auth.HEADER) is not bool(header) or (header and not _HEADER.fullmatch(header)):
        table.fail("header", "header names one, with auth = 'header'", "header 为头名称，与 auth = 'header' 同时填写")
    body, headers, fields = table.one_of("body", Body), table.sub("headers"), table.sub("fields")
    for name, value in headers.table.items():
        if not _HEADER.fullmatch(name) or not isinstance(value, str) or not _VISIBLE.fullmatch(value):
            headers.fail(name, f"{name!r} is no header of visible ASCII", f"{name!r} 不是可见 ASCII 的请求头")
    _check(fields, fields.table, body, 0)
    found = Asking(
        address=_address(table, "address", frozenset()),
        method=table.one_of("method", Method, Method.POST),
        auth=auth,
        user=user,
        header=header,
        body=body,
        headers={name: str(value) for name, value in headers.table.items()},
        fields=fields.table,
    )
    held = {name for text in _texts(fields.table) for name in PLACEHOLDER.findall(text)}
    if "to" not in held and "to_digits" not in held:
        table.fail("fields", "no field holds {to} or {to_digits}", "没有字段包含 {to} 或 {to_digits}")
    table.finish()
    return found


def _check(table: Fields, value: object, body: Body, depth: int) -> None:
    """Refuse a field of a form that cannot be written, and a placeholder that nobody knows."""
    if depth > _MOST_DEEP:
        table.fail("fields", f"fields are nested deeper than {_MOST_DEEP}", f"fields 嵌套超过 {_MOST_DEEP} 层")
    if isinstance(value, dict):
        for key, inner in value.items():
            if body is Body.FORM and not isinstance(inner, str):
                table.fail(key, f"{key!r} of a form is a text", f"表单字段 {key!r} 应为文本")
            _check(table, inner, body, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(table, inner, body, depth + 1)
    elif isinstance(value, str):
        _check_text(table, value, body)
    elif not isinstance(value, bool | int):
        table.fail("fields", "a field is a text, a whole number, true or false", "字段应为文本、整数、true 或 false")


def _check_text(table: Fields, value: str, body: Body) -> None:
    for name in PLACEHOLDER.findall(value):
        if name not in PLACEHOLDERS and not name.startswith("value:"):
            allowed = ", ".join(sorted([*PLACEHOLDERS, "value:NAME"]))
            table.fail("fields", f"{{{name}}} is none of {allowed}", f"{{{name}}} 不是以下之一：{allowed}")
        if name == "values" and (body is Body.FORM or value != "{values}"):
            table.fail("fields", "{values} is the whole of a JSON value", "{values} 只能单独作为 JSON 的值")


def _answering(table: Fields) -> Answering:
    test, told = _path(table, "test"), table.words("is")
    if bool(test) is not bool(told):
        table.fail("test", "test names a field and is its words of success: both or none", "test 与 is 必须同时填写")
    found = Answering(_statuses(table, "ok") or frozenset(_OK), test, told, _path(table, "id"), _path(table, "code"))
    table.finish()
    return found


def _looking_up(table: Fields) -> LookingUp:
    address = _address(table, "address", _IN_ADDRESS)
    if "{reference}" not in address:
        table.fail("address", "the address holds no {reference}", "address 中没有 {reference}")
    found = LookingUp(address, _path(table, "id", needed=True), _statuses(table, "absent"), _path(table, "empty"))
    if not found.absent and not found.empty:
        table.fail(
            "absent", "absent or empty says how it tells that it has not", "须以 absent 或 empty 说明如何表示没有"
        )
    table.finish()
    return found


_RECEIPT: Final = ("when", "reference", "id", "state", "event", "at")
_TEXT: Final = ("when", "event", "from", "to", "text", "at")


def _telling(top: Fields) -> Telling:
    table, receipt, text = top.sub("callbacks"), top.sub("receipt"), top.sub("text")
    found = Telling(
        body=table.one_of("body", Body, Body.JSON),
        rows=_path(table, "rows"),
        answer=table.text("answer", ""),
        answer_type=table.text("answer_type", "text/plain"),
        receipt={name: _path(receipt, name) for name in _RECEIPT},
        receipt_at=receipt.one_of("at_form", Instant, Instant.HEARD),
        text={name: _path(text, name) for name in _TEXT},
        text_at=text.one_of("at_form", Instant, Instant.HEARD),
    )
    if not _VISIBLE.fullmatch(found.answer) or not re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", found.answer_type):
        table.fail(
            "answer",
            "answer is visible ASCII, answer_type as text/plain",
            "answer 应为可见 ASCII，answer_type 如 text/plain",
        )
    for fields, needed in ((receipt, ("when", "state")), (text, ("when", "event", "from", "text"))):
        told = found.receipt if fields is receipt else found.text
        for name in needed:
            if fields.table and not told[name]:
                fields.fail(name, f"{name} is missing", f"缺少 {name}")
        at_form = found.receipt_at if fields is receipt else found.text_at
        if (at_form is Instant.HEARD) is bool(told["at"]):
            fields.fail("at", "at and at_form go together", "at 与 at_form 必须同时填写")
    if receipt.table and not found.receipt["reference"] and not found.receipt["id"]:
        receipt.fail(
            "reference", "a receipt has reference or id, or nobody knows whose it is", "回执须有 reference 或 id"
        )
    for each in (table, receipt, text):
        each.finish()
    return found


def _address(table: Fields, key: str, allowed: frozenset[str]) -> str:
    value = table.text(key)
    if not _ADDRESS.fullmatch(value):
        table.fail(key, f"{key} begins with https://", f"{key} 应以 https:// 开头")
    if not set(PLACEHOLDER.findall(value)) <= allowed:
        table.fail(key, f"{key} may hold {sorted(allowed) or 'no placeholder'}", f"{key} 不得含其他占位符")
    return value


def _path(table: Fields, key: str, *, needed: bool = False) -> str:
    value = table.text(key, None if needed else "")
    if value and not _PATH.fullmatch(value):
        table.fail(key, f"{key} is a path such as messages.0.id", f"{key} 应为路径，如 messages.0.id")
    return value


def _statuses(table: Fields, key: str) -> frozenset[int]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(type(one) is int and 100 <= one <= 599 for one in value):  # noqa: PLR2004 - HTTP's
        table.fail(key, f"{key} is a list of HTTP statuses", f"{key} 应为 HTTP 状态码列表")
    return frozenset(value)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(inner)
