"""A carrier over HTTP that nobody wrote code for: a file in the home describes it, see `described`.

Two kinds, by how its callbacks are known: `generic` by a token in the address, `generic-signed` by Standard Webhooks.
What the file does not say is not guessed: without a look-up what got no answer stays unknown.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache, partial
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from parley.errors import BadInput
from parley.providers.declared import Declaration, Given, Key, Kind, KnownBy, OptOuts, Source
from parley.providers.described import PLACEHOLDER, Auth, Body, Described, Instant, read_description
from parley.providers.outgoing import Outgoing, Request, Response
from parley.providers.over_http import NO_SENDER, TOO_LATE, HttpCarrier, by_code, by_status, seconds_left
from parley.providers.payload import (
    LONGEST_TEXT,
    Malformed,
    event_id,
    instant,
    is_id,
    is_number,
    number,
    read_json,
    table,
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
    Rejected,
    Reply,
    Submission,
)
from parley.providers.signed import Signatures
from parley.providers.tokens import Tokens, address_of

_FILE: Final = "description"
_MOST_ROWS: Final = 1_000
_MOST_FIELDS: Final = 200
_LONGEST_FIELD: Final = 200
# Later than any; a number that is an instant of another planet is none of ours.
_MOST_SECONDS: Final = 10**11

DECLARED: Final = Declaration(
    code="generic",
    en="A carrier over HTTP, described in a file",
    zh="以文件描述的 HTTP 短信通道",
    keys=(
        Key(
            _FILE,
            "The file in the home's folder that describes the carrier; docs/connect-generic.md says how.",
            "主目录中描述该通道的文件；写法见 docs/connect-generic.md。",
            is_file=True,
        ),
        Key("secret", "The password, token or key that the file's auth needs.", "文件中 auth 所需的密码、令牌或密钥。",
            default="", is_secret=True),
        Key("sender", "Who messages come from where nothing else was registered.", "未登记其他发送方时使用的发送方。",
            default=""),
    ),
    can_look_up=False,
    deduplicates=False,
    settle_seconds=120,
    opt_outs=OptOuts.NOTHING,
    posts_back=True,
    known_by=KnownBy.ADDRESS,
    sources=(Source("https://www.standardwebhooks.com", date(2026, 11, 26)),),
)  # fmt: skip
_SIGNED: Final = replace(
    DECLARED,
    code="generic-signed",
    en="A carrier over HTTP, described in a file, whose callbacks are signed by Standard Webhooks",
    zh="以文件描述的 HTTP 短信通道，回调按 Standard Webhooks 签名",
    known_by=KnownBy.OUR_KEY,
)


class GenericDialect:
    """Writes requests and reads answers as a file says."""

    def __init__(self, given: Given, what: Described, declared: Declaration) -> None:
        self._given, self._what = given, what
        self._has_token = declared.known_by is KnownBy.ADDRESS
        self._headers = {**what.asking.headers, **_let_in(what, given.secrets["secret"])}
        held = json.dumps(dict(what.asking.fields))
        self._needs_sender = "{sender}" in held

    def request(self, one: Submission, now: datetime) -> Request | Outcome:
        """Return the request for one message: the file's fields with their placeholders filled."""
        asking, seconds = self._what.asking, seconds_left(one, now, self._what.longest_seconds)
        if seconds is None:
            return TOO_LATE
        words = self._words(one, seconds)
        if self._needs_sender and not words["sender"]:
            return NO_SENDER
        try:
            filled = _filled(asking.fields, words, dict(one.sent_as.values))
        except KeyError as missing:
            return Rejected("no_value", f"The registered template has no variable {missing.args[0]!r}.")
        if asking.body is Body.JSON:
            kind, body = "application/json", json.dumps(filled).encode()
        else:
            assert isinstance(filled, dict), "fields are a table"
            kind, body = "application/x-www-form-urlencoded", urlencode(filled).encode()
        return Request(asking.method, asking.address, {"Content-Type": kind, **self._headers}, body)

    def outcome(self, response: Response, one: Submission) -> Outcome:
        """Return what an answer says: a yes is a status that is one, the word that is one, an id where one is due."""
        answering = self._what.answering
        try:
            told = read_json(response.body)
        except Malformed:
            told = None
        is_yes = response.status in answering.ok and (
            not answering.test or _at(told, answering.test) in answering.words
        )
        if not is_yes:
            code = _at(told, answering.code)
            return by_code(self._what.statuses, code, response.status) if code else by_status(response.status)
        if not answering.id:
            return Accepted(one.reference)
        return Accepted(_needed(told, answering.id))

    def question(self, asked: Asked, now: datetime) -> Request | None:  # noqa: ARG002 - it may be asked at any time
        """Return the request that asks for a message; None where the file says no way."""
        looking_up = self._what.looking_up
        if looking_up is None:
            return None
        address = looking_up.address.replace("{reference}", quote(asked.reference, safe=""))
        return Request("GET", address, self._headers)

    def found(self, response: Response, asked: Asked) -> Lookup:  # noqa: ARG002 - the question named it
        """Return whether the carrier has it. Only what says that it has not is a no: whoever is told so sends again."""
        looking_up = self._what.looking_up
        assert looking_up is not None, "it was asked"
        if response.status in looking_up.absent:
            return Lookup(LookupState.NOT_FOUND)
        if response.status != HTTPStatus.OK:
            raise Malformed("status")
        told = read_json(response.body)
        if looking_up.empty and _under(told, looking_up.empty) == []:
            return Lookup(LookupState.NOT_FOUND)
        found = _needed(told, looking_up.id)
        if not is_id(found):
            raise Malformed(looking_up.id)
        return Lookup(LookupState.FOUND, found)

    def _words(self, one: Submission, seconds: int) -> dict[str, str | int | dict[str, str]]:
        said = one.sent_as
        return {
            "to": one.to.e164,
            "to_digits": one.to.e164.removeprefix("+"),
            "text": one.text,
            "reference": one.reference,
            "seconds": seconds,
            "segments": one.segments,
            "callback": address_of(self._given, has_token=self._has_token),
            "sender": said.sender or self._given.values["sender"],
            "sender_id": said.sender_id,
            "signature": said.signature,
            "template_id": said.template_id,
            "use_case_id": said.use_case_id,
            "values": dict(said.values),
        }


