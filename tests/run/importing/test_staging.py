from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Self
from unittest import mock

import pytest

from parley.errors import BadInput, OutsideFailed
from parley.run.importing import staging
from parley.run.importing.staging import stage

TEXT = b"no,name\n" + b"A-1,Ada\n" * 1_000


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "book.csv"
    path.write_bytes(TEXT)
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "imports" / "x.data"


def test_a_copy_is_private_and_whole(source: Path, target: Path) -> None:
    found = stage(source, target, "book.csv", 1)
    assert target.read_bytes() == TEXT
    assert (found.digest, found.size_bytes) == (hashlib.sha256(TEXT).hexdigest(), len(TEXT))
    assert (target.stat().st_mode & 0o777, target.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_file_above_the_limit_is_refused_before_a_byte_is_read(source: Path, target: Path) -> None:
    # Two thousand million bytes that take no room on the disk.
    os.truncate(source, 2_000_000_000)
    with (
        mock.patch.object(staging, "_blocks", side_effect=AssertionError("it was read")),
        pytest.raises(BadInput, match="has 2,000 MB; at most 1,000 MB"),
    ):
        stage(source, target, "book.csv", 1_000)
    assert not target.exists()


def _grow(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(b"A-2,Ben\n")


def _rewrite_in_place(path: Path) -> None:
    """Change a byte and put the times back, as some copying programs do."""
    before = path.stat()
    with path.open("r+b") as stream:
        stream.seek(100)
        stream.write(b"#")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _replace(path: Path) -> None:
    other = path.with_suffix(".new")
    other.write_bytes(TEXT)
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.rename(path)


def _cut(path: Path) -> None:
    os.truncate(path, 100)


@pytest.mark.parametrize("change", [_grow, _rewrite_in_place, _replace, _cut])
def test_a_file_that_changes_while_it_is_read_leaves_nothing(
    source: Path, target: Path, change: Callable[[Path], None]
) -> None:
    blocks = staging._blocks
    passes: list[int] = []

    def changing(path: Path, name: str) -> object:
        yield from blocks(path, name)
        if not passes:
            change(path)
        passes.append(1)

    with mock.patch.object(staging, "_blocks", changing), pytest.raises(BadInput, match="changed while it was read"):
        stage(source, target, "book.csv", 1)
    assert not target.exists()


def test_a_file_that_goes_away_and_a_full_disk_leave_nothing(source: Path, target: Path) -> None:
    with mock.patch.object(Path, "open", side_effect=FileNotFoundError), pytest.raises(BadInput, match="went away"):
        stage(source, target, "book.csv", 1)
    full = OSError(28, "No space left on device")
    with (
        mock.patch.object(os, "fdopen", return_value=_Full(full)),
        pytest.raises(OutsideFailed, match="No space left"),
    ):
        stage(source, target, "book.csv", 1)
    assert not target.exists()


class _Full:
    """A file on a disk that is full."""

    def __init__(self, error: OSError) -> None:
        self.error = error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def write(self, _: bytes) -> int:
        raise self.error

    def flush(self) -> None:
        pass


def test_what_is_no_ordinary_file_is_told(tmp_path: Path, target: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, says in ((tmp_path, "is a folder"), (tmp_path / "no", "does not exist"), (tmp_path / "pipe", "ordinary")):
        with pytest.raises(BadInput, match=says):
            stage(path, target, path.name, 1)
