from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from parley.web.asgi import application
from tests.web.conftest import Served

MEGABYTE = 1 << 20
# Stands for a browser that has gone away.
GONE = b""


def ask(
    face: str, headers: list[tuple[bytes, bytes]], chunks: list[bytes], path: str = "/look"
) -> tuple[int, bytes, int]:
    """Return status, body and how many chunks of the request were read."""
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), *headers], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    waiting = list(chunks)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.sleep(3600)
        body = waiting.pop(0)
        if body == GONE:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def run() -> None:
        await application(face)(scope, receive, send)

    # A browser of another test keeps a loop running in this thread; no second one may start there.
    with ThreadPoolExecutor(1) as own_thread:
        own_thread.submit(lambda: asyncio.run(run())).result()
    status = next((one["status"] for one in sent if one["type"] == "http.response.start"), 0)
    body = b"".join(one.get("body", b"") for one in sent if one["type"] == "http.response.body")
    return status, body, len(chunks) - len(waiting)


def test_two_gigabytes_are_refused_before_a_byte_is_read(served: Served) -> None:
    length = str(2 << 30).encode()
    status, body, read = ask("console", [(b"content-length", length)], [b"x" * 1000], "/imports/new")
    assert (status, read) == (413, 0)
    assert b"imports.largest_megabytes" in body


def test_a_body_that_does_not_say_how_long_it_is_ends_at_the_limit(served: Served) -> None:
    status, _, read = ask("portal", [(b"transfer-encoding", b"chunked")], [b"x" * 40_000] * 9)
    assert (status, read) == (413, 2)


def test_a_form_of_usual_size_comes_through(served: Served) -> None:
    status, _, read = ask("console", [(b"content-length", b"10")], [b"language=x"])
    assert (status, read) == (403, 1)


def test_a_file_is_taken_where_files_come_in_and_nowhere_else(served: Served) -> None:
    length = [(b"content-length", str(2 * MEGABYTE).encode())]
    assert ask("console", length, [b"x" * MEGABYTE] * 2)[0] == 413
    assert ask("console", length, [b"x" * MEGABYTE] * 2, "/imports/new")[0] == 403


def test_an_upload_that_is_broken_off_leaves_nothing(served: Served) -> None:
    start = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    headers = [(b"content-length", b"9000000"), (b"content-type", b"multipart/form-data; boundary=x")]
    before = sorted(served.desk.folder.rglob("*"))
    status, _, read = ask("console", headers, [start, b"x" * MEGABYTE, b"x" * MEGABYTE, GONE], "/imports/new")
    assert (status, read) == (0, 4)
    assert [path.name for path in sorted(served.desk.folder.rglob("*")) if path not in before] == []
