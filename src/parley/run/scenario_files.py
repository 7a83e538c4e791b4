"""Where do scenarios and the law they are judged by come from? Files of the user's, and the rules Parley ships."""

from __future__ import annotations

from pathlib import Path

from parley.contact.scenario_file import Scenario, scenarios_of
from parley.rulebook.book import Rulebook
from parley.rulebook.load import load_rulebook
from parley.run.case_files import read_yaml
from parley.run.rule_files import rule_files

_LENDER = "lender/"


def read_scenario_file(path: Path) -> list[Scenario]:
    """Return the scenarios of the file at *path*. Raises BadInput with the place of what cannot be read."""
    return scenarios_of(read_yaml(path))


def law(folder: Path | None = None) -> Rulebook:
    """Return the rules without the lender's own policy: what is left is the law and what stands in for it.

    They are those in *folder*, the shipped ones where it is None. Raises BadInput with file, line and what is allowed.
    """
    files = rule_files(folder)
    return load_rulebook({path: content for path, content in files.items() if not path.startswith(_LENDER)})
