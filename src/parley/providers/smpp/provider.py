"""A carrier over SMPP 3.4 behind the port, and what it declares.

What is honest to say of each message stands in `handing`. A look-up by our own reference does not exist in SMPP, and
query_sm wants the centre's id, which is just what nobody knows after a crash; so there is none, and what is in doubt
stays unknown until a receipt speaks.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import count
from random import Random
from typing import Final

import structlog

from parley.errors import OutsideFailed
from parley.providers.declared import Declaration, Finding, Given, Kind, OptOuts, Source
from parley.providers.port import (
    Accepted,
    Asked,
    Delivery,
    Lookup,
    LookupState,
    Outcome,
    Rejected,
    SentAs,
    Submission,
)
from parley.providers.smpp.account import KEYS, Account
from parley.providers.smpp.arrivals import Arrivals, Reading
from parley.providers.smpp.codings import Writer
from parley.providers.smpp.handing import Call, Desk
from parley.providers.smpp.link import CONNECT_SECONDS, Hooks, Links
from parley.providers.smpp.pdu import Submitting, write_tlv
from parley.providers.smpp.receipts import ReceiptForm
from parley.providers.smpp.session import Timing
from parley.providers.statuses import load_statuses

KIND_CODE: Final = "smpp"
# How long a message may wait for room in the window, and how long its answer may take after that.
PATIENCE_SECONDS: Final = 10.0
RESPONSE_SECONDS: Final = 10.0
ENQUIRE_SECONDS: Final = 30.0
# India's two parameters, in the range that SMPP leaves to vendors.
_DLT_ENTITY: Final = 0x1400
_DLT_TEMPLATE: Final = 0x1401
_LONGEST_VALIDITY: Final = timedelta(days=30)
_MOST_SENDERS: Final = 1_000
_WIDE: Final = 65_536
log = structlog.get_logger()


class Smpp:
    """One route over SMPP. Nothing is connected before it is used."""

    can_look_up: Final = False
    takes_synthetic: Final = False

    def __init__(
        self, account: Account, *, dice: Random | None = None, patience: float = PATIENCE_SECONDS,
        response: float = RESPONSE_SECONDS, enquire: float = ENQUIRE_SECONDS,
    ) -> None:  # fmt: skip
        statuses = load_statuses(KIND_CODE)
        dice = dice or Random()  # noqa: S311 - varies pauses and numbers texts; nobody is to be kept from guessing it
        self._account = account
        self._patience, self._response = patience, response
        self._receipts = ReceiptForm(statuses.states, account.ids, account.zone)
        reading = Reading(self._receipts, account.alphabet, secrets.token_hex(4), account.calling_code)
        self._arrivals = Arrivals(reading)
        timing = Timing(response, enquire, account.window)
        self._links = Links(account, Hooks(Desk(statuses), self._arrivals, statuses, timing, dice))
        self._writer = Writer(account.alphabet, account.joining)
        self._references = count(dice.randrange(_WIDE))
        self._submitting: dict[str, Submitting] = {}

    @property
    def name(self) -> str:
        """The name of the route."""
        return self._account.name

    @property
    def settle_seconds(self) -> int:
        """Seconds after which no answer to a submission will come."""
        return self._account.settle_seconds

    def submit(self, batch: Sequence[Submission], now: datetime) -> list[Outcome]:
        """Hand over *batch*, as many at a time as the window allows. Returns within 20 seconds."""
        self._links.start(self._account.modes[0])
        known: list[Outcome | None] = []
        bodies: list[Sequence[bytes]] = []
        for each in batch:
            made = self._bodies(each, now)
            known.append(made if isinstance(made, Rejected) else None)
            if not isinstance(made, Rejected):
                bodies.append(made)
        if bodies:
            call = Call(bodies, time.monotonic() + self._patience)
            self._links.hand(call)
            call.done.wait(self._patience + 2 * self._response)
            told = iter(call.outcomes())
        else:
            told = iter(())
        return [one if one is not None else self._named(next(told)) for one in known]

    def look_up(self, asked: Asked, now: datetime) -> Lookup:  # noqa: ARG002 - the port's
        """Say that it cannot be said."""
        return Lookup(LookupState.UNSUPPORTED)

    def poll(self, now: datetime, limit: int) -> list[Delivery]:
        """Return what came. Raises OutsideFailed where nothing did and the connection is missing."""
        receiving = self._account.modes[-1]
        self._links.start(receiving)
        found, settled = self._arrivals.read(now, limit, time.monotonic())
        if settled:
            self._links.answer(settled)
        for why, times in self._strays().items():
            log.warning("smpp_not_handed_over", route=self.name, why=why, times=times)
        trouble = self._links.trouble(receiving)
        if not found and trouble is not None:
            raise OutsideFailed(f"Route {self.name}: {trouble.en}", f"通道 {self.name}：{trouble.zh}")
        return found

    def acknowledge(self, event_ids: Sequence[str]) -> None:
        """Answer the centre: what it brought is stored."""
        owed = self._arrivals.acknowledge(event_ids, time.monotonic())
        if owed:
            self._links.answer(owed)

    def close(self) -> None:
        """Part from the centre."""
        self._links.close()

    def probe(self) -> Finding:
        """Connect and bind as in earnest, and say what came of it."""
        for mode in self._account.modes:
            self._links.start(mode)
            trouble = self._links.await_bound(mode, CONNECT_SECONDS + self._response)
            if trouble is not None:
                return Finding(is_well=False, en=trouble.en, zh=trouble.zh)
        return Finding(is_well=True, en="The centre takes the bind.", zh="短信中心已接受绑定。")

    def _strays(self) -> dict[str, int]:
        found = dict(self._arrivals.strays)
        self._arrivals.strays.subtract(found)
        return {why: times for why, times in found.items() if times}

    def _bodies(self, each: Submission, now: datetime) -> list[bytes] | Rejected:
        """Return the body of each part, or why none will be sent."""
        left = each.not_after - now
        if left <= timedelta(0):
            return Rejected("validity_over", "The message was handed over after its last instant.")
        parts = self._writer.write(each.text, next(self._references))
        if not parts:
            return Rejected("too_many_parts", "The text needs more than 255 parts.")
        submitting = self._for_sender(each.sent_as.sender)
        to, validity, own = each.to.e164[1:].encode("ascii"), _validity(left), self._dlt(each.sent_as)
        return [
            submitting.body(to, part.esm_class, validity, part.data_coding, part.text, part.tlvs + own)
            for part in parts
        ]

    def _for_sender(self, registered: str) -> Submitting:
        found = self._submitting.get(registered)
        if found is None:
            account = self._account
            found = Submitting(account.service_type, account.sender(registered), *account.destination_type)
            if len(self._submitting) < _MOST_SENDERS:
                self._submitting[registered] = found
        return found

    def _dlt(self, sent_as: SentAs) -> bytes:
        entity = self._account.dlt_entity_id
        if not entity:
            return b""
        template = sent_as.template_id.encode("ascii", "replace")
        return write_tlv(_DLT_ENTITY, entity.encode("ascii")) + (
            write_tlv(_DLT_TEMPLATE, template) if template else b""
        )

    def _named(self, outcome: Outcome) -> Outcome:
        """Return *outcome* with the ids as receipts will tell them."""
        if isinstance(outcome, Accepted):
            return Accepted(
                self._receipts.submitted_id(outcome.provider_id),
                tuple(self._receipts.submitted_id(one) for one in outcome.part_ids),
            )
        return outcome


def _validity(left: timedelta) -> bytes:
    """Return a validity period counted from when the centre reads it: its clock and zone do not matter (7.1.1.2)."""
    return _relative(int(min(left, _LONGEST_VALIDITY).total_seconds()) or 1)


@lru_cache(maxsize=4_096)
def _relative(seconds: int) -> bytes:
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return b"0000%02d%02d%02d%02d000R" % (days, hour, minute, second)


def _build(given: Given) -> Smpp:
    return Smpp(Account(given))


def _probe(given: Given) -> Finding:
    with closing(_build(given)) as provider:
        return provider.probe()


KIND: Final = Kind(
    declared=Declaration(
        code=KIND_CODE,
        en="SMPP 3.4",
        zh="SMPP 3.4",
        keys=KEYS,
        can_look_up=False,
        deduplicates=False,
        settle_seconds=120,
        opt_outs=OptOuts.NOTHING,
        posts_back=False,
        # The specification itself (SMPP v3.4, Issue 1.2) could not be fetched; these tell its tables again.
        sources=(
            Source("https://www.tops.com.pl/en/smscc/manual/errors/smpp.html", date(2026, 11, 26)),
            Source("https://smppcenter.com/kb/how-read-smpp-delivery-receipt", date(2026, 11, 26)),
        ),
    ),
    build=_build,
    probe=_probe,
)
"""A carrier over SMPP 3.4."""
