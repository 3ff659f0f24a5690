"""What stands open towards the network: pages of visitors, signed files, boxes, WebSockets, RabbitMQ's questions."""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from linli.domains.boxes.queries import clusters
from linli.protocols.edge_link.signature import signed_headers
from linli.things.auth_http import AuthHttp
from linli.things.service.devices import read_secret
from tests.scope.open_to_all import BOX_SIGNED
from tests.scope.town import Lot, Town

_nonces = itertools.count(1)


def box_calls(town: Town, lot: Lot) -> list[tuple[str, str, bytes]]:
    """Each signed call, naming what is the lot's."""
    known = {"generation": "1", "id": f"acme_{lot.name.lower()}", "version": "1.0.0"}
    calls = []
    for name in BOX_SIGNED:
        method, _, path = name.partition(" ")
        for part in re.findall(r"{(\w+)}", path):
            path = path.replace(f"{{{part}}}", known[part])
        calls.append((method, path, b'{"version": "0.1.0", "bootedMs": 1}' if method == "POST" else b""))
    return calls


async def as_box(town: Town, lot: Lot, method: str, target: str, body: bytes) -> httpx.Response:
    """Signed by the lot's active box."""
    platform, owner = town.platform, lot.project.owner
    node = await clusters.node(owner, platform.db, lot.lost_edge_node)
    secret = await read_secret(owner, platform.db, iot_id=node.iot_id, secrets=platform.secrets)
    headers = signed_headers(
        secret, method, target, node=str(node.node_id), time_ms=platform.clock.now_ms(), body=body,
        nonce=f"hw-0123456789abcdef-{next(_nonces)}",
    )  # fmt: skip
    return await town.client.request(method, target, content=body, headers=headers)


@asynccontextmanager
async def device_port(town: Town) -> AsyncIterator[httpx.AsyncClient]:
    """The listener of `things.auth_http`, on a port of its own."""
    auth = AuthHttp(town.platform.things.backend, clock=town.platform.clock)
    server = await asyncio.get_running_loop().create_server(auth.connection, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=100
        ) as client:
            yield client
    finally:
        server.close()


async def knock(town: Town, path: str) -> tuple[int, bytes]:
    """Offer a WebSocket as a browser does: the status, and everything that came after the head until it was closed."""
    where = town.client.base_url
    reader, writer = await asyncio.open_connection(where.host, where.port)
    lines = (
        f"GET {path} HTTP/1.1", f"host: {where.host}:{where.port}", "connection: Upgrade", "upgrade: websocket",
        "sec-websocket-version: 13", "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==", f"origin: {where}".rstrip("/"),
    )  # fmt: skip
    writer.write("\r\n".join((*lines, "", "")).encode())
    async with asyncio.timeout(60):
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head.split()[1])
        rest = await reader.read() if status == 101 else b""
    writer.close()
    return status, rest
