"""Twilio: messages by its REST API of 2010, receipts and texts by its webhooks.

    POST /2010-04-01/Accounts/{Sid}/Messages.json    form-encoded, HTTP Basic; 201 and {"sid": "SM…", "status": …}
    an error: 4xx and {"code": 21211, "message": …, "status": 400}; 429 was never processed, 5xx may have been
    callbacks: form-encoded POST, X-Twilio-Signature: base64 of HMAC-SHA1 over the address as it was called and every
    field, sorted, name and value one behind the other; of a JSON body only the address, which holds its SHA-256

Twilio knows nothing of our reference, so it cannot be asked for it: what got no answer stays unknown. The reference
stands in the address that receipts come to, and so comes back with them, early ones too.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from parley.providers.declared import Declaration, Finding, Given, Key, Kind, OptOuts, Source
from parley.providers.outgoing import Outgoing, Request, Response
from parley.providers.over_http import NO_SENDER, TOO_LATE, HttpCarrier, by_code, by_status, probed, seconds_left
from parley.providers.payload import LONGEST_TEXT, Malformed, event_id, is_number, number, read_table, words
from parley.providers.port import (
    Accepted,
    Asked,
    CallbackFault,
    CallbackRefused,
    Delivery,
    InboundIn,
    Lookup,
    LookupState,
    Outcome,
    Posted,
    ReceiptIn,
    Rejected,
    Reply,
    Submission,
)
from parley.providers.statuses import load_statuses
from parley.providers.tokens import address_of

_READ: Final = date(2026, 11, 26)
DECLARED: Final = Declaration(
    code="twilio",
    en="Twilio Programmable Messaging",
    zh="Twilio 短信",
    keys=(
        Key("account_sid", "The account, AC and 32 digits.", "账户标识，AC 加 32 位。", re.compile(r"AC[0-9a-f]{32}")),
        Key(
            "auth_token",
            "The account's primary auth token: callbacks are verified by it, and without an API key it also sends.",
            "账户的主 Auth Token：用于验证回调；未设 API 密钥时也用于发送。",
            is_secret=True,
        ),
        Key(
            "api_key",
            "An API key to send with, SK and 32 digits; empty: the auth token sends.",
            "用于发送的 API 密钥标识，SK 加 32 位；为空则用 Auth Token 发送。",
            re.compile(r"(SK[0-9a-f]{32})?"),
            "",
        ),
        Key(
            "api_key_secret",
            "The secret of that API key.",
            "该 API 密钥的密文。",
            re.compile(r".{0,100}"),
            "",
            is_secret=True,
        ),
        Key(
            "messaging_service",
            "A messaging service to send through, MG and 32 digits; empty: the sender alone.",
            "发送所用的消息服务标识，MG 加 32 位；为空则仅用发送方。",
            re.compile(r"(MG[0-9a-f]{32})?"),
            "",
        ),
        Key(
            "sender",
            "Who messages come from where nothing else was registered: a number with +, a short code or a name.",
            "未登记其他发送方时使用的发送方：带 + 的号码、短号或名称。",
            re.compile(r"(\+?[0-9]{3,15}|[A-Za-z0-9 ]{1,11})?"),
            "",
        ),
        Key(
            "address",
            "Where its API is; another only for a region of its own.",
            "API 地址；仅在使用特定区域时更改。",
            re.compile(r"https://[a-z0-9.-]+|http://127\.0\.0\.1:[0-9]+"),
            "https://api.twilio.com",
        ),
    ),
    can_look_up=False,
    deduplicates=False,
    settle_seconds=120,
    opt_outs=OptOuts.ANSWERED,
    posts_back=True,
    sources=(
        Source("https://www.twilio.com/docs/messaging/api/message-resource", _READ),
        Source("https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks", _READ),
        Source("https://www.twilio.com/docs/messaging/guides/webhook-request", _READ),
        Source("https://www.twilio.com/docs/usage/webhooks/webhooks-security", _READ),
        Source("https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out", _READ),
        Source("https://www.twilio.com/docs/api/errors", _READ),
    ),
)

# What it keeps a message for at most before it lets go of it; its error 90007.
_MOST_SECONDS: Final = 36_000
_MOST_FIELDS: Final = 200
_SID: Final = re.compile(r"(SM|MM)[0-9a-f]{32}")
_ENDED_AT_ONCE: Final = frozenset({"failed", "undelivered", "canceled"})
_TWIML: Final = Reply("text/xml", b'<?xml version="1.0" encoding="UTF-8"?><Response/>')


class TwilioDialect:
    """Writes requests to Twilio and reads its answers."""

    def __init__(self, given: Given) -> None:
        values = given.values
        self._given = given
        self._url = f"{values['address']}/2010-04-01/Accounts/{values['account_sid']}"
        user = values["api_key"] or values["account_sid"]
        secret = given.secrets["api_key_secret"] if values["api_key"] else given.secrets["auth_token"]
        self._let_in = "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()
        self._statuses = load_statuses(DECLARED.code)

    def request(self, one: Submission, now: datetime) -> Request | Outcome:
        """Return the request for one message: the text is sent to the letter, whatever else Twilio offers to do."""
        values = self._given.values
        sender, service = one.sent_as.sender or values["sender"], values["messaging_service"]
        seconds = seconds_left(one, now, _MOST_SECONDS)
        if seconds is None:
            return TOO_LATE
        if not sender and not service:
            return NO_SENDER
        form = {"To": one.to.e164, "Body": one.text, "ValidityPeriod": str(seconds), "SmartEncoded": "false"}
        if sender:
            form["From"] = sender
        if service:
            form["MessagingServiceSid"] = service
        if back := address_of(self._given, urlencode({"ref": one.reference})):
            form["StatusCallback"] = back
        headers = {"Authorization": self._let_in, "Content-Type": "application/x-www-form-urlencoded"}
        return Request("POST", f"{self._url}/Messages.json", headers, urlencode(form).encode())

    def outcome(self, response: Response, one: Submission) -> Outcome:  # noqa: ARG002 - it knows no reference of ours
        """Return what an answer says; a success holds the id of a message, else it is none."""
        told = read_table(response.body)
        if "code" in told:
            return by_code(self._statuses, _code(told["code"]), response.status)
        sid = words(told, "sid", 34)
        if not _SID.fullmatch(sid):
            raise Malformed("sid")
        if str(told.get("status")) in _ENDED_AT_ONCE:
            # Nothing more is told of one that ended with its first word.
            return self._ended(_code(told.get("error_code")))
        return Accepted(sid) if response.status in {200, 201} else by_status(response.status)

    def question(self, asked: Asked, now: datetime) -> Request | None:  # noqa: ARG002 - as every dialect is asked
        """Return nothing: Twilio cannot be asked by our reference."""
        return None

    def found(self, response: Response, asked: Asked) -> Lookup:  # noqa: ARG002 - as every dialect is asked
        """Say that it cannot be known."""
        return Lookup(LookupState.UNSUPPORTED)

    def probe(self) -> Request:
        """Return the request for the balance, which has no effect and which standard API keys may ask for."""
        return Request("GET", f"{self._url}/Balance.json", {"Authorization": self._let_in})

    def _ended(self, code: str) -> Outcome:
        known = self._statuses.statuses.get(code)
        return Rejected(code, known.words.en if known else "Twilio made the message and ended it at once.")


class TwilioCallbacks:
    """Reads what Twilio posts: receipts and texts, verified by the account's auth token."""

    def __init__(self, given: Given) -> None:
        self._key = given.secrets["auth_token"].encode()
        self._states = load_statuses(DECLARED.code).states

    @property
    def taken(self) -> Reply:
        """An empty TwiML document: nothing is answered to the handset by this way."""
        return _TWIML

    @property
    def takes_token(self) -> bool:
        """No: every post is signed."""
        return False

    def read(self, posted: Posted, wall: datetime) -> list[Delivery] | CallbackRefused:
        """Return what *posted* brings. Instants are those of hearing: Twilio's own have no time zone.

        The same post twice is one delivery: its id is that of message and state.
        """
        given = posted.headers.get("x-twilio-signature", "")
        if not given:
            return CallbackRefused(CallbackFault.HEADERS)
        told_hash = _asked(posted.query, "bodySHA256")
        try:
            pairs = None if told_hash is not None else _pairs(posted.body)
            signed = "".join(name + value for name, value in sorted(set(pairs or ())))
            if not self._is_signed(posted.url, signed, given) or not _is_hash(told_hash, posted.body):
                return CallbackRefused(CallbackFault.SIGNATURE)
            form = dict(pairs) if pairs is not None else _words_of(read_table(posted.body))
            return self._deliveries(form, posted.query, wall)
        except Malformed as where:
            return CallbackRefused(CallbackFault.BODY, str(where))

    def _is_signed(self, url: str, signed: str, given: str) -> bool:
        """Say whether *given* signs the address and *signed*: with its port or without, for Twilio does either."""
        found = False
        for address in _addresses(url):
            digest = hmac.digest(self._key, (address + signed).encode("utf-8", "surrogateescape"), "sha1")
            found |= hmac.compare_digest(base64.b64encode(digest), given.encode("utf-8", "surrogateescape"))
        return found

    def _deliveries(self, form: Mapping[str, str], query: str, wall: datetime) -> list[Delivery]:
        sid = words(form, "MessageSid", 34)
        if not _SID.fullmatch(sid):
            raise Malformed("MessageSid")
        if "MessageStatus" in form:
            status, code = form["MessageStatus"], form.get("ErrorCode", "")
            state = self._states.get(f"{status}.{code}") or self._states.get(status)
            return [ReceiptIn(event_id(sid, status), _asked(query, "ref"), sid, 0, state, wall)] if state else []
        sender, text = words(form, "From", 80), words({"Body": "", **form}, "Body", LONGEST_TEXT)
        if not is_number(sender):
            # A short code or a name: no telephone of a borrower.
            return []
        has_media = form.get("NumMedia", "0") != "0"
        return [
            InboundIn(event_id(sid), number(sender, "From"), words(form, "To", 80), text, wall, has_media=has_media)
        ]


