"""Infobip: messages by version 3 of its SMS API, receipts and texts by its webhooks.

    POST /sms/3/messages    {"messages": [{"sender", "destinations": [{"to", "messageId"}], "content": {"text"}, …}]}
      200 {"bulkId", "messages": [{"messageId", "status": {"groupId", "groupName", "id", "name", …}, "destination"}]}
      an error: 4xx and {"requestError": {"serviceException": {"messageId": "UNAUTHORIZED", "text"}}}
    GET /sms/3/logs?messageId=…    the message under our own id, for 48 hours
    callbacks: {"results": [{"messageId", "status", "doneAt", …}]} and {"results": [{"messageId", "from", "text", …}]}

Our reference is the id of the message at Infobip too. What it posts is not signed unless an account sets that up for
itself, so a token stands in the address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from parley.providers.declared import Declaration, Finding, Given, Key, Kind, KnownBy, OptOuts, Source
from parley.providers.outgoing import Outgoing, Request, Response
from parley.providers.over_http import NO_SENDER, TOO_LATE, HttpCarrier, by_code, probed, seconds_left
from parley.providers.payload import (
    LONGEST_TEXT,
    Malformed,
    event_id,
    instant,
    is_id,
    is_number,
    number,
    read_table,
    table,
    words,
)
from parley.providers.port import (
    TAKEN,
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
    Reply,
    Submission,
    Unknown,
)
from parley.providers.statuses import load_statuses
from parley.providers.tokens import Tokens, address_of

_READ: Final = date(2026, 11, 26)
_SDK: Final = "https://github.com/infobip/infobip-api-python-client"
DECLARED: Final = Declaration(
    code="infobip",
    en="Infobip SMS",
    zh="Infobip 短信",
    keys=(
        Key(
            "address",
            "The base URL of the account, as its home page shows it, with https.",
            "账户的 Base URL（见其首页），以 https 开头。",
            re.compile(r"https://[a-z0-9.-]+|http://127\.0\.0\.1:[0-9]+"),
        ),
        Key(
            "api_key",
            "An API key that may send messages and read logs.",
            "可发送短信并读取日志的 API 密钥。",
            is_secret=True,
        ),
        Key(
            "sender",
            "Who messages come from where nothing else was registered.",
            "未登记其他发送方时使用的发送方。",
            re.compile(r"([0-9]{3,15}|[A-Za-z0-9 ._-]{1,15})?"),
            "",
        ),
        Key(
            "principal_entity",
            "The principal entity of India's DLT registry, for messages to India; empty: none is sent there.",
            "印度 DLT 登记的主体标识，用于发往印度的短信；为空则不附带。",
            re.compile(r"[0-9]{0,30}"),
            "",
        ),
    ),
    can_look_up=True,
    deduplicates=False,
    # Infobip names no time within which a message stands in its logs. Five minutes are ours.
    settle_seconds=300,
    opt_outs=OptOuts.NOTHING,
    posts_back=True,
    known_by=KnownBy.ADDRESS,
    sources=(
        Source(f"{_SDK}/blob/1412a61b045720bc92788a082d22bdc9a59dda6b/tests/api/test_sms_api.py", _READ),
        Source("https://www.infobip.com/docs/developer-resources/api-fundamentals/message-status-codes", _READ),
        Source("https://www.infobip.com/docs/essentials/api-essentials/response-status-and-error-codes", _READ),
        Source("https://www.infobip.com/docs/api/channels/sms/logs-and-status-reports", _READ),
        Source("https://www.infobip.com/docs/api/channels/sms/inbound-sms/receive-inbound-sms-messages", _READ),
        Source("https://www.infobip.com/docs/developer-resources/authentication-and-access/api-authentication", _READ),
    ),
)

# Its own limit and default.
_MOST_SECONDS: Final = 48 * 3_600
# Logs are kept for 48 hours; an hour is left for clocks.
_LOGS_REACH: Final = timedelta(hours=47)
_MOST_ROWS: Final = 1_000
_PENDING, _DELIVERED = 1, 3
_INDIA: Final = "+91"


class InfobipDialect:
    """Writes requests to Infobip and reads its answers."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._address = given.values["address"]
        self._headers = {
            "Authorization": f"App {given.secrets['api_key']}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        self._statuses = load_statuses(DECLARED.code)

    def request(self, one: Submission, now: datetime) -> Request | Outcome:
        """Return the request for one message, under our reference."""
        sender, seconds = one.sent_as.sender or self._given.values["sender"], seconds_left(one, now, _MOST_SECONDS)
        if seconds is None:
            return TOO_LATE
        if not sender:
            return NO_SENDER
        message: dict[str, Any] = {
            "sender": sender.removeprefix("+"),
            "destinations": [{"to": one.to.e164.removeprefix("+"), "messageId": one.reference}],
            "content": {"text": one.text},
            "options": {"validityPeriod": {"amount": seconds, "timeUnit": "SECONDS"}},
        }
        principal = self._given.values["principal_entity"]
        if principal and one.to.e164.startswith(_INDIA):
            template = {"contentTemplateId": one.sent_as.template_id} if one.sent_as.template_id else {}
            message["options"]["regional"] = {"indiaDlt": {"principalEntityId": principal, **template}}
        if back := address_of(self._given, has_token=True):
            message["webhooks"] = {"delivery": {"url": back}, "contentType": "application/json"}
        body = json.dumps({"messages": [message]}).encode()
        return Request("POST", f"{self._address}/sms/3/messages", self._headers, body)

    def outcome(self, response: Response, one: Submission) -> Outcome:
        """Return what an answer says: by the group of the message's status, else by the error's word."""
        told = read_table(response.body)
        if "requestError" in told:
            fault = table(table(told["requestError"], "requestError").get("serviceException"), "serviceException")
            return by_code(self._statuses, words(fault, "messageId", 40), response.status)
        row = table(_rows(told, "messages")[0], "messages")
        status = table(row.get("status"), "status")
        group = status.get("groupId")
        if type(group) is int and group in {_PENDING, _DELIVERED}:
            # Something under another id than ours: it is asked whether it has ours.
            return Accepted(one.reference) if row.get("messageId") == one.reference else Unknown("other_id")
        return by_code(self._statuses, words(status, "name", 60), response.status)

    def question(self, asked: Asked, now: datetime) -> Request | None:
        """Return the request for the logs of one message; None once they no longer reach back so far."""
        if now - asked.tried_at > _LOGS_REACH:
            return None
        query = urlencode({"messageId": asked.reference})
        return Request("GET", f"{self._address}/sms/3/logs?{query}", self._headers)

    def found(self, response: Response, asked: Asked) -> Lookup:
        """Return whether the logs hold the message."""
        rows = read_table(response.body).get("results")
        if response.status != HTTPStatus.OK or not isinstance(rows, list):
            raise Malformed("results")
        ours = any(isinstance(row, dict) and row.get("messageId") == asked.reference for row in rows)
        return Lookup(LookupState.FOUND, asked.reference) if ours else Lookup(LookupState.NOT_FOUND)

    def probe(self) -> Request:
        """Return the question for a message that nobody sent: no effect, and a right that this route needs."""
        return Request("GET", f"{self._address}/sms/3/logs?{urlencode({'messageId': UUID(int=0)})}", self._headers)


class InfobipCallbacks:
    """Reads what Infobip posts: receipts and texts, known by the token in the address."""

    def __init__(self, given: Given) -> None:
        self._tokens = Tokens(given.callback_secrets)
        self._states = load_statuses(DECLARED.code).states

    @property
    def taken(self) -> Reply:
        """Any answer of 2xx will do."""
        return TAKEN

    @property
    def takes_token(self) -> bool:
        """Yes: nothing is signed."""
        return True

    def read(self, posted: Posted, wall: datetime) -> list[Delivery] | CallbackRefused:  # noqa: ARG002 - it tells its own
        """Return what *posted* brings. The same report twice is one delivery: its id is that of message and status."""
        refusal = self._tokens.refusal(posted.token)
        if refusal is not None:
            return refusal
        try:
            rows = [table(row, "results") for row in _rows(read_table(posted.body), "results")]
            found = [self._receipt(row) if "status" in row else _text(row) for row in rows]
        except Malformed as where:
            return CallbackRefused(CallbackFault.BODY, str(where))
        return [one for one in found if one is not None]

    def _receipt(self, row: Mapping[str, Any]) -> ReceiptIn | None:
        message, status = words(row, "messageId", 1_000), table(row["status"], "status")
        name, group = words(status, "name", 60), words(status, "groupName", 40)
        state = self._states[name] if name in self._states else self._states.get(group)
        if state is None or not is_id(message):
            # On its way, or a message of somebody else on this account: none of ours has such an id.
            return None
        at = instant(words(row, "doneAt", 40), "doneAt")
        return ReceiptIn(event_id(message, name), message, message, 0, state, at)


def _text(row: Mapping[str, Any]) -> InboundIn | None:
    """Return a text, its keyword included (cleanText lacks a STOP that is one); None of whoever is no telephone."""
    sender, message = f"+{words(row, 'from', 40).removeprefix('+')}", words(row, "messageId", 200)
    text, at = words(row, "text", LONGEST_TEXT), instant(words(row, "receivedAt", 40), "receivedAt")
    if not is_number(sender):
        return None
    return InboundIn(event_id(message), number(sender, "from"), words(row, "to", 40), text, at)


def _rows(told: Mapping[str, Any], name: str) -> list[Any]:
    rows = told.get(name)
    if not isinstance(rows, list) or not 1 <= len(rows) <= _MOST_ROWS:
        raise Malformed(name)
    return rows


def _build(given: Given) -> HttpCarrier:
    return HttpCarrier(given.name, DECLARED, InfobipDialect(given), Outgoing())


def _probe(given: Given) -> Finding:
    return probed(InfobipDialect(given).probe(), "Infobip")


KIND: Final = Kind(DECLARED, _build, InfobipCallbacks, _probe)
"""Infobip, as routes name it: `infobip`."""
