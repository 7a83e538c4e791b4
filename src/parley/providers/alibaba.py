"""Alibaba Cloud SMS (Dysmsapi 2017-05-25): one message a call, by template; signed with ACS3-HMAC-SHA256.

    POST https://dysmsapi.aliyuncs.com/?OutId=…&PhoneNumbers=…&SignName=…&TemplateCode=…&TemplateParam={"v1":"…"}
    200 {"Code":"OK","Message":"OK","RequestId":"…","BizId":"900619746936498440^0"}

Their interface has the parameters in the query, of a POST too; so do their own libraries. No line of ours holds it.
OutId is our reference: it comes back with receipts and in what they tell of a number and a day, but a second submission
under it is a second message. Pages read: `DECLARED.sources`; payloads: tests/providers/cases/mainland/alibaba.toml.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit

from parley.errors import OutsideFailed
from parley.messaging.carriage import CARRIAGES
from parley.providers.declared import Declaration, Finding, Given, Key, Kind, KnownBy, OptOuts, Source
from parley.providers.mainland import SHANGHAI, Pushed, by_family, instant, judged, local, mobile, refusal, rows
from parley.providers.outgoing import Broken, Outgoing, Request, Response
from parley.providers.payload import LONGEST_TEXT, Malformed, event_id, is_id, read_table, table, words
from parley.providers.port import (
    Accepted,
    Asked,
    Callbacks,
    Delivery,
    DeliveryState,
    InboundIn,
    Lookup,
    LookupState,
    Outcome,
    ReceiptIn,
    Rejected,
    Reply,
    Submission,
    Unknown,
)
from parley.providers.statuses import Statuses, load_statuses
from parley.rulebook.terms import Registered

CODE: Final = "alibaba"
VERSION: Final = "2017-05-25"
ENDPOINT: Final = "https://dysmsapi.aliyuncs.com"
# They name no time after which a message is sure to be told of; it is sent at once. Ours, on the careful side.
SETTLE_SECONDS: Final = 600
TAKEN: Final = Reply("application/json", '{"code":0,"msg":"接收成功"}'.encode())
_ALGORITHM: Final = "ACS3-HMAC-SHA256"
_READ_ON: Final = date(2026, 11, 26)
# Their day is that of the sending, by their clock; ours may differ by this much, and a message may wait this long.
_CLOCKS_DIFFER: Final = timedelta(minutes=10)
# They tell of the last 30 days.
_TOLD_OF: Final = timedelta(days=29)
_PAGE: Final = 50
_MOST_PAGES: Final = 20
_LONGEST_WORD: Final = 80

DECLARED: Final = Declaration(
    code=CODE,
    en="Alibaba Cloud SMS",
    zh="阿里云短信",
    keys=(
        Key(
            "access_key_id",
            "AccessKey ID of a RAM user that may send and query messages.",
            "有权发送与查询短信的 RAM 用户的 AccessKey ID。",
            form=re.compile(r"[A-Za-z0-9]{8,64}"),
        ),
        Key(
            "access_key_secret",
            "The secret of that AccessKey.",
            "该 AccessKey 的 Secret。",
            form=re.compile(r"[\x21-\x7e]{8,128}"),
            is_secret=True,
        ),
        Key(
            "endpoint",
            "Where the service is called.",
            "服务接入点。",
            form=re.compile(r"https://[A-Za-z0-9.\-]{1,100}(?::[0-9]{1,5})?"),
            default=ENDPOINT,
        ),
    ),
    can_look_up=True,
    deduplicates=False,
    settle_seconds=SETTLE_SECONDS,
    # The text comes to us, and nobody else answers. Of promotional texts alone who refuses is blocked there as well.
    opt_outs=OptOuts.NOTHING,
    posts_back=True,
    known_by=KnownBy.ADDRESS,
    sources=(
        Source("https://help.aliyun.com/document_detail/55284.html", _READ_ON),
        Source("https://help.aliyun.com/document_detail/419277.html", _READ_ON),
        Source("https://help.aliyun.com/document_detail/101346.html", _READ_ON),
        Source("https://help.aliyun.com/document_detail/101867.htm", _READ_ON),
        Source("https://help.aliyun.com/zh/sms/developer-reference/smsup-http", _READ_ON),
        Source("https://help.aliyun.com/document_detail/2593177.html", _READ_ON),
    ),
    per_second=5_000,
    carriage=CARRIAGES["china"],
    needs=frozenset({Registered.SENDER, Registered.TEMPLATE}),
    countries=frozenset({"CN"}),
)


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """Signs calls of one account. Source: "V3版本请求体&签名机制", see `DECLARED.sources`."""

    key_id: str
    secret: str
    endpoint: str = ENDPOINT
    version: str = VERSION

    def request(self, action: str, query: Mapping[str, str], at: datetime, nonce: str) -> Request:
        """Return the signed call of *action* at *at*, wall time; every *nonce* is used once."""
        asked = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(query.items()))
        nothing = hashlib.sha256(b"").hexdigest()
        headers = {
            "host": urlsplit(self.endpoint).netloc,
            "x-acs-action": action,
            "x-acs-content-sha256": nothing,
            "x-acs-date": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": nonce,
            "x-acs-version": self.version,
        }
        names = ";".join(headers)
        canonical = "\n".join(["POST", "/", asked, *(f"{k}:{v}" for k, v in headers.items()), "", names, nothing])
        to_sign = f"{_ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(self.secret.encode(), to_sign.encode(), "sha256").hex()
        signed = f"{_ALGORITHM} Credential={self.key_id},SignedHeaders={names},Signature={signature}"
        return Request("POST", f"{self.endpoint}/?{asked}", {**headers, "Authorization": signed})


class Alibaba:
    """One account at Alibaba Cloud SMS. *wall* tells wall time: a signature of another time is refused."""

    settle_seconds: Final = SETTLE_SECONDS
    can_look_up: Final = True
    takes_synthetic: Final = False

    def __init__(
        self,
        given: Given,
        outgoing: Outgoing | None = None,
        *,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        values, kept = given.values, given.secrets
        self.name = given.name
        self._signer = Signer(values["access_key_id"], kept["access_key_secret"], values["endpoint"])
        self._outgoing = outgoing if outgoing is not None else Outgoing()
        self._wall, self._nonce = wall, nonce
        self._statuses = load_statuses(CODE)

    def submit(self, batch: Sequence[Submission], now: datetime) -> list[Outcome]:
        """Hand over what may leave, a call for each; the answers stand in the order of *batch*."""
        refused = [refusal(each, now) or _ambiguous(each) for each in batch]
        leaves = [each for each, no in zip(batch, refused, strict=True) if no is None]
        answers = iter(self._outgoing.ask_all([self._call("SendSms", send_query(each)) for each in leaves]))
        return [no if no is not None else outcome(next(answers), self._statuses) for no in refused]

    def look_up(self, asked: Asked, now: datetime) -> Lookup:
        """Say whether they hold a message to that number on that day under our reference.

        They tell no id of theirs with it; its receipt brings our reference. Raises OutsideFailed where they do not
        answer, or with more than can be read.
        """
        if now - asked.tried_at > _TOLD_OF:
            return Lookup(LookupState.UNSUPPORTED)
        for day in days_of(asked.tried_at):
            if self._is_told_of(asked, day):
                return Lookup(LookupState.FOUND)
        return Lookup(LookupState.NOT_FOUND)

    def poll(self, now: datetime, limit: int) -> list[Delivery]:
        """Return nothing: receipts and texts are posted to us."""
        del now, limit
        return []

    def acknowledge(self, event_ids: Sequence[str]) -> None:
        """Do nothing: what is posted is acknowledged by its answer."""

    def close(self) -> None:
        """Let go of the connections."""
        self._outgoing.close()

    def probe(self) -> Finding:
        """Ask for one template of the account: it needs the same rights as sending, and sends nothing."""
        answer = self._outgoing.ask(self._call("QuerySmsTemplateList", {"PageIndex": "1", "PageSize": "1"}))
        if isinstance(answer, Broken):
            return Finding(is_well=False, en=answer.en, zh=answer.zh)
        try:
            code = words(read_table(answer.body), "Code", _LONGEST_WORD)
        except Malformed:
            code = f"HTTP {answer.status}"
        if code == "OK":
            return Finding(is_well=True, en="Alibaba Cloud knows this AccessKey.", zh="阿里云已确认该 AccessKey。")
        known = self._statuses.statuses.get(code) or self._statuses.statuses.get(code.partition(".")[0])
        en, zh = (known.words.en, known.words.zh) if known else ("See their list of codes.", "请查阅其错误码列表。")
        return Finding(is_well=False, en=f"Alibaba Cloud answers {code}: {en}", zh=f"阿里云应答 {code}：{zh}")

    def _is_told_of(self, asked: Asked, day: date) -> bool:
        for page in range(1, _MOST_PAGES + 1):
            told = told_of(self._outgoing.ask(self._call("QuerySendDetails", details_query(asked, day, page))))
            if any(row.get("OutId") == asked.reference for row in told):
                return True
            if len(told) < _PAGE:
                return False
        raise _no_answer("more messages to one number in one day than are looked through", "单号单日短信过多")

    def _call(self, action: str, query: Mapping[str, str]) -> Request:
        return self._signer.request(action, query, self._wall(), self._nonce())


def send_query(each: Submission) -> dict[str, str]:
    """Return the parameters that send *each*."""
    sent_as = each.sent_as
    query = {
        "PhoneNumbers": local(each.to),
        "SignName": sent_as.signature,
        "TemplateCode": sent_as.template_id,
        "OutId": each.reference,
    }
    if sent_as.values:
        query["TemplateParam"] = json.dumps(dict(sent_as.values), ensure_ascii=False, separators=(",", ":"))
    return query


def details_query(asked: Asked, day: date, page: int) -> dict[str, str]:
    """Return the parameters that ask for the messages to a number on a *day* of Shanghai; *page* counts from 1."""
    return {
        "PhoneNumber": local(asked.to),
        "SendDate": f"{day:%Y%m%d}",
        "PageSize": str(_PAGE),
        "CurrentPage": str(page),
    }


def days_of(tried_at: datetime) -> list[date]:
    """Return the days of Shanghai on which a message handed over at *tried_at* may have been sent."""
    about = (tried_at - _CLOCKS_DIFFER, tried_at, tried_at + _CLOCKS_DIFFER)
    return list(dict.fromkeys(at.astimezone(SHANGHAI).date() for at in about))


def outcome(answer: Response | Broken, statuses: Statuses) -> Outcome:
    """Return what *answer* says of the submission."""

    def read(told: Mapping[str, Any]) -> Outcome:
        code = words(told, "Code", _LONGEST_WORD)
        if code != "OK":
            return by_family(statuses, code)
        biz_id = words(told, "BizId", _LONGEST_WORD)
        return Accepted(biz_id) if is_id(biz_id) else Unknown("id_malformed")

    return judged(answer, read)


def told_of(answer: Response | Broken) -> list[Mapping[str, Any]]:
    """Return the messages that *answer* tells of. Raises OutsideFailed where it tells nothing that can be believed."""
    if isinstance(answer, Broken):
        raise OutsideFailed(answer.en, answer.zh)
    try:
        told = read_table(answer.body)
        code = words(told, "Code", _LONGEST_WORD)
        if code != "OK":
            raise _no_answer(*_code_words(code))
        held = table(told.get("SmsSendDetailDTOs"), "SmsSendDetailDTOs")
        return [table(row, "SmsSendDetailDTO") for row in rows(held, "SmsSendDetailDTO")]
    except Malformed:
        raise _no_answer(f"HTTP {answer.status}, not of the documented form", "应答格式与文档不符") from None


def _code_words(code: str) -> tuple[str, str]:
    known = load_statuses(CODE).statuses.get(code)
    return (known.words.en, known.words.zh) if known is not None else (f"code {code!a}"[:60], f"错误码 {code!a}"[:60])


def _no_answer(en: str, zh: str) -> OutsideFailed:
    return OutsideFailed(
        f"Alibaba Cloud did not say whether it holds a message: {en}. It is asked again; nothing is sent meanwhile.",
        f"阿里云未答复是否已接收短信：{zh}。系统将再次查询，其间不会重发。",
    )


def _ambiguous(each: Submission) -> Rejected | None:
    """Return the refusal of a template that has one variable in two places with two values: it takes one for both."""
    values = each.sent_as.values
    if len(dict(values)) == len(set(values)):
        return None
    return Rejected(
        "template_values_differ",
        "One variable of the template stands in two places and would need two values; give each a name of its own.",
    )


def read_row(row: Mapping[str, Any], _token: str, _wall: datetime) -> Delivery | None:
    """Return what one row of SmsReport or SmsUp brings; None of a receipt that says nothing yet. Raises Malformed."""
    return _text(row) if "content" in row else _receipt(row)


def _receipt(row: Mapping[str, Any]) -> ReceiptIn | None:
    biz_id, code = words(row, "biz_id", _LONGEST_WORD), words(row, "err_code", _LONGEST_WORD)
    reported = words(row, "report_time", 40)
    is_there = row.get("success")
    if not is_id(biz_id):
        raise Malformed("biz_id")
    if type(is_there) is not bool:
        raise Malformed("success")
    # What it is called when it did not arrive is told by the code; of a code that nobody wrote down this much is known.
    states = load_statuses(CODE).states
    state = DeliveryState.DELIVERED if is_there else states.get(code, DeliveryState.UNDELIVERED)
    if state is None:
        return None
    reference = words(row, "out_id", _LONGEST_WORD) if row.get("out_id") is not None else ""
    at = instant(reported, "report_time")
    return ReceiptIn(event_id("report", biz_id, code, reported), reference or None, biz_id, 0, state, at)


def _text(row: Mapping[str, Any]) -> InboundIn:
    sequence = row.get("sequence_id")
    if type(sequence) not in {int, str} or not 1 <= len(str(sequence)) <= _LONGEST_WORD:
        raise Malformed("sequence_id")
    sent = words(row, "send_time", 40)
    return InboundIn(
        event_id("up", str(sequence), sent),
        mobile(words(row, "phone_number", 16), "phone_number"),
        words(row, "dest_code", 40),
        words(row, "content", LONGEST_TEXT),
        instant(sent, "send_time"),
    )


def _callbacks(given: Given) -> Callbacks:
    return Pushed(given.callback_secrets, TAKEN, read_row)


def _probe(given: Given) -> Finding:
    carrier = Alibaba(given)
    try:
        return carrier.probe()
    finally:
        carrier.close()


KIND: Final = Kind(DECLARED, build=Alibaba, callbacks=_callbacks, probe=_probe)