class GenericCallbacks:
    """Reads callbacks as a file says."""

    def __init__(self, given: Given, declared: Declaration) -> None:
        self._what = _described(given)
        self._is_signed = declared.known_by is KnownBy.OUR_KEY
        self._signatures = Signatures(given.callback_secrets)
        self._tokens = Tokens(given.callback_secrets)

    @property
    def taken(self) -> Reply:
        """What the file says, else that it was taken."""
        telling = self._what.telling
        return Reply(telling.answer_type, telling.answer.encode()) if telling.answer else TAKEN

    @property
    def takes_token(self) -> bool:
        """Whether a token stands in the address; else every post is signed."""
        return not self._is_signed

    def read(self, posted: Posted, wall: datetime) -> list[Delivery] | CallbackRefused:
        """Return what *posted* brings; of a row that is neither receipt nor text nothing."""
        refusal = self._signatures.refusal(posted, wall) if self._is_signed else self._tokens.refusal(posted.token)
        if refusal is not None:
            return refusal
        try:
            found = [self._delivery(row, wall) for row in self._rows(posted.body)]
        except Malformed as where:
            return CallbackRefused(CallbackFault.BODY, str(where))
        return [one for one in found if one is not None]

    def _rows(self, body: bytes) -> list[Mapping[str, Any]]:
        telling = self._what.telling
        told: object
        if telling.body is Body.FORM:
            try:
                told = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
            except ValueError:
                raise Malformed("body") from None
        else:
            told = read_json(body)
        rows = _under(told, telling.rows) if telling.rows else told if isinstance(told, list) else [told]
        if not isinstance(rows, list) or not 1 <= len(rows) <= _MOST_ROWS:
            raise Malformed(telling.rows or "body")
        return [table(row, telling.rows or "body") for row in rows]

    def _delivery(self, row: Mapping[str, Any], wall: datetime) -> Delivery | None:
        telling = self._what.telling
        if telling.receipt["when"] and _at(row, telling.receipt["when"]):
            return self._receipt(row, wall)
        if telling.text["when"] and _under(row, telling.text["when"]) is not None:
            return self._text(row, wall)
        return None

    def _receipt(self, row: Mapping[str, Any], wall: datetime) -> ReceiptIn | None:
        paths = self._what.telling.receipt
        state = self._what.statuses.states.get(_needed(row, paths["state"]))
        if state is None:
            return None
        reference, given = _at(row, paths["reference"]) or None, _at(row, paths["id"])
        if reference is None and not given:
            raise Malformed(paths["reference"] or paths["id"])
        if given and not is_id(given):
            # A message of somebody else: none that this carrier took from us has such an id.
            return None
        told = _at(row, paths["event"]) or event_id(given or reference or "", state)
        at = _when(row, paths["at"], self._what.telling.receipt_at, wall)
        return ReceiptIn(event_id(told), reference, given, 0, state, at)

    def _text(self, row: Mapping[str, Any], wall: datetime) -> InboundIn | None:
        paths = self._what.telling.text
        text = _under(row, paths["text"])
        if not isinstance(text, str) or len(text) > LONGEST_TEXT:
            raise Malformed(paths["text"])
        sender, event = f"+{_needed(row, paths['from']).removeprefix('+')}", event_id(_needed(row, paths["event"]))
        at = _when(row, paths["at"], self._what.telling.text_at, wall)
        if not is_number(sender):
            # A short code or a name: no telephone of a borrower.
            return None
        return InboundIn(event, number(sender, paths["from"]), _at(row, paths["to"]), text, at)


