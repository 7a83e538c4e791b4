"""The conversation in the README is a golden transcript, and the transcripts are played by the engine."""

from __future__ import annotations

import re

from tests.house.source import ROOT

TRANSCRIPT = ROOT / "tests" / "golden" / "transcripts" / "en" / "plan_agreed.txt"
AGENT = "Dana Reyes"


def test_the_conversation_in_the_readme_is_the_golden_transcript() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"## One conversation.*?```text\n(.*?)\n```", readme, re.DOTALL)
    assert block is not None, "the README shows one conversation"
    shown = block[1].splitlines()
    golden = TRANSCRIPT.read_text(encoding="utf-8").replace("{agent}", AGENT).splitlines()[1:]
    assert len(shown) > 20, "the conversation goes from the first message to the agreement"
    assert shown == golden[: len(shown)]
