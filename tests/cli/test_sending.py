from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.cli.test_commands import parley


def test_sending_is_stopped_shown_and_resumed(tmp_path: Path, new_home: Callable[[Path], Path]) -> None:
    home = new_home(tmp_path / "home")
    assert "nothing is stopped" in parley("sending", "show", home=home).stdout
    wrong = parley("sending", "stop", "--why", "because", home=home)
    assert wrong.returncode != 0
    assert "wrong_figures" in wrong.stderr
    assert "by command line: carrier" in parley("sending", "stop", "--why", "carrier", home=home).stdout
    assert "by command line: carrier" in parley("sending", "show", home=home).stdout
    assert "handed over again" in parley("sending", "resume", home=home).stdout
    again = parley("sending", "resume", home=home, LANG="zh_CN.UTF-8")
    assert "正在正常发送，没有停止。" in again.stdout