def _let_in(what: Described, secret: str) -> Mapping[str, str]:
    match what.asking.auth:
        case Auth.NONE:
            return {}
        case Auth.BASIC:
            pair = base64.b64encode(f"{what.asking.user}:{secret}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        case Auth.BEARER:
            return {"Authorization": f"Bearer {secret}"}
        case Auth.HEADER:
            return {what.asking.header: secret}


def _filled(value: object, words: Mapping[str, object], values: Mapping[str, str]) -> object:
    """Return *value* with its placeholders filled; one that is a whole value keeps its kind. Raises KeyError."""
    if isinstance(value, Mapping):
        return {key: _filled(inner, words, values) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, words, values) for inner in value]
    if not isinstance(value, str):
        return value

    def put(name: str) -> object:
        return values[name.removeprefix("value:")] if name.startswith("value:") else words[name]

    whole = PLACEHOLDER.fullmatch(value)
    # One pass: what a borrower's name or a text holds is never a placeholder itself.
    return put(whole[1]) if whole else PLACEHOLDER.sub(lambda found: str(put(found[1])), value)


def _under(told: object, path: str) -> object:
    """Return what stands under *path*; None where nothing does."""
    for step in path.split(".") if path else ():
        if isinstance(told, dict):
            told = told.get(step)
        elif isinstance(told, list) and step.isascii() and step.isdigit() and len(step) <= 4 and int(step) < len(told):  # noqa: PLR2004 - more rows are read nowhere
            told = told[int(step)]
        else:
            return None
    return told


def _at(told: object, path: str) -> str:
    """Return the word, number or truth under *path* as it is written; empty where there is none, or no path."""
    found = _under(told, path) if path else None
    if isinstance(found, bool):
        return "true" if found else "false"
    try:
        written = str(found) if isinstance(found, str | int) else ""
    except ValueError:
        # A number of thousands of digits.
        return ""
    return written if len(written) <= _LONGEST_FIELD else ""


def _needed(row: object, path: str) -> str:
    found = _at(row, path)
    if not found:
        raise Malformed(path)
    return found


def _when(row: object, path: str, form: Instant, heard: datetime) -> datetime:
    if form is Instant.HEARD:
        return heard
    told = _needed(row, path)
    if form is Instant.ISO:
        return instant(told, path)
    if not told.isascii() or not told.isdigit() or int(told) > _MOST_SECONDS * 1_000:
        raise Malformed(path)
    seconds = int(told) // (1_000 if form is Instant.UNIX_MS else 1)
    if seconds > _MOST_SECONDS:
        raise Malformed(path)
    return datetime.fromtimestamp(seconds, UTC)


@cache
def _read(content: str, name: str) -> Described:
    return read_description(content.encode(), name)


def _described(given: Given) -> Described:
    return _read(given.values[_FILE], f"{_FILE} of route {given.name}")


def _build(declared: Declaration, given: Given) -> HttpCarrier:
    what = _described(given)
    if what.asking.auth is not Auth.NONE and not given.secrets["secret"]:
        raise BadInput(
            f"Route {given.name} has no secret, and its description says auth = {str(what.asking.auth)!r}.",
            f"通道 {given.name} 没有密钥，而其描述文件要求 auth = {str(what.asking.auth)!r}。",
        )
    mine = replace(declared, can_look_up=what.looking_up is not None, settle_seconds=what.settle_seconds)
    return HttpCarrier(given.name, mine, GenericDialect(given, what, declared), Outgoing())


def _kind(declared: Declaration) -> Kind:
    return Kind(declared, partial(_build, declared), partial(GenericCallbacks, declared=declared))


KIND: Final = _kind(DECLARED)
"""A described carrier that signs nothing, as routes name it: `generic`."""
SIGNED: Final = _kind(_SIGNED)
"""A described carrier that signs by Standard Webhooks: `generic-signed`."""
