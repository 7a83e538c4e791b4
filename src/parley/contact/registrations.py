"""What a lender has had registered: senders, texts and uses, by provider, country and purpose. Pure.

The file `registrations.toml` of a home says it; a compliance officer keeps it. Of a message it tells how it would be
carried and which registrations hold for it: facts that the rules about senders judge, and nothing more.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations
from typing import Final

from parley.contact.facts import Carriage, ContactFacts
from parley.dates import local_date
from parley.messaging.values import is_control
from parley.messaging.wording import (
    LONGEST_TEXT_CHARS,
    LONGEST_VALUE_CHARS,
    Wording,
    filled,
    fits,
    read_wording,
    unsigned,
)
from parley.purpose import Channel, Purpose
from parley.rulebook.carriers import Carrier
from parley.rulebook.document import read_document, tables_of
from parley.rulebook.fields import Fields
from parley.rulebook.terms import Registered, SenderForm

FILE: Final = "registrations.toml"
ALL: Final = "all"
LONGEST_OWNER_CHARS: Final = 60
# A registration that ends so soon is told in time to renew it.
RENEW_DAYS: Final = 30
_COUNTRY: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Registration:
    """One thing a registry or a provider has taken in. `providers` empty: whoever carries. `valid_to`: the last day.

    `name`, `form` and `signature`: of a sender; with a signature it is the sender of texts signed so. `wording`: of a
    template. `owner`: who renews it, a person or a team; it changes nothing of what is registered.
    """

    kind: Registered
    registered_id: str
    providers: frozenset[str]
    country: str
    purposes: frozenset[Purpose]
    valid_from: date
    valid_to: date | None
    name: str = ""
    form: SenderForm | None = None
    wording: Wording | None = None
    signature: str = ""
    owner: str = field(default="", compare=False)

    def is_for(self, provider: str) -> bool:
        """Say whether it counts where *provider* carries."""
        return not self.providers or provider in self.providers

    def has_ended(self, today: date) -> bool:
        """Say whether its last day has passed."""
        return self.valid_to is not None and self.valid_to < today

    def must_be_renewed(self, today: date) -> bool:
        """Say whether it ends within RENEW_DAYS, or has ended."""
        return self.valid_to is not None and self.valid_to <= today + timedelta(days=RENEW_DAYS)

    def follows(self, other: Registration, today: date) -> bool:
        """Say whether it is there for all that *other* was for, from *other*'s end or from *today* on, and longer."""
        return (
            other.valid_to is not None
            and (self.valid_to is None or self.valid_to > other.valid_to)
            and self.valid_from <= max(today, other.valid_to + timedelta(days=1))
            and (self.kind, self.country) == (other.kind, other.country)
            and (self.wording, self.signature) == (other.wording, other.signature)
            and self.purposes >= other.purposes
            and (not self.providers or (bool(other.providers) and self.providers >= other.providers))
        )

    def signs(self, text: str) -> bool:
        """Say whether *text* bears the registered signature, first or last; where none is registered, any does."""
        signed = f"【{self.signature}】"
        return not self.signature or text.startswith(signed) or text.endswith(signed)

    def is_said_by(self, text: str) -> bool:
        """Say whether *text*, as it would leave, is what was registered: of a template, with its signature or without.

        Some carriers put the signature before a text themselves, and have the rest of it registered.
        """
        return (self.wording is None or any(fits(self.wording, one) for one in _forms(text))) and self.signs(text)

    def values(self, text: str) -> tuple[tuple[str, str], ...]:
        """Return name and value of each variable of a template that give *text*; none where it is not so registered."""
        if self.wording is None:
            return ()
        cut = (filled(self.wording, one) for one in _forms(text))
        return next((values for values in cut if values is not None), ())

    def holds(self, provider: str, jurisdiction: str, purpose: Purpose, days: Iterable[date]) -> bool:
        """Say whether it holds for such a message on every one of *days*: those of the zones a borrower may be in."""
        return (
            self.is_for(provider)
            and (jurisdiction == self.country or jurisdiction.startswith(f"{self.country}-"))
            and purpose in self.purposes
            and all(self.valid_from <= day and (self.valid_to is None or day <= self.valid_to) for day in days)
        )


@dataclass(frozen=True, slots=True, repr=False)
class NamedAs:
    """What was found registered for one text, as a carrier must name it; an empty field: nothing of that kind.

    `sender`: what recipients see; `values`: name and value of each variable of the template, in order. Put into the
    registered wording they give the text to the letter, where that is so with its signature or without it.
    """

    sender: str = ""
    sender_id: str = ""
    signature: str = ""
    template_id: str = ""
    use_case_id: str = ""
    values: tuple[tuple[str, str], ...] = ()


