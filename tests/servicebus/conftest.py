"""The platform on real sockets with one integrator project, an application and a box that can serve methods."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from linli.app.platform import Platform
from linli.kernel import tenancy
from linli.kernel.clock import SystemClock
from linli.kernel.scope import Caller as ScopeCaller
from linli.kernel.scope import Scope
from linli.kernel.settings import DeviceAuth, Disk, Http, Mqtt, Payments, Settings, Webhooks
from linli.things.service import devices, products
from linli.things.service.devices import Triple
from tests.campaigns.caller import Caller

type Behaviour = Callable[[str, dict[str, Any]], Awaitable[bytes] | bytes]
"""(path, envelope) -> what the application answers."""


@dataclass
class Application:
    """An application that serves methods over HTTP as spec F 4.2 has it; it remembers what it was sent."""

    behave: Behaviour = lambda path, envelope: b'{"code":200,"message":"success","data":null}'
    status: bytes = b"200 OK"
    calls: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode().strip().split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in lines)
                body = await reader.readexactly(int(headers["content-length"]))
                envelope = msgspec.json.decode(body)
                self.calls.append((first, envelope, headers))
                answer = self.behave(first.split()[1], envelope)
                said = answer if isinstance(answer, bytes) else await answer
                writer.write(b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (self.status, len(said), said))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def application() -> AsyncIterator[Application]:
    application = Application()
    server = await asyncio.start_server(application.serve, "127.0.0.1", 0)
    application.port = server.sockets[0].getsockname()[1]
    yield application
    server.close()


@dataclass
class Bench:
    platform: Platform
    owner: Scope
    project_id: str
    caller: Caller
    other: Caller
    """Of another tenant."""
    box: Triple
    client: httpx.AsyncClient


@pytest.fixture
async def bench(database_url: str, tmp_path: Path) -> AsyncIterator[Bench]:
    async with opened(database_url, tmp_path) as bench:
        yield bench


@asynccontextmanager
async def opened(database_url: str, tmp_path: Path, *, cashier: bool = False) -> AsyncIterator[Bench]:
    """For campaigns, which run without pytest. `cashier`: the stand-in provider takes payments."""
    settings = Settings(
        data_dir=str(tmp_path / "data"),
        database_url=database_url,
        http=Http(port=0),
        mqtt=Mqtt(port=0),
        device_auth=DeviceAuth(port=0),
        webhooks=Webhooks(allow_private=True),
        disk=Disk(reserve_mb=0),
        payments=Payments(cashier=cashier),
    )
    platform = await Platform.open(settings, SystemClock())
    await platform.start()
    client = httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{platform.http.port}", trust_env=False, timeout=100
    )
    try:
        owner, project_id, caller = await _tenant(platform, client, "物业")
        _, _, other = await _tenant(platform, client, "别家")
        async with platform.db.begin() as tx:
            product = await products.create_product(
                owner,
                tx,
                values=products.ProductValues(name="一体机", node_type=1, tsl=""),
                ids=platform.ids,
                secrets=platform.secrets,
            )
            box = await devices.create_device(
                owner,
                tx,
                values=devices.DeviceValues(
                    product_key=product.product_key, device_name="box-1", project_id=project_id
                ),
                ids=platform.ids,
                secrets=platform.secrets,
            )
        yield Bench(platform, owner, project_id, caller, other, box, client)
    finally:
        await client.aclose()
        await platform.stop()


async def _tenant(platform: Platform, client: httpx.AsyncClient, name: str) -> tuple[Scope, str, Caller]:
    async with platform.db.begin() as tx:
        tenant_id = await tenancy.create_tenant(tx, name=name, ids=platform.ids)
        owner = Scope(tenant_id, ScopeCaller("staff", "1"))
        project_id = await tenancy.create_project(owner, tx, name="集成", ids=platform.ids)
        app_key, secret = await tenancy.create_app_key(
            owner, tx, project_id=project_id, ids=platform.ids, secrets=platform.secrets
        )
    return owner, project_id, Caller(client, app_key, secret)
