"""Read the answers of the lender's core, from the body of a response or a file of JSON lines, and take them.

A line that cannot be taken is told with its number and why; every other line is taken. The file is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from parley.engine.lender_answers import Answer, AnswerRefusal, No, Said
from parley.engine.library import Library
from parley.errors import BadInput
from parley.money import LARGEST_MINOR, MINOR_DIGITS
from parley.run.json_lines import json_object
from parley.store.lender_answers import Taken, take_answer
from parley.store.vault import Vault

_FIELDS: Final = frozenset({"notice", "answer", "reason", "limit_minor", "currency"})
# A code, so that nothing of a borrower comes in by it.
_REASON: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_LONGEST_LINE: Final = 4_096


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one line: `state` is taken, known or refused; why, in both languages, where it was refused."""

    number: int
    state: str
    en: str = ""
    zh: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Parsed:
    """An answer that reads as one, and the notice it names."""

    notice: UUID
    said: Said


def take_file(raw: bytes, now: datetime, library: Library, cost_per_segment_micro: int, vault: Vault) -> Iterator[Line]:
    """Take the answers of *raw*, a file of JSON lines: each line a transaction of its own. Gives what came of each."""
    for number, data in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not data.strip():
            continue
        try:
            parsed = parse(_object(data, number), number)
        except BadInput as bad:
            yield Line(number, "refused", bad.en, bad.zh)
            continue
        taken = take_answer(parsed.notice, parsed.said, now, library, cost_per_segment_micro, vault)
        if isinstance(taken, Taken):
            yield Line(number, "taken" if taken.is_new else "known")
        else:
            yield Line(number, "refused", *why(number, taken))


def answer_in(body: bytes | None, notice: UUID) -> Said | None:
    """Return the answer that the body of a response to *notice* holds, None where it holds none.

    Raises BadInput for one that reads as an answer and cannot be one, or is to another notice.
    """
    if body is None:
        raise BadInput("the answer is too long", "应答过长")
    if not body.strip():
        return None
    try:
        row = _object(body.replace(b"\n", b" "), 1)
    except BadInput:
        # Many receivers say "ok" in words: that is no answer and no fault.
        return None
    if "answer" not in row:
        return None
    parsed = parse({"notice": str(notice)} | row, 1)
    if parsed.notice != notice:
        raise _bad(1, "it answers another notice than the one it was sent", "应答的不是所发送的通知")
    return parsed.said


def parse(row: dict[str, Any], number: int) -> Parsed:
    """Return the answer on line *number*. Raises BadInput for a field that is missing, unknown or of another form."""
    unknown = sorted(set(row) - _FIELDS)
    if unknown:
        raise _bad(number, f"the field {unknown[0]!a} is not known", f"无法识别字段 {unknown[0]!a}")
    try:
        notice = UUID(str(row["notice"]))
    except (KeyError, ValueError):
        raise _bad(number, "notice is not the id of a notice", "notice 不是通知编号") from None
    answer = row.get("answer")
    if not isinstance(answer, str) or answer not in set(Answer):
        allowed = ", ".join(Answer)
        raise _bad(number, f"answer is none of {allowed}", f"answer 不是 {allowed} 之一")
    reason = row.get("reason", "")
    if reason != "" and (not isinstance(reason, str) or _REASON.fullmatch(reason) is None):
        raise _bad(number, "reason is no code of letters, figures and _ . -", "reason 不是字母、数字、_ . - 组成的代码")
    limit, currency = row.get("limit_minor"), row.get("currency", "")
    if limit is not None and (type(limit) is not int or not 0 < limit <= LARGEST_MINOR):
        raise _bad(number, "limit_minor is not a whole number of minor units", "limit_minor 不是以最小货币单位计的整数")
    if currency != "" and (not isinstance(currency, str) or currency not in MINOR_DIGITS):
        raise _bad(number, "currency is not known", "无法识别 currency")
    return Parsed(notice, Said(Answer(answer), reason, limit, currency))


def why(number: int, refused: AnswerRefusal) -> tuple[str, str]:
    """Return why an answer was not taken, with its line, in both languages."""
    en, zh = _WHY[refused.no]
    return f"line {number}: {en}", f"第 {number} 行：{zh}"


def _object(data: bytes, number: int) -> dict[str, Any]:
    if len(data) > _LONGEST_LINE:
        raise _bad(number, f"it is longer than {_LONGEST_LINE} bytes", f"超过 {_LONGEST_LINE} 字节")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _bad(number, "it is not UTF-8", "不是 UTF-8") from None
    return json_object(BadInput, number, text)


def _bad(number: int, en: str, zh: str) -> BadInput:
    return BadInput(f"line {number}: {en}", f"第 {number} 行：{zh}")


_WHY: Final[dict[No, tuple[str, str]]] = {
    No.UNKNOWN: ("there is no such notice", "没有此通知"),
    No.NOT_ASKED: ("this notice asks for no answer", "此通知无需应答"),
    No.NOT_AN_ANSWER: ("this notice has other answers", "此通知不接受该应答"),
    No.OTHERWISE_ANSWERED: (
        "it was answered otherwise before; what holds now is for a person to settle",
        "此前已有不同的应答，须由人工处理",
    ),
    No.NO_LIMIT: ("a limit that is granted needs limit_minor", "批准额度时须填写 limit_minor"),
    No.CURRENCY: ("currency is not that of the account", "currency 与账户币种不符"),
    No.NOT_HIGHER: ("the limit granted is below the one that stands", "批准的额度低于现有额度"),
    No.ERASED: ("the person has been erased", "该借款人的信息已删除"),
}
