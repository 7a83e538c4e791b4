"""Style sheets, scripts and pictures: read once from the package, served under the hash of their bytes."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse

_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
_DIGEST_CHARACTERS: Final = 12


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, the same compressed, its type and the short hash that names it."""

    raw: bytes
    packed: bytes
    type: str
    digest: str


@cache
def assets() -> dict[str, Asset]:
    """Return every file of `web/static` by name."""
    found = {}
    for entry in (files("parley.web") / "static").iterdir():
        ending = entry.name.rpartition(".")[2]
        if ending in _TYPES:
            raw = entry.read_bytes()
            digest = hashlib.sha256(raw).hexdigest()[:_DIGEST_CHARACTERS]
            found[entry.name] = Asset(raw, gzip.compress(raw, mtime=0), _TYPES[ending], digest)
    return found


def asset(request: HttpRequest, digest: str, name: str) -> HttpResponse:
    """Serve one file. The address changes with the content, so that it may be kept."""
    found = assets().get(name)
    if found is None or found.digest != digest:
        raise Http404
    is_packed = "gzip" in request.headers.get("Accept-Encoding", "")
    answer = HttpResponse(found.packed if is_packed else found.raw, content_type=found.type)
    if is_packed:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer
