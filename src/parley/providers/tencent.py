"""Tencent Cloud SMS (API 2021-01-11): one message a call, by template; signed with TC3-HMAC-SHA256.

    POST https://sms.tencentcloudapi.com/   X-TC-Action: SendSms
    {"PhoneNumberSet":["+86…"],"SmsSdkAppId":"…","SignName":"…","TemplateId":"…","TemplateParamSet":["…"],
     "SessionContext":"…"}
    200 {"Response":{"SendStatusSet":[{"SerialNo":"…","Code":"Ok","SessionContext":"…",…}],"RequestId":"…"}}

An error stands in a 200 as well. SessionContext is our reference; with receipts it comes back only where they have
switched that on for the account, so a receipt is found by SerialNo. There is no look-up that can be believed: what they
tell of a number they tell once the network has reported, and our reference again only where it is switched on. What got
no answer therefore stays open. Pages read: `DECLARED.sources`; payloads: tests/providers/cases/mainland/tencent.toml.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import urlsplit

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
    Reply,
    Submission,
    Unknown,
)
from parley.providers.statuses import Statuses, load_statuses
from parley.rulebook.terms import Registered

CODE: Final = "tencent"
VERSION: Final = "2021-01-11"
ENDPOINT: Final = "https://sms.tencentcloudapi.com"
SETTLE_SECONDS: Final = 600
TAKEN: Final = Reply("application/json", b'{"result":0,"errmsg":"OK"}')
_ALGORITHM: Final = "TC3-HMAC-SHA256"
_CONTENT: Final = "application/json; charset=utf-8"
_READ_ON: Final = date(2026, 11, 26)
_LONGEST_WORD: Final = 80
_LONGEST_CONTEXT: Final = 512
_LATEST_SECOND: Final = 1 << 33
_HEX: Final = 32

DECLARED: Final = Declaration(
    code=CODE,
    en="Tencent Cloud SMS",
    zh="腾讯云短信",
    keys=(
        Key(
            "secret_id",
            "SecretId of a CAM user that may send messages.",
            "有权发送短信的 CAM 用户的 SecretId。",
            form=re.compile(r"[A-Za-z0-9]{8,64}"),
        ),
        Key(
            "secret_key",
            "The key of that SecretId.",
            "该 SecretId 的 SecretKey。",
            form=re.compile(r"[\x21-\x7e]{8,128}"),
            is_secret=True,
        ),
        Key(
            "sdk_app_id",
            "SmsSdkAppId: the id of the application in the SMS console, such as 1400006666.",
            "短信控制台中应用的 SmsSdkAppId，如 1400006666。",
            form=re.compile(r"[0-9]{6,20}"),
        ),
        Key(
            "region",
            "The region that is asked.",
            "地域。",
            form=re.compile(r"[a-z]{2}-[a-z]{2,20}(?:-[0-9])?"),
            default="ap-guangzhou",
        ),
        Key(
            "endpoint",
            "Where the service is called.",
            "服务接入点。",
            form=re.compile(r"https://[A-Za-z0-9.\-]{1,100}(?::[0-9]{1,5})?"),
            default=ENDPOINT,
        ),
    ),
    can_look_up=False,
    deduplicates=False,
    settle_seconds=SETTLE_SECONDS,
    # The text comes to us, and nobody else answers. Their console keeps a list of who refused, and blocks them there.
    opt_outs=OptOuts.NOTHING,
    posts_back=True,
    known_by=KnownBy.ADDRESS,
    sources=(
        Source("https://cloud.tencent.com/document/api/382/55981", _READ_ON),
        Source("https://cloud.tencent.com/document/api/382/59177", _READ_ON),
        Source("https://cloud.tencent.com/document/api/382/59178", _READ_ON),
        Source("https://cloud.tencent.com/document/api/382/59179", _READ_ON),
        Source("https://cloud.tencent.com/document/product/382/39023", _READ_ON),
        Source("https://cloud.tencent.com/document/api/382/38780", _READ_ON),
    ),
    per_second=3_000,
    carriage=CARRIAGES["china"],
    needs=frozenset({Registered.SENDER, Registered.TEMPLATE}),
    countries=frozenset({"CN"}),
)


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """Signs calls of one account. Source: "签名方法 v3", https://cloud.tencent.com/document/api/382/38767.

    That address could not be read; the page is the same for every product, and was read as that of others.
    """

    secret_id: str
    secret_key: str
    region: str
    endpoint: str = ENDPOINT
    service: str = "sms"
    version: str = VERSION

    def request(self, action: str, body: bytes, at: datetime) -> Request:
        """Return the signed call of *action* at *at*, wall time."""
        host, day = urlsplit(self.endpoint).netloc, f"{at.astimezone(UTC):%Y-%m-%d}"
        seconds, scope = str(int(at.timestamp())), f"{day}/{self.service}/tc3_request"
        payload = hashlib.sha256(body).hexdigest()
        canonical = f"POST\n/\n\ncontent-type:{_CONTENT}\nhost:{host}\n\ncontent-type;host\n{payload}"
        to_sign = f"{_ALGORITHM}\n{seconds}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = f"TC3{self.secret_key}".encode()
        for part in (day, self.service, "tc3_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
        return Request(
            "POST",
            f"{self.endpoint}/",
            {
                "Content-Type": _CONTENT,
                "Host": host,
                "X-TC-Action": action,
                "X-TC-Version": self.version,
                "X-TC-Region": self.region,
                "X-TC-Timestamp": seconds,
                "Authorization": (
                    f"{_ALGORITHM} Credential={self.secret_id}/{scope}, SignedHeaders=content-type;host, "
                    f"Signature={signature}"
                ),
            },
            body,
        )


class Tencent:
    """One application at Tencent Cloud SMS. *wall* tells wall time: a signature of another time is refused."""

    settle_seconds: Final = SETTLE_SECONDS
    can_look_up: Final = False
    takes_synthetic: Final = False

    def __init__(
        self,
        given: Given,
        outgoing: Outgoing | None = None,
        *,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        values = given.values
        self.name = given.name
        self._app = values["sdk_app_id"]
        self._signer = Signer(
            values["secret_id"], given.secrets["secret_key"], values["region"], values["endpoint"]
        )  # fmt: skip
        self._outgoing = outgoing if outgoing is not None else Outgoing()
        self._wall = wall
        self._statuses = load_statuses(CODE)

    def submit(self, batch: Sequence[Submission], now: datetime) -> list[Outcome]:
        """Hand over what may leave, a call for each; the answers stand in the order of *batch*."""
        refused = [refusal(each, now) for each in batch]
        leaves = [each for each, no in zip(batch, refused, strict=True) if no is None]
        calls = [self._call("SendSms", send_body(each, self._app)) for each in leaves]
        said = zip(leaves, self._outgoing.ask_all(calls), strict=True)
        answers = iter([outcome(answer, each.reference, self._statuses) for each, answer in said])
        return [no if no is not None else next(answers) for no in refused]

    def look_up(self, asked: Asked, now: datetime) -> Lookup:
        """Say that it cannot be said."""
        del asked, now
        return Lookup(LookupState.UNSUPPORTED)

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
        """Ask how many messages the application sent in this hour: it names account, key and application."""
        hour = f"{self._wall().astimezone(SHANGHAI):%Y%m%d%H}"
        asked = {"SmsSdkAppId": self._app, "BeginTime": hour, "EndTime": hour, "Limit": 0, "Offset": 0}
        answer = self._outgoing.ask(self._call("SendStatusStatistics", asked))
        if isinstance(answer, Broken):
            return Finding(is_well=False, en=answer.en, zh=answer.zh)
        try:
            code = _error(table(read_table(answer.body).get("Response"), "Response"))
        except Malformed:
            code = f"HTTP {answer.status}"
        if code is None:
            return Finding(is_well=True, en="Tencent Cloud knows this application.", zh="腾讯云已确认该应用。")
        known = self._statuses.statuses.get(code) or self._statuses.statuses.get(code.partition(".")[0])
        en, zh = (known.words.en, known.words.zh) if known else ("See their list of codes.", "请查阅其错误码列表。")
        return Finding(is_well=False, en=f"Tencent Cloud answers {code}: {en}", zh=f"腾讯云应答 {code}：{zh}")

    def _call(self, action: str, body: Mapping[str, Any]) -> Request:
        written = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return self._signer.request(action, written.encode(), self._wall())


def send_body(each: Submission, app: str) -> dict[str, Any]:
    """Return what sends *each*: the values stand in the order of their places in the template."""
    sent_as = each.sent_as
    return {
        "PhoneNumberSet": [each.to.e164],
        "SmsSdkAppId": app,
        "SignName": sent_as.signature,
        "TemplateId": sent_as.template_id,
        "TemplateParamSet": [value for _, value in sent_as.values],
        "SessionContext": each.reference,
    }


def outcome(answer: Response | Broken, reference: str, statuses: Statuses) -> Outcome:
    """Return what *answer* says of the submission under *reference*; of the answer to another it says nothing."""

    def read(told: Mapping[str, Any]) -> Outcome:
        said = table(told.get("Response"), "Response")
        error = _error(said)
        if error is not None:
            return by_family(statuses, error)
        sent = rows(said, "SendStatusSet")
        if len(sent) != 1:
            raise Malformed("SendStatusSet")
        row = table(sent[0], "SendStatusSet")
        if row.get("SessionContext") not in (reference, "", None):
            return Unknown("answer_of_another")
        code = words(row, "Code", _LONGEST_WORD)
        if code != "Ok":
            return by_family(statuses, code)
        serial = words(row, "SerialNo", _LONGEST_WORD)
        # A receipt may say no more than this.
        return Accepted(serial, (serial,)) if is_id(serial) else Unknown("id_malformed")

    return judged(answer, read)


def _error(said: Mapping[str, Any]) -> str | None:
    return words(table(said["Error"], "Error"), "Code", _LONGEST_WORD) if "Error" in said else None


def read_row(row: Mapping[str, Any], token: str, wall: datetime) -> Delivery | None:
    """Return what a receipt or a text brings; None of a receipt that says nothing yet. Raises Malformed."""
    return _text(row, token) if "text" in row else _receipt(row, wall)


def _receipt(row: Mapping[str, Any], wall: datetime) -> ReceiptIn | None:
    serial, code = words(row, "sid", _LONGEST_WORD), words(row, "errmsg", _LONGEST_WORD)
    status, received = words(row, "report_status", 16), words(row, "user_receive_time", 40)
    if not is_id(serial):
        raise Malformed("sid")
    if status not in {"SUCCESS", "FAIL"}:
        raise Malformed("report_status")
    states = load_statuses(CODE).states
    state = DeliveryState.DELIVERED if status == "SUCCESS" else states.get(code, DeliveryState.UNDELIVERED)
    if state is None:
        return None
    reference = words(row, "ext", _LONGEST_CONTEXT) if row.get("ext") is not None else ""
    # What was not received has no time of its receipt.
    at = instant(received, "user_receive_time") if received else wall
    return ReceiptIn(event_id("report", serial, status, code, received), reference or None, serial, 0, state, at)


def _text(row: Mapping[str, Any], token: str) -> InboundIn:
    number, text = words(row, "mobile", 16), words(row, "text", LONGEST_TEXT)
    country, seconds = words(row, "nationcode", 4), row.get("time")
    extend = words(row, "extend", 40) if row.get("extend") is not None else ""
    if type(seconds) is not int or not 0 < seconds < _LATEST_SECOND:
        raise Malformed("time")
    sender = mobile(number, "mobile")
    if country.lstrip("+") != "86":
        raise Malformed("nationcode")
    # They give a text no id. Ours is made of all that it is, under the token: whoever reads it learns no number.
    told = json.dumps([local(sender), extend, seconds, text]).encode()
    mark = hmac.digest(token.encode("utf-8", "surrogatepass"), told, "sha256").hex()[:_HEX]
    return InboundIn(event_id("up", mark), sender, extend, text, datetime.fromtimestamp(seconds, UTC))


def _callbacks(given: Given) -> Callbacks:
    return Pushed(given.callback_secrets, TAKEN, read_row)


def _probe(given: Given) -> Finding:
    carrier = Tencent(given)
    try:
        return carrier.probe()
    finally:
        carrier.close()


KIND: Final = Kind(DECLARED, build=Tencent, callbacks=_callbacks, probe=_probe)