def _code(value: object) -> str:
    """Return an error code as the table writes it, where it is a number of the usual length."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**7 else ""


def _pairs(body: bytes) -> list[tuple[str, str]]:
    """Return the fields of a form, every octet kept. Raises Malformed where there are too many."""
    try:
        return parse_qsl(
            body.decode("utf-8", "surrogateescape"),
            keep_blank_values=True,
            errors="surrogateescape",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise Malformed("body") from None


def _is_hash(told: str | None, body: bytes) -> bool:
    """Say whether *told* is the hash of *body*; of a form nothing is told."""
    if told is None:
        return True
    own = hashlib.sha256(body).hexdigest().encode()
    return hmac.compare_digest(own, told.lower().encode("utf-8", "surrogatepass"))


def _words_of(told: Mapping[str, object]) -> Mapping[str, str]:
    return {name: value for name, value in told.items() if isinstance(value, str)}


def _asked(query: str, name: str) -> str | None:
    """Return the first value of *name* in what stood behind the question mark; None where there is none."""
    try:
        return parse_qs(query, max_num_fields=_MOST_FIELDS).get(name, [None])[0]
    except ValueError:
        return None


def _addresses(url: str) -> tuple[str, str]:
    """Return the address with its port and without."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url, url
    host, usual = parts.netloc.removesuffix(f":{port}"), 443 if parts.scheme == "https" else 80
    head, tail = f"{parts.scheme}://", url[len(parts.scheme) + 3 + len(parts.netloc) :]
    return f"{head}{host}:{port or usual}{tail}", f"{head}{host}{tail}"


def _build(given: Given) -> HttpCarrier:
    return HttpCarrier(given.name, DECLARED, TwilioDialect(given), Outgoing())


def _probe(given: Given) -> Finding:
    return probed(TwilioDialect(given).probe(), "Twilio")


KIND: Final = Kind(DECLARED, _build, TwilioCallbacks, _probe)
"""Twilio, as routes name it: `twilio`."""
