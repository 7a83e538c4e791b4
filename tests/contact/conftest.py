from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from parley.rulebook.book import Rulebook
from parley.rulebook.load import load_rulebook


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    data = Path(str(files("parley.rulebook"))) / "data"
    return load_rulebook({path.relative_to(data).as_posix(): path.read_bytes() for path in data.rglob("*.toml")})
