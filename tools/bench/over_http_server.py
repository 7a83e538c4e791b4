"""A carrier over HTTP in a process of its own: takes every message under its reference, at once, as Infobip answers."""

from __future__ import annotations

import json
import sys

from aiohttp import web


async def _take(request: web.Request) -> web.Response:
    told = await request.json()
    reference = told["messages"][0]["destinations"][0]["messageId"]
    status = {"groupId": 1, "groupName": "PENDING", "id": 26, "name": "PENDING_ACCEPTED"}
    body = json.dumps({"bulkId": "1", "messages": [{"messageId": reference, "status": status}]})
    return web.Response(text=body, content_type="application/json")


def main() -> None:
    """Serve on the port given until told to stop."""
    app = web.Application()
    app.router.add_post("/sms/3/messages", _take)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)


if __name__ == "__main__":
    main()