UNNAMED: Final = NamedAs()
"""Nothing is registered for it."""


@dataclass(frozen=True, slots=True)
class Registrations:
    """All of a lender, in the order of the file. `digest`: SHA-256 of it, hex; empty where there is none."""

    entries: tuple[Registration, ...] = ()
    digest: str = ""

    def to_renew(self, today: date) -> tuple[Registration, ...]:
        """Return those that end within RENEW_DAYS or have ended and that no other follows, the first to end first."""
        found = [one for one in self.entries if one.must_be_renewed(today)]
        alone = [one for one in found if not any(other.follows(one, today) for other in self.entries)]
        return tuple(sorted(alone, key=lambda one: (one.valid_to or date.max, one.kind, one.registered_id)))


@dataclass(frozen=True, slots=True)
class Route:
    """By whom the texts of a deployment are carried, and what is registered for them.

    What they come from where no sender is registered, the rulebook says: whoever asks gives its carriers, so that a
    decision is by one rulebook. Of a provider that it does not list nobody knows.
    """

    provider: str
    registrations: Registrations

    def carriage(self, facts: ContactFacts, text: str, carriers: Mapping[str, Carrier]) -> Carriage | None:
        """Return how *text* would be carried to the borrower of *facts*; None on channels that no carrier registers."""
        if facts.channel is not Channel.SMS:
            return None
        days = {local_date(facts.now, zone) for zone in facts.zones or ("UTC",)}
        return self.carried(facts.jurisdiction, facts.purpose, days, lambda one: one.is_said_by(text), carriers)

    def carried(
        self,
        jurisdiction: str,
        purpose: Purpose,
        days: Iterable[date],
        is_it: Callable[[Registration], bool],
        carriers: Mapping[str, Carrier],
    ) -> Carriage:
        """Return how a text for which *is_it* knows what was registered would be carried on all of *days*."""
        found = self._found(jurisdiction, purpose, days, is_it)
        sender, carrier = found.get(Registered.SENDER), carriers.get(self.provider)
        unregistered = carrier.form if carrier is not None else None
        return Carriage(
            self.provider,
            sender.form if sender is not None else unregistered,
            frozenset(found),
            tuple(found[kind].registered_id for kind in Registered if kind in found),
            self.registrations.digest,
        )

    def named_as(self, jurisdiction: str, purpose: Purpose, days: Iterable[date], text: str) -> NamedAs:
        """Return what is registered for *text* on all of *days*, as its carrier must name it."""
        found = self._found(jurisdiction, purpose, days, lambda one: one.is_said_by(text))
        ids = {kind: one.registered_id for kind, one in found.items()}
        sender, template = found.get(Registered.SENDER), found.get(Registered.TEMPLATE)
        return NamedAs(
            sender=sender.name if sender is not None else "",
            sender_id=ids.get(Registered.SENDER, ""),
            signature=sender.signature if sender is not None else "",
            template_id=ids.get(Registered.TEMPLATE, ""),
            use_case_id=ids.get(Registered.USE_CASE, ""),
            values=template.values(text) if template is not None else (),
        )

    def _found(
        self, jurisdiction: str, purpose: Purpose, days: Iterable[date], is_it: Callable[[Registration], bool]
    ) -> dict[Registered, Registration]:
        """Return what is registered of each kind, the first of the file."""
        on = tuple(days)
        found: dict[Registered, Registration] = {}
        for one in self.registrations.entries:
            applies = one.kind not in found and one.holds(self.provider, jurisdiction, purpose, on)
            if applies and is_it(one):
                found[one.kind] = one
        return found


def read_registrations(content: bytes, carriers: Mapping[str, Carrier], path: str = FILE) -> Registrations:
    """Return the registrations of a file; empty content is none. Raises BadInput with file and line."""
    if not content:
        return Registrations()
    top = read_document(path, content)
    entries: list[Registration] = []
    placed: list[tuple[Registration, Fields]] = []
    for kind in Registered:
        for table in tables_of(top, kind):
            one = _registration(kind, table, carriers)
            _refuse_twice(one, table, placed)
            placed.append((one, table))
            entries.append(one)
    top.finish()
    _refuse_two_senders(placed)
    return Registrations(tuple(entries), hashlib.sha256(content).hexdigest())


