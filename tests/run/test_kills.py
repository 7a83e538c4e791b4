"""Processes killed at their work, two hundred times in `make test`; `make torture ONLY=ledger` does it thousands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.run.kills.flaws import FLAWS

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = re.compile(r"(\d+) kills: (\d+) messages, (\d+) lost, (\d+) sent twice, (\d+) unknown$")

# The other flaws send twice.
LOSING = {
    "marks before sending",
    "acknowledges before storing",
    "stores no receipts",
    "over SMPP acknowledges before storing",
}


def told(*words: str, **environ: str) -> list[str]:
    """Run the kill test in a process of its own, for it forks. Returns its lines."""
    command = [sys.executable, "-m", "tools.kills", *words]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environ, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def account(line: str) -> tuple[int, ...]:
    found = ACCOUNT.search(line)
    assert found is not None, line
    return tuple(map(int, found.groups()))


@pytest.mark.slow
@pytest.mark.postgres
def test_two_hundred_deaths_lose_nothing_and_send_nothing_twice(postgres_server: str) -> None:
    lines = told("--kills", "200", "--real", "12", PARLEY_TEST_DATABASE_URL=postgres_server)
    kills, messages, lost, twice, unknown = account(lines[-1])
    assert kills >= 200 and messages > kills
    assert (lost, twice) == (0, 0)
    assert unknown > 0, "a centre that loses receipts leaves doubts, and they are told"
    assert sum("SIGKILL" in line for line in lines) and sum("PostgreSQL" in line for line in lines)


@pytest.mark.slow
def test_sixty_deaths_over_smpp_lose_nothing_and_send_nothing_twice() -> None:
    lines = told("--smpp", "--sqlite-only", "--kills", "60", "--real", "10")
    kills, messages, lost, twice, unknown = account(lines[-1])
    assert kills >= 60 and messages > kills
    assert (lost, twice) == (0, 0)
    assert unknown > 0, "whoever dies at the handing over leaves doubts, and nobody can be asked"


@pytest.mark.slow
def test_the_account_sees_every_flaw_of_a_broken_ledger() -> None:
    lines = told("--flaw", "--sqlite-only")
    seen = {line.split(":")[0]: account(line) for line in lines}
    assert seen.keys() == FLAWS.keys()
    for flaw, (_, _, lost, twice, _) in seen.items():
        assert lost if flaw in LOSING else twice, flaw
