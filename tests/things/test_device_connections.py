"""How devices connect is kept, and what a product demands of it holds: TLS, and a fresh time in the signature."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.pages import PageRequest
from linli.ops.tls import Authority, ServerTls
from linli.protocols import mqtt
from linli.protocols.linkkit import signatures
from linli.things import audit
from linli.things.certificates.service import choose_demands
from linli.things.connections import queries
from linli.things.debugging.refused_uplinks import cause_of, list_refused
from linli.things.mqtt.listen import listen
from linli.things.mqtt.principals import PreAuthRequest, Refused, RegisterRequest
from linli.things.queries.products import get_product
from tests.things.conftest import Site
from tests.things.device import Platform
from tests.things.mqtt.backend import Client

DAY_MS = 86_400_000
WINDOW_MS = 5 * 60_000


class House(NamedTuple):
    platform: Platform
    site: Site
    database: Database
    clock: ManualClock
    tls_port: int
    trust: ssl.SSLContext

    async def client(self, *, tls: bool = False) -> Client:
        if not tls:
            return await Client.dial(self.platform.port)
        return await Client.dial(self.tls_port, ssl=self.trust, server_hostname="localhost")

    async def connect(
        self, stamp: object = "", *, tls: bool = False, keep: bool = False
    ) -> "tuple[int, Client]":
        """The answer to the device's CONNECT that signs `stamp`."""
        stamp = stamp or self.clock.now_ms()
        device, client = self.site.device, await self.client(tls=tls)
        text = signatures.device_text("c", device.device_name, self.site.product_key, str(stamp))
        password = signatures.sign(device.device_secret, text, "hmacsha256").encode()
        client.send(
            mqtt.Connect(
                f"c|securemode=3,signmethod=hmacsha256,timestamp={stamp}|",
                f"{device.device_name}&{self.site.product_key}", password, keep_alive=60,
            )
        )  # fmt: skip
        answer = await client.read()
        assert isinstance(answer, mqtt.Connack)
        if not keep:
            client.abort()
        return answer.code, client

    async def demand(self, *, tls_only: bool = False, fresh_time: bool = False) -> None:
        async with self.database.begin() as tx:
            await choose_demands(
                self.site.tenant,
                tx,
                product_key=self.site.product_key,
                tls_only=tls_only,
                fresh_time=fresh_time,
            )
        number = await self.product_no()
        await _until(lambda: self.platform.things.certificates.allows(number)[2:] == (tls_only, fresh_time))

    async def product_no(self) -> int:
        product = await get_product(self.site.tenant, self.database, product_key=self.site.product_key)
        return product.product_no

    async def lately(self) -> queries.Lately:
        await self.platform.things.book.flush()
        return await queries.lately(
            self.site.tenant, self.database, product_no=await self.product_no(), now_ms=self.clock.now_ms()
        )

    async def newest(self) -> queries.Connection | None:
        await self.platform.things.book.flush()
        device = await self.platform.things.fleet.find(self.site.product_key, self.site.device.device_name)
        assert device is not None
        return await queries.connection_of(self.site.tenant, self.database, device_no=device.device_no)

    async def refusals(self) -> list[tuple[str, str]]:
        """(reason, what came) as the console lists them."""
        await self.platform.things.notes.flush()
        found = await list_refused(
            self.site.tenant, self.database, device_no=0, text="", page=PageRequest(1, 50)
        )
        return [(row.reason, row.payload.decode()) for row in found.data]


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    import time

    made = Authority(tmp_path_factory.mktemp("tls"))
    now_ms = int(time.time() * 1000)
    made.create("test", now_ms=now_ms)
    made.issue(["localhost"], now_ms=now_ms)
    return made


@pytest.fixture
async def house(
    platform: Platform, site: Site, database: Database, clock: ManualClock, authority: Authority
) -> AsyncIterator[House]:
    served = ServerTls(authority.server_certificate, authority.server_key)
    server = await listen(platform.things.front.connection, "127.0.0.1", 0, tls=served.context)
    trust = ssl.create_default_context(cafile=str(authority.certificate))
    yield House(platform, site, database, clock, server.sockets[0].getsockname()[1], trust)
    server.close()


async def test_what_protects_a_connection_is_kept(house: House) -> None:
    assert await house.newest() is None
    code, _ = await house.connect()
    assert code == 0
    newest = await house.newest()
    assert newest is not None
    assert (newest.security, newest.since_ms) == ("plain", house.clock.now_ms())
    assert newest.peer.startswith("127.0.0.1:")
    code, _ = await house.connect(tls=True)
    assert code == 0
    newest = await house.newest()
    assert newest is not None
    assert newest.security == "TLSv1.3"
    assert newest.last_plain_ms == house.clock.now_ms()


