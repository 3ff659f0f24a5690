"""The code that the console offers to subscribers, run as it stands against a live platform."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from linli.app.platform import Platform
from linli.databus import changes, delivery_log, scopes, subscriptions
from linli.databus.amqp import pump
from linli.databus.amqp.auth import PREFIX
from linli.databus.subscription_rows import Filters
from linli.databus.topics import CommunityChange, Kind
from linli.kernel import tenancy
from linli.kernel.clock import SystemClock
from linli.kernel.scope import Scope
from linli.kernel.settings import Amqp, DeviceAuth, Disk, Http, Mqtt, Settings, Webhooks
from tests import node_clients
from tests.engines import RabbitMQ, find_program, free_port

pytestmark = [pytest.mark.xdist_group("rabbitmq"), pytest.mark.timeout(120)]

WEB = Path(__file__).parents[2] / "web"
SOURCE = WEB / "console" / "src" / "domains" / "integrations" / "consumerCode.ts"
COMPILER = WEB / "node_modules" / "typescript" / "lib" / "typescript.js"
WAYS = ("webhook", "sse", "amqp", "mqtt")
LANGUAGES = ("python", "node")
COMMUNITY = 101
SECRET = "a signing secret of the integrator"
_PRINT = """
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
const [compiler, source, language, place] = process.argv.slice(-4)
const ts = createRequire(import.meta.url)(compiler)
const { outputText } = ts.transpileModule(readFileSync(source, 'utf8'), { compilerOptions: { module: 'esnext' } })
const { consumerCode } = await import('data:text/javascript;base64,' + Buffer.from(outputText).toString('base64'))
process.stdout.write(consumerCode(language, JSON.parse(place)))
"""


def code(language: str, **place: Any) -> str:
    """What the page shows for a place (`CodePlace` of consumerCode.ts)."""
    node = find_program("node")
    if not COMPILER.exists():
        pytest.skip("the web workspace is not installed (./linli setup)")
    held = {"topic": "", "id": "7", "appKey": "12345678", "baseUrl": "http://127.0.0.1:1"}
    held |= {"mqtt": "127.0.0.1:1883", "amqp": "127.0.0.1:5672", **place}
    line = [node, "--input-type=module", "-e", _PRINT, "--", str(COMPILER), str(SOURCE), language]
    return subprocess.run([*line, json.dumps(held)], check=True, capture_output=True, text=True).stdout


@contextlib.asynccontextmanager
async def running(folder: Path, language: str, text: str, **environment: str) -> AsyncIterator[list[str]]:
    """The code as a program of its own; what it has printed so far."""
    if language == "node":
        line = [node_clients.node(), str(file := folder / "consumer.mjs")]
        node_clients.put_beside(file)
    else:
        line = [sys.executable, "-u", str(file := folder / "consumer.py")]
    file.write_text(text)
    child = await asyncio.create_subprocess_exec(
        *line,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **environment},
    )
    said: list[str] = []

    async def read() -> None:
        assert child.stdout is not None
        async for line in child.stdout:
            said.append(line.decode())  # noqa: PERF401  # each is seen as it comes

    reading = asyncio.create_task(read())
    try:
        yield said
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()
        await reading


class Site(NamedTuple):
    platform: Platform
    owner: Scope
    app_key: str
    app_secret: str
    settings: Settings

    async def say(self, number: int) -> None:
        change = CommunityChange(COMMUNITY, [f"space-{number}"], "insert")
        async with self.platform.db.begin() as tx:
            await changes.publish(tx, Kind.SPACE, COMMUNITY, change, tenant_id=self.owner.tenant)

    async def subscribe(self, kind: str, url: str = "") -> str:
        async with self.platform.db.begin() as tx:
            number, _ = await subscriptions.create_subscription(
                self.owner,
                tx,
                new=subscriptions.NewQueue(
                    app_key=self.app_key,
                    kind=kind,
                    name=kind,
                    filters=Filters(),
                    url=url,
                    secret=SECRET if url else "",
                ),
                ids=self.platform.ids,
                secrets=self.platform.secrets,
            )
        return str(number)

    async def handed_over(self, number: str) -> None:
        """What was told is in RabbitMQ, whose queue the platform made for it."""
        async with asyncio.timeout(60):
            while (
                await delivery_log.progress(self.owner, self.platform.db, subscription_id=int(number))
            ).backlog:
                await asyncio.sleep(0.02)

    async def heard(self, said: list[str], *, seconds: float = 30) -> str:
        """Tell of changes until the program prints one of them."""
        try:
            async with asyncio.timeout(seconds):
                for number in range(1000):
                    await self.say(number)
                    await asyncio.sleep(0.25)
                    if found := [line for line in said if "space-" in line]:
                        return found[0]
        except TimeoutError:
            pass
        raise AssertionError("the program heard nothing:\n" + "".join(said))


@pytest.fixture(scope="module")
def http_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def rabbit(http_port: int) -> Iterator[RabbitMQ]:
    with RabbitMQ.running(f"http://127.0.0.1:{http_port}{PREFIX}") as node:
        yield node


async def open_site(url: str, folder: Path, port: int = 0, amqp: Amqp | None = None) -> Site:
    settings = Settings(
        data_dir=str(folder / "data"),
        database_url=url,
        http=Http(port=port),
        mqtt=Mqtt(port=0),
        device_auth=DeviceAuth(port=0),
        webhooks=Webhooks(allow_private=True),
        disk=Disk(reserve_mb=0),
        amqp=amqp or Amqp(),
    )
    platform = await Platform.open(settings, SystemClock())
    await platform.start()
    async with platform.db.begin() as tx:
        tenant_id = await tenancy.create_tenant(tx, name="物业", ids=platform.ids)
        owner = Scope.system(tenant_id)
        project_id = await tenancy.create_project(owner, tx, name="集成", ids=platform.ids)
        key, secret = await tenancy.create_app_key(
            owner, tx, project_id=project_id, ids=platform.ids, secrets=platform.secrets
        )
        await scopes.register_community(
            tx, tenant_id=tenant_id, community_id=COMMUNITY, scope_id="a124aaaaaaaaaaaa"
        )
        await tenancy.grant_community(owner, tx, project_id=project_id, community_id=COMMUNITY)
    return Site(platform, owner, key, secret, settings)


@pytest.fixture
async def site(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    made = await open_site(database_url, tmp_path)
    yield made
    await made.platform.stop()


@pytest.mark.covers("API-16")
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_event_stream_sample_hears_changes(site: Site, tmp_path: Path, language: str) -> None:
    number = await site.subscribe("sse")
    base = f"http://127.0.0.1:{site.platform.http.port}"
    text = code(language, kind="sse", id=number, appKey=site.app_key, baseUrl=base)
    async with running(tmp_path, language, text, APP_SECRET=site.app_secret) as said:
        assert "/community/space/change" in await site.heard(said)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_mqtt_sample_hears_changes(site: Site, tmp_path: Path, language: str) -> None:
    topic = f"/sys/appkey/{site.app_key}/community/space/change"
    place = {"kind": "mqtt", "appKey": site.app_key, "topic": topic}
    text = code(language, **place, mqtt=f"127.0.0.1:{site.platform.mqtt_port}")
    async with running(tmp_path, language, text, APP_SECRET=site.app_secret) as said:
        assert topic in await site.heard(said)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_webhook_sample_takes_what_is_signed_and_nothing_else(
    site: Site, tmp_path: Path, language: str
) -> None:
    port = free_port()
    text = code(language, kind="webhook")
    place, own = {
        "python": ('("", 8000)', f'("127.0.0.1", {port})'),
        "node": (".listen(8000)", f".listen({port}, '127.0.0.1')"),
    }[language]
    assert place in text
    text = text.replace(place, own)
    await site.subscribe("webhook", f"http://127.0.0.1:{port}/hook")
    async with running(tmp_path, language, text, WEBHOOK_SECRET="not the one it is signed with") as said:
        with pytest.raises(AssertionError):
            await site.heard(said, seconds=3)
        if language == "python":  # the other prints what it takes alone
            assert any('"POST /hook HTTP/1.1" 401' in line for line in said), said
    async with running(tmp_path, language, text, WEBHOOK_SECRET=SECRET) as said:
        assert f"/sys/appkey/{site.app_key}/community/space/change" in await site.heard(said)


@pytest.mark.covers("H-21")
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_amqp_sample_hears_changes(
    database_url: str,
    tmp_path: Path,
    rabbit: RabbitMQ,
    http_port: int,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    if language == "python":
        pytest.importorskip("proton")
    monkeypatch.setattr(pump, "NEW_QUEUE_MS", 300)  # nobody kills this node before it remembers its queue
    guard = free_port()
    site = await open_site(database_url, tmp_path, http_port, Amqp(url=rabbit.url, port=guard))
    try:
        number = await site.subscribe("amqp")
        await site.say(0)
        await site.handed_over(number)
        place = {"kind": "amqp", "id": number, "appKey": site.app_key, "amqp": f"127.0.0.1:{guard}"}
        async with running(tmp_path, language, code(language, **place), APP_SECRET=site.app_secret) as said:
            assert "/community/space/change" in await site.heard(said)
    finally:
        await site.platform.stop()


@pytest.mark.parametrize("way", WAYS)
def test_the_samples_are_programs(tmp_path: Path, way: str) -> None:
    script = tmp_path / "consumer.mjs"
    script.write_text(code("node", kind=way, topic="/sys/appkey/12345678/thing/#"))
    found = subprocess.run([find_program("node"), "--check", script], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    compile(code("python", kind=way, topic="/sys/appkey/12345678/thing/#"), way, "exec")
    java = code("java", kind=way, topic="/sys/appkey/12345678/thing/#")
    for opening, closing in ("{}", "()"):
        assert java.count(opening) == java.count(closing) > 0
