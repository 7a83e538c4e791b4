"""Test messages to the lender's own staff: handed over by the route that was asked for, once at most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from parley.contact.registrations import UNNAMED, NamedAs
from parley.contact.routes import Line, ListedNumber, country_of
from parley.dates import local_date
from parley.engine.trial_texts import Trial, trial_text
from parley.engine.turn import Library
from parley.errors import OutsideFailed
from parley.messaging.carriage import STANDARD
from parley.messaging.segments import measure
from parley.providers.kinds import KINDS
from parley.providers.port import Accepted, NotTaken, Provider, Rejected, SentAs, Submission, Unknown
from parley.purpose import Purpose
from parley.run.carriers import Carriers
from parley.run.jobs import Tell, Work
from parley.store.stopping import stop_in_force
from parley.store.trials import INTERRUPTED, Found, Outcome, begin_test, end_test, found_of, result_of, was_begun
from parley.store.vault import Vault

# Whoever asked looks at the telephone now: later than this a test only puzzles.
SEND_WITHIN: Final = timedelta(minutes=10)
_ARRIVES_WITHIN: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Trials:
    """What it takes to hand over a test message."""

    carriers: Carriers
    library: Library
    vault: Vault
    zone: str

    def send(self, asked: dict[str, Any], now: datetime) -> Found:
        """Hand over what was *asked*, unless that was begun before: then nobody knows, and nothing is done again."""
        token = UUID(asked["token"])
        if (kept := found_of(token)) is not None:
            return kept
        line = self.carriers.routes.line(asked["route"])
        listed = next((one for one in self.carriers.routes.test_numbers if one.owner == asked["owner"]), None)
        if line is None or listed is None or not line.reaches(listed.number):
            return self._held(token, "not_listed", now)
        if now - datetime.fromisoformat(asked["at"]) > SEND_WITHIN:
            return self._held(token, "too_late", now)
        one = self._submission(token, line, listed, Trial(asked["text"]), now)
        if stop_in_force() is not None:
            return self._held(token, "stopped", now)
        if not begin_test(token, now, self.vault):
            return end_test(token, INTERRUPTED, now, self.vault)
        found = _handed_over(self.carriers.providers[line.name], one, now)
        return end_test(token, found, now, self.vault)

    def _held(self, token: UUID, why: str, now: datetime) -> Found:
        """End what is not handed over now; what was begun before may have left all the same."""
        found = INTERRUPTED if was_begun(token) else Found(Outcome.HELD, why)
        return end_test(token, found, now, self.vault)

    def _submission(self, token: UUID, line: Line, listed: ListedNumber, which: Trial, now: datetime) -> Submission:
        text = trial_text(which, self.library.lender)
        carriage = KINDS[line.kind].declared.carriage if line.kind in KINDS else STANDARD
        named = next(self._registered(line, listed, text, now), UNNAMED)
        return Submission(
            reference=str(token),
            to=listed.number,
            text=text,
            segments=measure(text, carriage).count,
            not_after=now + _ARRIVES_WITHIN,
            is_synthetic=False,
            sent_as=SentAs(
                named.sender, named.sender_id, named.signature, named.template_id, named.use_case_id, named.values
            ),
        )

    def _registered(self, line: Line, listed: ListedNumber, text: str, now: datetime) -> Iterator[NamedAs]:
        """Yield what is registered for the text by each purpose that the route carries, where a sender is."""
        registrations, country = self.library.route.registrations.entries, country_of(listed.number)
        if not registrations:
            return
        days = {local_date(now, self.zone)}
        for purpose in (one for one in Purpose if one in line.purposes):
            named = replace(self.library.route, provider=line.kind).named_as(country, purpose, days, text)
            if named.sender:
                yield named


def trial_job(trials: Trials) -> Work:
    """Return the job that hands a test message over."""

    def work(asked: dict[str, Any], now: datetime, tell: Tell) -> dict[str, object]:  # noqa: ARG001 - one step
        return result_of(trials.send(asked, now))

    return work


def _handed_over(provider: Provider, one: Submission, now: datetime) -> Found:
    try:
        (said,) = provider.submit([one], now)
    except OutsideFailed:
        # By the contract of providers nothing was handed over.
        return Found(Outcome.NOT_TAKEN, "carrier_not_reached", segments=one.segments)
    match said:
        case Accepted(provider_id, part_ids):
            return Found(Outcome.ACCEPTED, provider_ids=part_ids or (provider_id,), segments=one.segments)
        case Rejected(code, words):
            return Found(Outcome.REJECTED, code, words, segments=one.segments)
        case NotTaken(code):
            return Found(Outcome.NOT_TAKEN, code, segments=one.segments)
        case Unknown(code):
            return Found(Outcome.UNKNOWN, code, segments=one.segments)
