"""A file of the home given away: block by block, whichever way the server reads it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

_BLOCK_BYTES: Final = 1 << 16


class FileAnswer(StreamingHttpResponse):
    """The content of a file, as a file to keep."""

    def __init__(self, path: Path, name: str, content_type: str) -> None:
        self._path = path
        super().__init__(_blocks(path), content_type=content_type)
        self.headers["Content-Length"] = str(path.stat().st_size)
        self.headers["Content-Disposition"] = content_disposition_header(True, name)  # noqa: FBT003 - Django's order

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the blocks to a server that must not wait for a disk; Django would read all of them first."""
        blocks = _blocks(self._path)
        while block := await asyncio.to_thread(next, blocks, b""):
            yield block


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            yield block
