"""Run the cases, each in a process and a home of its own, and print one table.

python -m tools.bench [--quick] [--json FILE] [CASE …]
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import tempfile
import traceback
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Final, NoReturn

from parley.cli.main import COLLECT_AFTER
from tools import postgres
from tools.bench.cases import CASES, MIB, PEAK_UNIT_BYTES
from tools.bench.figures import Figure, header, line, machine, write
from tools.bench.stage import FULL, QUICK

LARGEST_MIB = 1_024
FIGURES: Final = "figures.json"


def main() -> None:
    """Run what was asked for."""
    told = _arguments()
    # As `parley` itself does.
    gc.set_threshold(*COLLECT_AFTER)
    print(machine())
    print(header())
    figures: list[Figure] = []
    left_out: list[str] = []
    with ExitStack() as stack:
        for name in told.cases or CASES:
            url = _database(stack) if CASES[name][1] else ""
            if url is None:
                left_out.append(f"{name}: left out, there is no PostgreSQL server (see tools/postgres.py)")
                continue
            for figure in _in_a_process(name, url, is_quick=told.quick):
                print(line(figure), flush=True)
                figures.append(figure)
    print(*left_out, sep="\n", end="\n" if left_out else "")
    if told.json:
        write(told.json, figures, left_out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description="Measure speed and peak memory.")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"some of {', '.join(CASES)}; default: all")
    parser.add_argument("--quick", action="store_true", help="every case, small: it works, its figures say little")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    told = parser.parse_args()
    unknown = [name for name in told.cases if name not in CASES]
    if unknown:
        parser.error(f"there is no case {unknown[0]}; there are: {', '.join(CASES)}")
    return told


def _database(stack: ExitStack) -> str | None:
    try:
        return stack.enter_context(postgres.fresh_database(stack.enter_context(postgres.server())))
    except postgres.NoServer:
        return None


def _in_a_process(name: str, database_url: str, *, is_quick: bool) -> list[Figure]:
    """Run one case in a process of its own, so that its peak memory is its own. Raises SystemExit where it fails."""
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        sys.stdout.flush()
        # Forked, not started: what all cases import is imported once.
        process = os.fork()
        if process == 0:
            _alone(name, Path(folder), database_url, is_quick=is_quick)
        _, status, usage = os.wait4(process, 0)
        if os.waitstatus_to_exitcode(status) != 0:
            sys.exit(f"{name} failed")
        told = json.loads((Path(folder) / FIGURES).read_bytes())
    figures = [Figure(**one) for one in told]
    if name == "demo":
        return figures
    peak = usage.ru_maxrss * PEAK_UNIT_BYTES / MIB
    return [*figures, Figure(f"{name}: peak memory", peak, "MiB", aim=LARGEST_MIB, is_ceiling=True)]


def _alone(name: str, folder: Path, database_url: str, *, is_quick: bool) -> NoReturn:
    """Run one case, leave its figures in *folder*, and end the process without what its parent would do at the end."""
    code = 1
    try:
        for variable in [key for key in os.environ if key.startswith("PARLEY_")]:
            del os.environ[variable]
        case, _ = CASES[name]
        figures = case(QUICK if is_quick else FULL, folder, database_url)
        (folder / FIGURES).write_text(json.dumps([asdict(figure) for figure in figures]), encoding="utf-8")
        code = 0
    except BaseException:  # noqa: BLE001 - the process ends here, whatever it was
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
