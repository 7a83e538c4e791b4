"""`parley audit verify-offer` over a home in which an offer was made by the real pipeline."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from parley.engine.acts import Offer, TakeOver
from parley.run.home import open_home
from parley.run.rulebooks import remember_rules
from parley.store import models
from tests.cli.test_commands import Done, parley
from tests.run.desk import NOON, Desk, library
from tests.store.desk_work import FIRST, Work


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, new_home: Callable[[Path], Path]) -> Path:
    root = new_home(tmp_path_factory.mktemp("offers") / "home")
    vault = open_home(root, {name: value for name, value in os.environ.items() if "PARLEY" not in name}).vault
    remember_rules(root / "rulebook", NOON)
    work = Work(Desk(vault, root))
    work.hears("person please")
    work.does(TakeOver())
    work.does(Offer(60_00, FIRST))
    assert models.LenderSettings.objects.filter(digest=library().policy.hash, document=library().policy.text).exists()
    connections.close_all()
    return root


def verified(home: Path, offer: str, *words: str) -> Done:
    return parley("audit", "verify-offer", offer, *words, home=home)


def offer_of(home: Path) -> models.OfferRecord:
    open_home(home, {})
    row = models.OfferRecord.objects.get()
    connections.close_all()
    return row


def test_a_sound_offer_is_said_to_be_sound_in_both_languages(home: Path) -> None:
    offer = str(offer_of(home).id)
    done = verified(home, offer)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("The offer is sound: 3 of ")
    chinese = verified(home, offer, "--lang", "zh")
    assert "方案无误" in chinese.stdout


def test_an_unknown_offer_is_refused(home: Path) -> None:
    for unknown in ("0" * 32, "not-an-id"):
        done = verified(home, unknown)
        assert done.returncode == 2
        assert "no offer with this id" in done.stderr


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda row: row["plans"][0]["rows"][2].update(payment_minor=1), "do not add up"),
        (lambda row: row.update(capacity_minor=row["capacity_minor"] - 1), "the record says otherwise"),
        (lambda row: row["certificate"].update(policy_hash="0" * 64), "not kept"),
        (lambda row: row["certificate"].update(rulebook_hash="0" * 64), "was ever in use here"),
        (lambda row: row["plans"].reverse(), "cheapest total first"),
        (lambda row: row["certificate"].clear(), "cannot be read"),
    ],
)
def test_what_was_altered_is_named_and_ends_with_1(change: Change, says: str, home: Path) -> None:
    row = offer_of(home)
    told = {"plans": row.plans, "capacity_minor": row.capacity_minor, "certificate": row.certificate}
    changed = json.loads(json.dumps(told))
    change(changed)
    try:
        models.OfferRecord.objects.update(**changed)
        connections.close_all()
        done = verified(home, str(row.id), "--lang", "zh")
    finally:
        open_home(home, {})
        models.OfferRecord.objects.update(**told)
        connections.close_all()
    assert done.returncode == 1
    assert says in done.stdout
    assert any("\u4e00" <= sign <= "\u9fff" for sign in done.stdout)


def test_a_policy_text_that_was_altered_is_named(home: Path) -> None:
    row = offer_of(home)
    open_home(home, {})
    kept = models.LenderSettings.objects.get(digest=row.certificate["policy_hash"])
    text = kept.document
    try:
        models.LenderSettings.objects.filter(id=kept.id).update(document=text.replace("790", "690"))
        connections.close_all()
        done = verified(home, str(row.id))
    finally:
        open_home(home, {})
        models.LenderSettings.objects.filter(id=kept.id).update(document=text)
        connections.close_all()
    assert done.returncode == 1
    assert "not the one with this hash" in done.stdout
