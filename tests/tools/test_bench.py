from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools.bench.cases import CASES

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.postgres
def test_every_case_of_the_bench_runs_and_its_figures_are_written(
    tmp_path: Path, postgres_server: str, full_size: bool
) -> None:
    # The demo takes in the whole sample whatever its size; tests/run/test_demo.py runs it cut short.
    cases = [name for name in CASES if full_size or name != "demo"]
    words = [sys.executable, "-m", "tools.bench", "--quick", "--json", str(tmp_path / "bench.json"), *cases]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    names = [figure["name"].split(":")[0] for figure in told["figures"]]
    assert not told["left_out"]
    expected = {
        "import",
        "nightly",
        "turns",
        "ledger, SQLite",
        "ledger, PostgreSQL",
        "rates",
        "pricing",
        "menus",
        "templates",
        "columns",
        "http",
        "smpp",
        "end to end, SMPP, PostgreSQL",
    }
    assert expected <= set(names)
    assert all(figure["value"] > 0 for figure in told["figures"])
