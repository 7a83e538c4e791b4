"""How far does a night's budget reach? What each wish would cost, in money and in people, and one cut over all of them.

The people's part binds only where they are behind: messages about what is overdue end with a person now and then, and
who writes to more than can be answered breaks a promise to each of them. News, plans and reminders go out all the same.

Drawn once for a night and kept with its run, so that a night that goes on after a stop, or in another process, draws no
other. Word of what the night itself settles (a plan that broke) goes out besides: it is not known before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID

from parley.columnar.gate.budget import Cut, cut, write_candidates
from parley.engine.announce import opening, words_of
from parley.engine.nightly import PRIORITY, Cadence, Trigger, trigger
from parley.engine.turn import Library
from parley.run.nightly_book import NightBook, Wanted
from parley.run.wishes import figures_of
from parley.store import models
from parley.store.book import load_accounts, load_wished, points_of
from parley.store.page_links import token_of
from parley.store.rows import account_of, party_of
from parley.store.vault import Vault

_ACCOUNTS_AT_ONCE: Final = 1_000
# What is written about is then talked about, and now and then with a person.
ENDS_WITH_A_PERSON: Final = "overdue"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the money reaches: to `cut` and not beyond; None: it pays for nobody."""

    cut: Cut | None

    def takes(self, wanted: Trigger, account_id: UUID) -> bool:
        """Say whether the night pays for this wish."""
        return self.cut is not None and self.cut.takes(PRIORITY[wanted.family], account_id)


@dataclass(frozen=True, slots=True)
class Prices:
    """What the cost of a wish depends on. Units: millionths of the currency's unit."""

    as_of: date
    now: datetime
    cadence: Cadence
    library: Library
    vault: Vault
    cost_per_segment_micro: int


def draw(
    run: models.Run, book: NightBook, prices: Prices, budget_micro: int, most_overdue: int | None, folder: Path
) -> Reach:
    """Return how far the budget reaches in this run, as it was first drawn.

    *budget_micro*: 0 is no limit. *most_overdue*: to how many messages about what is overdue the people can answer;
    None is no limit.
    """
    if run.cut is None:
        budgets = {"money": budget_micro or None, "people": most_overdue}
        files: dict[str, list[Path]] = {of: [] for of, budget in budgets.items() if budget is not None}
        for number, wanted in enumerate(book.buckets()):
            candidates = list(_candidates(wanted, prices))
            for of, written in files.items():
                written.append(folder / f"{of}{number:05}.parquet")
                write_candidates(written[-1], (one.in_money if of == "money" else one.in_people for one in candidates))
        found = _least([cut(written, budgets[of] or 0) if written else None for of, written in files.items()])
        kept = {"priority": found.priority, "account": str(found.account_id)} if found is not None else {}
        # Where several processes draw, the first one's cut holds for all.
        models.Run.objects.filter(id=run.pk, cut__isnull=True).update(cut=kept)
        run.refresh_from_db(fields=["cut"])
    return Reach(Cut(int(run.cut["priority"]), UUID(run.cut["account"])) if run.cut else None)


def _least(cuts: Sequence[Cut | None]) -> Cut | None:
    """Return the cut that takes fewest; one that pays for nobody is the least of all."""
    known = [one for one in cuts if one is not None]
    return min(known, key=lambda one: (-one.priority, one.account_id)) if len(known) == len(cuts) else None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A wish the night may have to pay for, with its cost in millionths of the currency's unit."""

    account_id: UUID
    family: str
    cost_micro: int

    @property
    def in_money(self) -> tuple[UUID, int, int]:
        return self.account_id, PRIORITY[self.family], self.cost_micro

    @property
    def in_people(self) -> tuple[UUID, int, int]:
        return self.account_id, PRIORITY[self.family], int(self.family == ENDS_WITH_A_PERSON)


def _candidates(wanted: Mapping[UUID, Wanted], prices: Prices) -> Iterator[_Candidate]:
    """Yield whom the night may have to pay for. What the columns leave open counts as if it were permitted."""
    open_wishes = (key for key, one in wanted.items() if one.judged is None or not one.judged.is_blocked)
    while some := list(islice(open_wishes, _ACCOUNTS_AT_ONCE)):
        page, accounts = load_wished(some, prices.as_of, ()), load_accounts(some)
        points = points_of({row.borrower_id for row in accounts.values()})
        for key, row in page.rows.items():
            found, held = trigger(row, prices.as_of, prices.cadence), accounts.get(key)
            # An account may go between two reads: the night pays for nothing there.
            point = points.get(held.borrower_id) if held is not None else None
            if found is not None and held is not None and point is not None:
                party = party_of(point.borrower, point, {}, token_of(point.id, held.id, prices.now, prices.vault))
                first = opening(
                    found.family,
                    party.zones,
                    party.identity_proven_at,
                    prices.as_of,
                    prices.now,
                    prices.library.identity_fresh_days,
                )
                account, figures = account_of(held, row.dues), figures_of(found, key, page)
                said = words_of(first.key, party, account, figures, prices.as_of, prices.library)
                yield _Candidate(key, found.family, said.segments.count * prices.cost_per_segment_micro)
