"""What the documents show of Python is what Python answers."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from tests.house.source import ROOT

EXAMPLES = re.compile(r"^```pycon\n(.*?)^```", re.DOTALL | re.MULTILINE)
DOCUMENTS = [path for path in sorted((ROOT / "docs").rglob("*.md")) if "```pycon" in path.read_text(encoding="utf-8")]


def failures(name: str, text: str) -> int:
    """Run the examples of *text* one after the other, in one space of names."""
    examples = "\n".join(EXAMPLES.findall(text))
    return doctest.DocTestRunner().run(doctest.DocTestParser().get_doctest(examples, {}, name, name, 0)).failed


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: Path(path).name)
def test_examples_answer_what_they_show(document: Path) -> None:
    assert failures(document.name, document.read_text(encoding="utf-8")) == 0


def test_example_check_sees(capsys: pytest.CaptureFixture[str]) -> None:
    assert failures("x", "```pycon\n>>> 1 + 1\n3\n```\n") == 1
    assert "Expected" in capsys.readouterr().out
