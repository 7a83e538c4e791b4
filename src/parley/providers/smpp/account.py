"""What an operator agreed with a lender: the keys of a route over SMPP, and what they make of a connection."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from parley.errors import BadInput
from parley.messaging.carriage import Joining
from parley.providers.declared import Given, Key
from parley.providers.smpp.codings import CentreAlphabet
from parley.providers.smpp.pdu import Bind
from parley.providers.smpp.receipts import IdForm
from parley.providers.smpp.session import Mode

_PAIR: Final = "pair"
_TYPE: Final = re.compile(r"[0-9]{0,2}")
_COUNT: Final = re.compile(r"[1-9][0-9]{0,3}")
_INTERNATIONAL, _SHORT, _LETTERS = (1, 1), (3, 0), (5, 0)
_LONGEST_SHORT_CODE: Final = 8


def _key(name: str, en: str, zh: str, form: str, default: str | None = None) -> Key:
    return Key(name, en, zh, re.compile(form), default)


KEYS: Final = (
    _key("host", "Name or address of the centre.", "短信中心的主机名或地址。", r"[A-Za-z0-9.:_-]{1,253}"),
    _key("port", "Its port.", "端口。", r"[1-9][0-9]{0,4}", "2775"),
    _key(
        "tls", "Whether the connection is encrypted (yes), its certificate verified.",
        "连接是否加密（yes），加密时校验证书。", "yes|no", "yes",
    ),
    _key(
        "ca_file", "File with the certificate authorities to believe; empty: those of the system.",
        "所信任的证书机构文件；留空则使用系统自带。", r".{0,400}", "",
    ),
    _key("system_id", "Account at the centre.", "短信中心账户。", r"[\x21-\x7e]{1,15}"),
    Key("password", "Its password.", "账户密码。", re.compile(r"[\x20-\x7e]{0,64}"), is_secret=True),
    _key("system_type", "As the operator says; mostly empty.", "按运营方要求，多数留空。", r"[\x20-\x7e]{0,12}", ""),
    _key("service_type", "As the operator says; mostly empty.", "按运营方要求，多数留空。", r"[\x20-\x7e]{0,5}", ""),
    _key(
        "bind", "One connection both ways (transceiver), or one each way (pair).",
        "收发共用一条连接（transceiver），或收发各一条（pair）。", "transceiver|pair", "transceiver",
    ),
    _key(
        "window", "How many submissions may wait for their answers at a time.", "同时等待应答的提交数量上限。",
        _COUNT.pattern, "10",
    ),
    _key(
        "source", "What recipients see where nothing else is registered: a number, a short code or letters.",
        "未登记发送方时收件人所见：号码、短码或字母。", r"[\x20-\x7e]{0,20}", "",
    ),
    _key("source_ton", "Type of the sender; empty: by form.", "发送方号码类型；留空则按形式判断。", _TYPE.pattern, ""),
    _key("source_npi", "Plan of the sender; empty: by form.", "发送方号码方案；留空则按形式判断。", _TYPE.pattern, ""),
    _key("destination_ton", "Type of the recipient's number.", "收件人号码类型。", r"[0-9]{1,2}", "1"),
    _key("destination_npi", "Plan of the recipient's number.", "收件人号码方案。", r"[0-9]{1,2}", "1"),
    _key(
        "alphabet", "What the centre takes data coding 0 to be.", "短信中心对数据编码 0 的解释。",
        "|".join(CentreAlphabet), CentreAlphabet.GSM7,
    ),
    _key("joining", "How parts of a long text are joined.", "长短信的拼接方式。", "|".join(Joining), Joining.UDH8),
    _key(
        "message_id_form", "How ids stand in answers and in receipts.", "应答与状态报告中消息标识的写法。",
        "|".join(IdForm), IdForm.AS_IS,
    ),
    _key("zone", "Time zone of the dates in receipts.", "状态报告中时间的时区。", r"[A-Za-z0-9_+/-]{1,40}", "UTC"),
    _key(
        "calling_code", "What stands before numbers of senders that the centre marks as national; empty: nothing.",
        "短信中心标为国内号码的发送方须补上的国家代码；留空则不补。", r"([1-9][0-9]{0,2})?", "",
    ),
    _key(
        "settle_seconds", "Seconds after which no answer to a submission will come.", "提交后多少秒不再会有应答。",
        r"[6-9][0-9]|[1-9][0-9]{2,3}", "120",
    ),
    _key(
        "dlt_entity_id", "India: the principal entity's id, sent with the id of the template; empty: neither is sent.",
        "印度：主体标识，与模板标识一并发送；留空则都不发送。", r"[0-9]{0,30}", "",
    ),
)  # fmt: skip
"""What a route of this kind has."""


@dataclass(frozen=True, slots=True, repr=False)
class _Values:
    """The keys of a route with their defaults filled in."""

    given: Given

    def __getitem__(self, name: str) -> str:
        key = _BY_NAME[name]
        found = (self.given.secrets if key.is_secret else self.given.values).get(name, key.default)
        if found is None or not key.form.fullmatch(found):
            shown = "" if key.is_secret or found is None else f": {found!r}"
            raise BadInput(
                f"Route {self.given.name}: {name} is missing or not of its form{shown}. {key.en}",
                f"通道 {self.given.name}：{name} 缺失或格式不符{shown}。{key.zh}",
            )
        return found


_BY_NAME: Final = {key.name: key for key in KEYS}


class Account:
    """One route over SMPP as its keys say. Raises BadInput where one of them cannot be. Prints its name alone."""

    def __init__(self, given: Given) -> None:
        told = _Values(given)
        self.name = given.name
        self.host, self.port = told["host"], int(told["port"])
        self.tls = self._context(told["ca_file"]) if told["tls"] == "yes" else None
        self.bind = Bind(told["system_id"], told["password"], told["system_type"])
        is_pair = told["bind"] == _PAIR
        self.modes = (Mode.TRANSMITTER, Mode.RECEIVER) if is_pair else (Mode.TRANSCEIVER,)
        self.window = int(told["window"])
        self.service_type = told["service_type"]
        self.source = told["source"]
        self._source_type = told["source_ton"], told["source_npi"]
        self.destination_type = int(told["destination_ton"]), int(told["destination_npi"])
        self.alphabet = CentreAlphabet(told["alphabet"])
        self.joining = Joining(told["joining"])
        self.ids = IdForm(told["message_id_form"])
        self.calling_code = told["calling_code"]
        self.settle_seconds = int(told["settle_seconds"])
        self.dlt_entity_id = told["dlt_entity_id"]
        try:
            self.zone = ZoneInfo(told["zone"])
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise BadInput(
                f"Route {given.name}: there is no time zone {told['zone']!r}; write it as Asia/Shanghai.",
                f"通道 {given.name}：没有时区 {told['zone']!r}；请写成 Asia/Shanghai 的形式。",
            ) from None

    def __repr__(self) -> str:
        return f"Account({self.name!r})"

    def _context(self, ca_file: str) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=ca_file or None)
        except (OSError, ssl.SSLError):
            raise BadInput(
                f"Route {self.name}: ca_file holds no certificates that can be read: {ca_file}",
                f"通道 {self.name}：ca_file 中没有可读取的证书：{ca_file}",
            ) from None

    def sender(self, registered: str) -> tuple[int, int, str]:
        """Return type, plan and address of the sender: what is *registered* for a text, else the account's own."""
        address = (registered or self.source).strip()
        digits = address.removeprefix("+")
        if not (digits.isascii() and digits.isdigit()):
            usual = _LETTERS if digits else (0, 0)
        else:
            usual = _SHORT if len(digits) <= _LONGEST_SHORT_CODE else _INTERNATIONAL
            address = digits
        ton, npi = (int(told) if told else mine for told, mine in zip(self._source_type, usual, strict=True))
        return ton, npi, address
