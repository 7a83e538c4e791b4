"""The shipped word lists, compiled once for all tests of the reader."""

from __future__ import annotations

from importlib.resources import files

import pytest

from parley.nlu.lexicon import Lexicon, load_lexicon
from parley.nlu.model import MODEL_FILE
from parley.nlu.read import Reader
from parley.run.model_file import load_model


@pytest.fixture(scope="session")
def shipped_files() -> dict[str, bytes]:
    folder = files("parley.nlu") / "data"
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.endswith(".toml")}


@pytest.fixture(scope="session")
def lexicon(shipped_files: dict[str, bytes]) -> Lexicon:
    return load_lexicon(shipped_files)


@pytest.fixture(scope="session")
def shipped_model() -> bytes:
    return (files("parley.nlu") / "data" / MODEL_FILE).read_bytes()


@pytest.fixture(scope="session")
def reader(lexicon: Lexicon, shipped_model: bytes) -> Reader:
    return Reader(lexicon, load_model(shipped_model))
