from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.cli.test_commands import parley

PAGE = (Path(__file__).parents[2] / "docs" / "sending.md").read_text(encoding="utf-8")


def test_the_example_of_a_text_is_what_the_command_prints(tmp_path: Path) -> None:
    (block,) = re.findall(r"```console\n\$ parley (sms inspect .*?)\n(.*?)```", PAGE, re.DOTALL)
    assert parley(*shlex.split(block[0]), home=tmp_path).stdout == block[1]
