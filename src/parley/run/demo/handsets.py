"""The borrowers' telephones: what reached them is read by a simulated person, who may write back.

Their memory is a file of their own beside the centre's log, so that a stopped run goes on where it was.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from parley.providers.sandbox import OnHandset, Sandbox
from parley.simulation.persona import Persona
from parley.simulation.respond import Heard, Reply, respond
from parley.simulation.speech import Intention
from parley.simulation.world import World
from parley.store import models

WEEK = timedelta(days=7)


@dataclass(slots=True)
class _Handset:
    """What one telephone remembers: talk so far, and when our texts came."""

    persona: Persona
    said: list[tuple[str, Intention]] = field(default_factory=list)
    heard_at: deque[datetime] = field(default_factory=deque)
    in_thread: int = 0


class Handsets:
    """All telephones that a simulated borrower holds, by number."""

    def __init__(self, personas: Mapping[str, Persona], world: World, centre: Sandbox, memory: Path) -> None:
        self._world, self._centre, self._memory = world, centre, memory
        self._by_number = {number: _Handset(persona) for number, persona in personas.items()}
        self._since = 0
        self._remember()

    def react(self) -> int:
        """Let everybody read what has arrived since the last time and answer. Returns how many texts were read."""
        arrived = self._centre.handset_inbox(self._since)
        known = [one for one in arrived if one.to.e164 in self._by_number]
        rows = _rows(known)
        lines = []
        for one in known:
            row = rows[UUID(one.reference)]
            reply = self._read(self._by_number[one.to.e164], one, row)
            lines.append(
                {
                    "n": one.n,
                    "to": one.to.e164,
                    "key": row.template_key,
                    "at": one.at.isoformat(),
                    "unprompted": row.in_reply_to_id is None,
                    "said": str(reply.intention) if reply else "",
                }
            )
        if arrived:
            self._since = arrived[-1].n
        self._write(lines)
        return len(known)

    def _read(self, handset: _Handset, one: OnHandset, row: models.Message) -> Reply | None:
        _hear(handset, one.at, is_unprompted=row.in_reply_to_id is None)
        heard = Heard(
            template_key=row.template_key,
            at=one.at,
            numbers=_offered(row),
            nth_in_thread=handset.in_thread,
            messages_7d=len(handset.heard_at),
        )
        reply = respond(self._world, handset.persona, heard, tuple(handset.said))
        if reply is not None:
            at = one.at + timedelta(seconds=reply.delay_seconds)
            self._centre.handset_send(one.to, reply.text, at, event_key=one.reference)
            handset.said.append((row.template_key, reply.intention))
        return reply

    def _remember(self) -> None:
        """Read back what was heard and said before the last stop; a torn last line is read again from the centre."""
        if not self._memory.exists():
            return
        for raw in self._memory.read_text(encoding="utf-8").splitlines():
            try:
                line = json.loads(raw)
            except json.JSONDecodeError:
                break
            handset = self._by_number[line["to"]]
            _hear(handset, datetime.fromisoformat(line["at"]), is_unprompted=line["unprompted"])
            if line["said"]:
                handset.said.append((line["key"], Intention(line["said"])))
            self._since = line["n"]

    def _write(self, lines: list[dict[str, object]]) -> None:
        if not lines:
            return
        with os.fdopen(os.open(self._memory, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)


def _hear(handset: _Handset, at: datetime, *, is_unprompted: bool) -> None:
    """Count a text; one that answers nothing begins a thread anew."""
    handset.in_thread = 1 if is_unprompted else handset.in_thread + 1
    handset.heard_at.append(at)
    while handset.heard_at[0] <= at - WEEK:
        handset.heard_at.popleft()


def _rows(arrived: list[OnHandset]) -> dict[UUID, models.Message]:
    ids = [UUID(one.reference) for one in arrived]
    rows: dict[UUID, models.Message] = {}
    for first in range(0, len(ids), 500):
        chunk = models.Message.objects.filter(id__in=ids[first : first + 500]).select_related("offer")
        rows.update({row.id: row for row in chunk})
    return rows


def _offered(row: models.Message) -> tuple[int, ...]:
    """Return the instalments the text names: a reader sees them; the simulator need not parse."""
    if row.offer is None:
        return ()
    plans = row.offer.plans if row.option is None else [row.offer.plans[row.option]]
    return tuple(plan["rows"][0]["payment_minor"] for plan in plans)
