"""Measures commands as a user runs them: wall time, rate and peak memory, each in a process and a home of its own.

Figures are of this machine and this minute; write both beside a figure you quote. Nothing here is a test.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PARLEY = Path(sys.executable).parent / "parley"
MIB = 1024 * 1024
# Linux counts the peak in KiB, macOS in bytes.
PEAK_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Case:
    """A command, how much it does, and of what."""

    name: str
    arguments: tuple[str, ...]
    amount: int
    unit: str


CASES = (
    Case(
        "demo, 3,000 borrowers, 30 days",
        ("demo", "--accounts", "3000", "--days", "30", "--seed", "1", "--locale", "en"),
        30_000 * 30,
        "account-days",
    ),
    Case(
        "demo, 300 borrowers, 5 days",
        ("demo", "--accounts", "300", "--days", "5", "--seed", "1", "--locale", "en"),
        30_000 * 5,
        "account-days",
    ),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run took. `peak_mib` is the largest resident size of the process."""

    seconds: float
    peak_mib: float


def run(case: Case, home: Path) -> Measured:
    """Run *case* once in *home*, its output put aside. Raises SystemExit with that output where the command fails."""
    environment = {**os.environ, "PARLEY_HOME": str(home)}
    with tempfile.TemporaryFile() as output:
        started = time.monotonic()
        pid = os.posix_spawn(
            PARLEY,
            [str(PARLEY), *case.arguments],
            environment,
            file_actions=[(os.POSIX_SPAWN_DUP2, output.fileno(), 1), (os.POSIX_SPAWN_DUP2, output.fileno(), 2)],
        )
        _, status, usage = os.wait4(pid, 0)
        seconds = time.monotonic() - started
        if status != 0:
            output.seek(0)
            sys.exit(f"{case.name} failed:\n{output.read().decode(errors='replace')}")
    return Measured(seconds, usage.ru_maxrss * PEAK_UNIT_BYTES / MIB)


def main() -> None:
    """Run every case and print one line for each."""
    print(
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}"
    )
    print(f"{'case':40} {'seconds':>9} {'per second':>12}  {'unit':14} {'peak MiB':>9}")
    for case in CASES:
        with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
            took = run(case, Path(folder) / "home")
        rate = case.amount / took.seconds
        print(f"{case.name:40} {took.seconds:9.1f} {rate:12,.0f}  {case.unit:14} {took.peak_mib:9.0f}")


if __name__ == "__main__":
    main()
