"""A command, option or setting that is not in the manual does not exist for its user."""

from __future__ import annotations

import subprocess
import sys

from tests.house.source import ROOT


def test_pages_of_commands_and_settings_are_those_of_the_code() -> None:
    check = subprocess.run(
        [sys.executable, "tools/reference.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stdout + check.stderr