def _registration(kind: Registered, table: Fields, carriers: Mapping[str, Carrier]) -> Registration:
    country = table.text("country")
    if _COUNTRY.fullmatch(country) is None:
        table.fail("country", f"{country!r} is no code such as IN or US-TX", f"{country!r} 不是代码，如 IN 或 US-TX")
    valid_from, valid_to = table.day("valid_from"), table.day("valid_to")
    if valid_from is None or (valid_to is not None and valid_to < valid_from):
        table.fail("valid_from", "valid_from is missing or after valid_to", "valid_from 缺失或晚于 valid_to")
    is_sender = kind is Registered.SENDER
    one = Registration(
        kind=kind,
        registered_id=table.text("id"),
        providers=_providers(table, carriers),
        country=country,
        purposes=_purposes(table),
        valid_from=valid_from,
        valid_to=valid_to,
        name=table.text("name") if is_sender else "",
        form=table.one_of("form", SenderForm) if is_sender else None,
        wording=_wording(table) if kind is Registered.TEMPLATE else None,
        signature=_signature(table) if is_sender and table.has("signature") else "",
        owner=_owner(table) if table.has("owner") else "",
    )
    table.finish()
    return one


def _signature(table: Fields) -> str:
    told = table.text("signature").strip("【】")
    if not told or "【" in told or "】" in told:
        table.fail("signature", "signature is what stands between 【 and 】", "signature 为【】之间的文字")
    return told


def _owner(table: Fields) -> str:
    told = table.text("owner").strip()
    if not told or len(told) > LONGEST_OWNER_CHARS or any(is_control(char) for char in told):
        most = LONGEST_OWNER_CHARS
        table.fail(
            "owner",
            f"owner is a person or a team, on one line of at most {most} characters",
            f"owner 为个人或团队名称，单行且不超过 {most} 个字符",
        )
    return told


def _providers(table: Fields, carriers: Mapping[str, Carrier]) -> frozenset[str]:
    named = table.words("providers")
    if named == {ALL}:
        return frozenset()
    allowed = ", ".join([ALL, *sorted(carriers)])
    for one in sorted(named - carriers.keys()) or ([""] if not named else []):
        table.fail(
            "providers", f"providers: {one!r} is not one of: {allowed}", f"providers：{one!r} 不在允许值之内：{allowed}"
        )
    return named


def _purposes(table: Fields) -> frozenset[Purpose]:
    if table.words("purposes") == {ALL}:
        return frozenset(Purpose)
    some = table.some_of("purposes", Purpose)
    if not some:
        table.fail("purposes", 'purposes is empty; write ["all"] for all', 'purposes 为空；全部请写 ["all"]')
    return some


def _wording(table: Fields) -> Wording:
    text = table.text("text")
    if len(text) > LONGEST_TEXT_CHARS:
        most = LONGEST_TEXT_CHARS
        table.fail("text", f"text is longer than {most} characters", f"text 超过 {most} 个字符")
    if any(char != "\n" and is_control(char) for char in text):
        table.fail("text", "text holds a control or direction character", "text 含控制字符或方向字符")
    wording = read_wording(text, table.number("longest_value", most=500) or LONGEST_VALUE_CHARS)
    if not wording.has_words:
        table.fail("text", "text is variables alone: it would fit any message", "text 仅由变量组成，可匹配任何短信")
    return wording


def _forms(text: str) -> tuple[str, ...]:
    """Return the ways in which *text* may be registered: as it leaves, and without the signature before it."""
    bare = unsigned(text)
    return (text,) if bare == text else (text, bare)


def _refuse_twice(one: Registration, table: Fields, placed: Iterable[tuple[Registration, Fields]]) -> None:
    if any(other.kind is one.kind and other.registered_id == one.registered_id for other, _ in placed):
        name = one.registered_id
        table.fail("id", f"{one.kind} {name!r} is given twice", f"{one.kind} {name!r} 重复")


def _refuse_two_senders(placed: Iterable[tuple[Registration, Fields]]) -> None:
    """Refuse two senders for one message: which of them it would come from, and so of which form, nobody could say."""
    senders = [(one, table) for one, table in placed if one.kind is Registered.SENDER]
    for (one, _), (other, table) in combinations(senders, 2):
        if _meet(one, other):
            table.fail(
                "purposes",
                f"senders {one.registered_id!r} and {other.registered_id!r} overlap in provider, country, purpose and "
                "days: say which is for what",
                f"发送方 {one.registered_id!r} 与 {other.registered_id!r} 的通道、国家、用途与日期重叠：请写明各自用途",
            )


def _meet(one: Registration, other: Registration) -> bool:
    return (
        (f"{one.country}-".startswith(f"{other.country}-") or f"{other.country}-".startswith(f"{one.country}-"))
        and bool(one.purposes & other.purposes)
        and (not one.providers or not other.providers or bool(one.providers & other.providers))
        and (not one.signature or not other.signature or one.signature == other.signature)
        and (one.valid_to is None or other.valid_from <= one.valid_to)
        and (other.valid_to is None or one.valid_from <= other.valid_to)
    )
