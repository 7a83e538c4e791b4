"""`parley explain` over a home in which something was sent, something waits and something was refused."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connections

from parley.run.home import open_home
from parley.run.rulebooks import remember_rules
from parley.store import models
from tests.cli.test_commands import Done, parley
from tests.run.desk import NOON, Desk
from tests.run.test_nightly import DAY, TOMORROW

SECRETS = ("Ada", "+1202555", "60614", "Example Card", "A7X9")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, new_home: Callable[[Path], Path]) -> Path:
    """Person 1 was reminded of by a night, had to wait and was then written to; person 2 had said STOP."""
    root = new_home(tmp_path_factory.mktemp("explain") / "home")
    desk = Desk(
        open_home(root, {name: value for name, value in os.environ.items() if "PARLEY" not in name}).vault, root
    )
    remember_rules(root / "rulebook", NOON)
    person, silent = desk.person(), desk.person()
    desk.account(person, [(TOMORROW + 3 * DAY, 5_000, 0)])
    desk.account(silent, [(TOMORROW - 5 * DAY, 5_000, 0)])
    models.Consent.objects.create(
        id=uuid4(), borrower=silent.borrower, scope="all", granted=False, source="file", proof="", at=NOON - DAY
    )
    desk.nightly()
    models.Message.objects.update(not_before=NOON + timedelta(hours=12))
    sender = desk.sender(desk.centre())
    sender.send_due(NOON + timedelta(hours=12))
    sender.send_due(NOON + timedelta(hours=22))
    connections.close_all()
    return root


def told(home: Path, *words: str, **environ: str) -> Done:
    done = parley("explain", *words, home=home, **environ)
    assert [secret for secret in SECRETS if secret in done.stdout + done.stderr] == []
    return done


def message_of(home: Path) -> str:
    open_home(home, {})
    row = models.Message.objects.get()
    connections.close_all()
    return str(row.id)


def test_a_message_is_told_from_the_night_to_its_end(home: Path) -> None:
    message = message_of(home)
    done = told(home, message)
    assert done.returncode == 0, done.stderr
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert lines[0].startswith(f"Message {message}: reminder, text message, template reminder.neutral version 2")
    assert any(line.startswith("Nightly run for 2026-11-04: queued.") for line in lines)
    assert "1. at dispatch (binds), 2026-11-04 05:00 UTC: not yet." in lines
    assert "Refused by lender-hours: quiet hours (policy)." in lines
    assert "2. at dispatch (binds), 2026-11-04 15:00 UTC: allowed." in lines
    assert lines.count("Decided again from these facts by that rulebook: the same, to the byte.") == 2


def test_a_rule_that_said_no_comes_with_its_source_how_sure_it_is_and_when_it_allows(home: Path) -> None:
    text = told(home, message_of(home)).stdout
    assert "Reason of the policy: Narrower than most hour limits we carry" in text
    assert "2026-11-04 13:00 UTC (2026-11-04 08:00 America/New_York)" in text
    assert "Rules asked (" in text
    assert "time where the borrower may be: America/New_York 2026-11-04 00:00" in text


def test_a_borrower_is_found_by_the_reference_of_the_lender(home: Path) -> None:
    done = told(home, "2")
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert lines[0].endswith("Messages: 0. Refusals before there was a message: 1.")
    assert "1. nightly run (advice), 2026-11-03 17:00 UTC: no." in lines
    assert "Judged for 2026-11-04 05:00 UTC (2026-11-04 00:00 America/New_York)." in lines
    refusing = [line.split()[2].rstrip(":") for line in lines if line.startswith("Refused by ")]
    assert refusing == ["us-revocation", "lender-optout", "lender-hours"]
    assert "Refused by us-revocation: opted out (law)." in lines
    assert "Source: 47 CFR 64.1200(a)(10)" in lines
    assert "Link: https://www.ecfr.gov/current/title-47/section-64.1200" in lines
    assert any(line.startswith("How sure: read in ") and line.endswith("; signed by nobody.") for line in lines)
    assert (
        "Refused 2026-11-02 17:00 UTC (2026-11-02 12:00 America/New_York), honoured at once; "
        "the last day this rule leaves for it: 2026-11-16." in lines
    )
    assert "Waiting does not help." in lines
    assert "Decided again from these facts by that rulebook: the same, to the byte." in lines


def test_it_speaks_chinese_where_asked_before_or_after_the_command_or_by_lang(home: Path) -> None:
    message = message_of(home)
    before = parley("--lang", "zh", "explain", message, home=home)
    after, by_environment = told(home, message, "--lang", "zh"), told(home, message, LANG="zh_CN.UTF-8")
    assert before.stdout == after.stdout == by_environment.stdout
    assert "发送时（有约束力）" in after.stdout
    assert "以同一规则库和事实重新判断：结果逐字节一致。" in after.stdout
    assert "Decided" not in after.stdout
    assert "傳送時" in told(home, message, "--lang=zh-Hant").stdout


@pytest.mark.parametrize("what", [str(UUID(int=7)), "nobody", "", "-", "1 OR 1=1", "x" * 5_000])
def test_what_is_neither_is_said_in_words(home: Path, what: str) -> None:
    done = told(home, what)
    assert (done.returncode, "no message with this id" in done.stderr) == (2, True)
    assert "Traceback" not in done.stderr


def test_a_decision_of_an_older_version_is_told_and_not_made_again(home: Path) -> None:
    message = message_of(home)
    open_home(home, {})
    rows = models.GateDecision.objects.filter(message_id=message, verdict="allow")
    kept = rows.get().facts
    rows.update(facts=None)
    connections.close_all()
    text = told(home, message).stdout
    open_home(home, {})
    models.GateDecision.objects.filter(message_id=message, verdict="allow").update(facts=json.loads(json.dumps(kept)))
    connections.close_all()
    assert text.count("the same, to the byte") == 1
    assert text.count("It cannot be decided again: the facts or the rulebook were not kept at that time.") == 1