async def test_who_came_plain_is_counted_for_seven_days(house: House) -> None:
    assert await house.lately() == (1, 0, 0)
    await house.connect()
    assert await house.lately() == (1, 1, 0)
    page = await queries.plain_devices(
        house.site.tenant, house.database, product_no=await house.product_no(), now_ms=house.clock.now_ms(),
        page=PageRequest(1, 10),
    )  # fmt: skip
    assert [(row.device_name, row.first_ms) for row in page.data] == [
        (house.site.device.device_name, house.clock.now_ms())
    ]
    products = await queries.plain_products(
        house.site.tenant, house.database, now_ms=house.clock.now_ms(), limit=10
    )
    assert [(row.product_key, row.devices) for row in products] == [(house.site.product_key, 1)]
    later = house.clock.now_ms() + 7 * DAY_MS + 1
    await _until(
        lambda: (
            not house.platform.things.switchboard.is_connected(
                house.site.product_key, house.site.device.device_name
            )
        )
    )

    async def gone() -> bool:
        await house.platform.things.book.flush()
        seen = await queries.lately(
            house.site.tenant, house.database, product_no=await house.product_no(), now_ms=later
        )
        return seen.plain == 0

    async with asyncio.timeout(60):
        while not await gone():
            await asyncio.sleep(0.02)


async def test_a_tls_only_product_refuses_plain_and_says_so(house: House) -> None:
    await house.demand(tls_only=True)
    code, _ = await house.connect()
    assert code == 5
    code, _ = await house.connect(tls=True)
    assert code == 0
    (reason, came), *_ = await house.refusals()
    assert "TLS only" in reason
    assert '"peer":"127.0.0.1:' in came
    assert '"connection":"plain"' in came
    assert cause_of(reason) == "connect"
    await house.demand()
    code, _ = await house.connect()
    assert code == 0


async def test_plain_connections_end_when_tls_is_demanded_and_others_stay(house: House) -> None:
    _, plain = await house.connect(keep=True)
    await house.demand(tls_only=True)
    with pytest.raises((EOFError, ConnectionError)):
        await plain.read()
    code, secure = await house.connect(tls=True, keep=True)
    assert code == 0
    await house.demand(tls_only=True, fresh_time=True)
    secure.send(mqtt.Pingreq())
    assert isinstance(await secure.read(), mqtt.Pingresp)
    secure.abort()


async def test_a_choice_is_in_the_history_of_the_product(house: House) -> None:
    await house.demand(tls_only=True)
    await house.demand(tls_only=True)
    acts = await audit.acts_on(
        house.site.tenant, house.database, subject=house.site.product_key, page=PageRequest(1, 10)
    )
    assert [(row.act, row.facts) for row in acts.data if "tlsOnly" in row.facts] == [
        ("product.changed", '{"tlsOnly":[false,true]}')
    ]


async def test_registration_tells_no_secret_over_a_plain_connection(house: House) -> None:
    await house.demand(tls_only=True)
    backend, device = house.platform.things.backend, house.site.device
    text = signatures.device_text("c", device.device_name, house.site.product_key, "1")

    async def pre_auth(security: str) -> object:
        return await backend.pre_authenticate(
            PreAuthRequest(
                product_key=house.site.product_key, device_name=device.device_name, client_id="c",
                timestamp="1", sign=signatures.sign(device.device_secret, text), security=security,
            )
        )  # fmt: skip

    refused = await pre_auth("plain")
    assert isinstance(refused, Refused)
    assert refused.code == 403
    assert not isinstance(await pre_auth("TLSv1.2"), Refused)
    product = await house.platform.things.fleet.find_product(house.site.product_key)
    assert product is not None
    secret = house.platform.things.backend._secrets.open(
        product.secret, about=f"product:{product.product_key}"
    )
    sign = signatures.sign(secret, signatures.register_text(device.device_name, house.site.product_key, "r"))
    answer = await backend.register(
        RegisterRequest(
            product_key=house.site.product_key, device_name=device.device_name, random="r", sign=sign,
            security="plain",
        )
    )  # fmt: skip
    assert isinstance(answer, Refused)
    assert "TLS only" in answer.reason or "off" in answer.reason


async def test_an_overheard_connect_is_taken_for_ever_unless_fresh_times_are_demanded(house: House) -> None:
    old = 1_000_000_000_000  # 2001
    assert (await house.connect(old))[0] == 0  # the vendor's protocol, for unchanged devices
    assert (await house.lately()).stale == 1
    await house.demand(fresh_time=True)
    assert (await house.connect(old))[0] == 5
    assert (await house.connect(old, tls=True))[0] == 5
    now = house.clock.now_ms()
    assert (await house.connect(now - WINDOW_MS))[0] == 0
    assert (await house.connect(now - WINDOW_MS - 1))[0] == 5
    assert (await house.connect(now + DAY_MS))[0] == 0  # a clock that is wrong, and goes on
    assert (await house.connect(now + DAY_MS))[0] == 5
    assert (await house.connect(now + DAY_MS + 1))[0] == 0
    assert (await house.connect(now))[0] == 0  # it was set right
    assert (await house.connect("uptime"))[0] == 5
    reasons = [reason for reason, _ in await house.refusals()]
    assert any("fresh time" in reason for reason in reasons)


async def test_wrong_passwords_are_seen_but_do_not_flood(house: House) -> None:
    device = house.site.device
    for _ in range(5):
        client = await house.client()
        client.send(mqtt.Connect("c|x=|", f"{device.device_name}&{house.site.product_key}", b"wrong"))
        assert isinstance(await client.read(), mqtt.Connack)
        client.abort()
    assert [reason for reason, _ in await house.refusals()] == ["connect refused: wrong password"]
