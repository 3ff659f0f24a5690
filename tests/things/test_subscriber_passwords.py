"""Passwords of subscribers age: five minutes around the time they sign, and once."""

from typing import Any

import pytest

from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.protocols import mqtt
from linli.protocols.linkkit import signatures
from tests.things.conftest import Site
from tests.things.device import MakePlatform, Platform
from tests.things.mqtt.backend import Client

WINDOW_MS = 5 * 60_000


class Subscriber:
    def __init__(self, platform: Platform, app_key: str, secret: str) -> None:
        self._port, self._app_key, self._secret = platform.port, app_key, secret

    async def connect(self, stamp: Any, *, name: str = "c", level: int = 4) -> mqtt.Connack:
        """The answer to a right password that signs `stamp`."""
        client = await Client.dial(self._port, level=level) if level == 5 else await Client.dial(self._port)
        password = signatures.sign(self._secret, f"{name}{stamp}").encode()
        client.send(mqtt.Connect(f"{name}|timestamp={stamp}|", self._app_key, password, level=level))
        answer = await client.read()
        assert isinstance(answer, mqtt.Connack)
        client.abort()
        return answer


@pytest.fixture
async def subscriber(
    make_platform: MakePlatform, site: Site, database: Database, ids: Ids, secrets: Secrets
) -> Subscriber:
    platform = await (await make_platform()).start()
    async with database.begin() as tx:
        key = await tenancy.create_app_key(
            site.tenant, tx, project_id=site.project_id, ids=ids, secrets=secrets
        )
    return Subscriber(platform, *key)


async def test_only_times_of_the_last_and_next_five_minutes_are_taken(
    subscriber: Subscriber, clock: ManualClock
) -> None:
    now = clock.now_ms()
    for old in (
        1_000_000_000,
        1_000_000_000_000,
        now - WINDOW_MS - 1,
        now + WINDOW_MS + 1,
        "",
        "x",
        "9" * 40,
    ):
        assert (await subscriber.connect(old)).code == 4, old
    for fresh in (now - WINDOW_MS, now, now + WINDOW_MS, now // 1000 - 1):
        assert (await subscriber.connect(fresh)).code == 0, fresh


async def test_a_password_that_was_overheard_is_worth_nothing(
    subscriber: Subscriber, clock: ManualClock
) -> None:
    now = clock.now_ms()
    assert (await subscriber.connect(now)).code == 0
    assert (await subscriber.connect(now)).code == 4
    assert (await subscriber.connect(now, name="another")).code == 0
    assert (await subscriber.connect(now + 1)).code == 0


async def test_mqtt_5_says_why(subscriber: Subscriber, clock: ManualClock) -> None:
    now = clock.now_ms()
    stale = await subscriber.connect(now - WINDOW_MS - 1, level=5)
    assert stale.properties is not None
    assert "5 minutes" in str(stale.properties.reason_string)
    await subscriber.connect(now, level=5)
    again = await subscriber.connect(now, level=5)
    assert again.code == 0x86
    assert again.properties is not None
    assert "used before" in str(again.properties.reason_string)
