"""Connections of apps end with their key."""

from collections.abc import Awaitable, Callable

import pytest

from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, Tx
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.protocols import mqtt
from linli.protocols.linkkit import signatures
from tests.things.conftest import Site
from tests.things.device import MakePlatform
from tests.things.mqtt.backend import Client


async def _connect(port: int, app_key: str, secret: str, now_ms: int) -> Client:
    client = await Client.dial(port)
    password = signatures.sign(secret, f"c{now_ms}").encode()
    client.send(
        mqtt.Connect(client_id=f"c|timestamp={now_ms}|", username=app_key, password=password, keep_alive=60)
    )
    answer = await client.read()
    assert isinstance(answer, mqtt.Connack)
    assert answer.code == 0
    return client


type Change = Callable[[Site, Tx, str, Ids, Secrets], Awaitable[object]]


async def _disable(site: Site, tx: Tx, app_key: str, ids: Ids, secrets: Secrets) -> None:
    await tenancy.enable_app_key(site.tenant, tx, app_key=app_key, enabled=False)


async def _rotate(site: Site, tx: Tx, app_key: str, ids: Ids, secrets: Secrets) -> None:
    await tenancy.rotate_app_key(site.tenant, tx, app_key=app_key, ids=ids, secrets=secrets)


@pytest.mark.parametrize("change", [_disable, _rotate])
async def test_a_key_disabled_or_rotated_ends_its_connections_and_no_others(
    make_platform: MakePlatform,
    site: Site,
    database: Database,
    ids: Ids,
    secrets: Secrets,
    clock: ManualClock,
    change: Change,
) -> None:
    platform = await (await make_platform()).start()
    async with database.begin() as tx:
        keys = [
            await tenancy.create_app_key(
                site.tenant, tx, project_id=site.project_id, ids=ids, secrets=secrets
            )
            for _ in range(2)
        ]
    revoked, other = [await _connect(platform.port, *key, clock.now_ms()) for key in keys]
    async with database.begin() as tx:
        await change(site, tx, keys[0][0], ids, secrets)
    with pytest.raises((EOFError, ConnectionError)):
        await revoked.read()
    other.send(mqtt.Pingreq())
    assert isinstance(await other.read(), mqtt.Pingresp)
    for client in (revoked, other):
        client.abort()
