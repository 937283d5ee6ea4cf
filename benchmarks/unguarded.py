"""What `lalakg serve` would be without its guards: uvicorn and pyoxigraph, each query in the process that took it.

    uvicorn unguarded:app --app-dir benchmarks --workers 2

No limit on time, rows, bytes or memory, no share for each client, no look for SERVICE, nothing kept or compressed; the
answer is always JSON. `serve.py` asks it as one of its servers, which tells what the guards cost.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pyoxigraph as ox

STORE = ox.Store()
STORE.bulk_load(path=Path(__file__).parent.parent / "data" / "published" / "lalakg.ttl")
_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/sparql-results+json")],
}


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer a SELECT or ASK, sent as a body or in the address."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    text = body.decode() or parse_qs(scope["query_string"].decode())["query"][0]
    results: Any = STORE.query(text)
    answer = results.serialize(format=ox.QueryResultsFormat.JSON)
    await send(_START)
    await send({"type": "http.response.body", "body": answer})
