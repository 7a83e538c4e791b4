"""On a bare machine `make setup` either works or says the one command that helps."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT

# What every Debian and Ubuntu has; Python, apt-get and the user are put in by each test.
TOOLS = "sh cat dirname sha256sum grep rm tail env mkdir sed".split()
NO_VENV = f'#!/bin/sh\ncase "$*" in *ensurepip*) exit 1;; esac\nexec {sys.executable} "$@"\n'


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Give a fresh copy of what setting up reads, beside a `bin` that is all of PATH."""
    (tmp_path / "bin").mkdir()
    for name in TOOLS:
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or name)
    for name in ("tools/setup", "pyproject.toml", "requirements/run.lock", "requirements/dev.lock"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def script(folder: Path, name: str, text: str) -> None:
    path = folder / "bin" / name
    path.write_text(text)
    path.chmod(0o755)


def set_up(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(folder / "bin"), "HOME": str(folder), "TMPDIR": str(folder)}
    return subprocess.run(
        [folder / "tools" / "setup", "run"], env=environment, capture_output=True, text=True, check=False
    )


def commands_offered(done: subprocess.CompletedProcess[str]) -> list[str]:
    return re.findall(r"^    (\S.*)$", done.stderr, re.MULTILINE)


def test_without_python_it_says_so_and_stops(bare: Path) -> None:
    done = set_up(bare)
    assert done.returncode == 1
    assert commands_offered(done) == ["sudo apt-get install -y python3 python3-venv"]


def test_an_old_python_does_not_count(bare: Path) -> None:
    script(bare, "python3", "#!/bin/sh\nexit 1\n")
    assert "3.11 or later; none was found" in set_up(bare).stderr


def test_without_the_venv_module_a_user_gets_one_command(bare: Path) -> None:
    script(bare, "python3", NO_VENV)
    script(bare, "apt-get", "#!/bin/sh\nexit 1\n")
    script(bare, "id", "#!/bin/sh\necho 1000\n")
    done = set_up(bare)
    assert done.returncode == 1
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    assert commands_offered(done) == [f"sudo apt-get install -y {package}"]
    assert not (bare / ".venv").exists()


def test_without_the_venv_module_root_installs_it(bare: Path) -> None:
    script(bare, "python3", NO_VENV)
    script(bare, "apt-get", f'#!/bin/sh\necho "$*" >>{bare}/asked\nexit 1\n')
    script(bare, "id", "#!/bin/sh\necho 0\n")
    done = set_up(bare)
    assert done.returncode == 1
    assert "apt-get could not install" in done.stderr
    asked = (bare / "asked").read_text().splitlines()
    assert asked[0].startswith("install ")
    assert asked[1].startswith("update")


def test_without_apt_it_names_what_is_missing(bare: Path) -> None:
    script(bare, "python3", NO_VENV)
    done = set_up(bare)
    assert done.returncode == 1
    assert "venv and ensurepip are missing" in done.stderr


def test_every_target_explains_itself() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][\w-]*):(?!=)", makefile, re.MULTILINE))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    shown = subprocess.run(
        ["make", "help"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert set(re.findall(r"^make (\S+) +\S", shown, re.MULTILINE)) == targets
    assert "\033" not in shown


def test_the_build_machine_runs_make_test_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines == ["#!/usr/bin/env bash", "PARLEY_CI=1 make test"]
