"""The conversation in the README is a golden transcript, and the transcripts are played by the engine."""

from __future__ import annotations

import re

import pytest

from tests.house.source import ROOT

TRANSCRIPTS = ROOT / "tests" / "golden" / "transcripts"


@pytest.mark.parametrize(
    ("readme", "transcript", "agent", "least"),
    [
        ("README.md", "en/plan_agreed.txt", "Dana Reyes", 20),
        ("README.zh-Hans.md", "zh/hans_plan_agreed.txt", "林薇", 15),
    ],
)
def test_the_conversation_in_the_readme_is_the_golden_transcript(
    readme: str, transcript: str, agent: str, least: int
) -> None:
    block = re.search(r"```text\n(.*?)\n```", (ROOT / readme).read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None, "the README shows one conversation"
    shown = block[1].splitlines()
    golden = (TRANSCRIPTS / transcript).read_text(encoding="utf-8").replace("{agent}", agent).splitlines()[1:]
    assert len(shown) > least, "the conversation goes from the first message to the agreement"
    assert shown == golden[: len(shown)]
