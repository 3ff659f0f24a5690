"""Yardstick: the least a Python server does for a signed call. A raw ASGI function on granian, one select, no rules.

`BENCH_DATABASE` is a SQLite file or a postgresql:// address with a table `yard(id, name, address, status)`.
"""

import asyncio
import os
import sqlite3
from typing import Any

import asyncpg
import msgspec

from bench.yardsticks.signed_call import community_of, verify

DATABASE = os.environ["BENCH_DATABASE"]
SECRET = os.environ["BENCH_SECRET"].encode()
POSTGRES = DATABASE.startswith("postgresql")
encode = msgspec.json.encode
state: dict[str, Any] = {}


async def select(community: int) -> Any:
    if POSTGRES:
        if "pool" not in state:
            state["pool"] = asyncpg.create_pool(DATABASE, min_size=10, max_size=10)
            state["opened"] = asyncio.ensure_future(state["pool"])
        await state["opened"]
        return await state["pool"].fetchrow(
            "SELECT id, name, address, status FROM yard WHERE id = $1", community
        )
    if "db" not in state:
        state["db"] = sqlite3.connect(DATABASE, isolation_level=None)
    return (
        state["db"]
        .execute("SELECT id, name, address, status FROM yard WHERE id = ?", (community,))
        .fetchone()
    )


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    body = (await receive())["body"]
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    if not verify(scope["method"], scope["path"], headers, body, SECRET):
        status, answer = 403, b""
    else:
        call_id, community = community_of(body)
        row = await select(community)
        data = {"communityId": row[0], "name": row[1], "address": row[2], "applyStatus": row[3]}
        status, answer = 200, encode({"id": call_id, "code": 200, "message": "success", "data": data})
    await send(
        {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}
    )
    await send({"type": "http.response.body", "body": answer})
