"""What a box offers on its LAN, on a box and a cloud that are both real."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.domains.boxes.service import deployments, gateways
from linli.edge.runtime.lan import Ports
from linli.edge.services import keeping
from linli.edge.services.console.door import new_code
from linli.edge.services.keeping.facts import facts_of, versions_of
from tests.domains.access.platform import until
from tests.edge.runtime.test_with_cloud import town  # noqa: F401  (a fixture)
from tests.edge.runtime.town import Town
from tests.edge.services.test_interconnect import App

PORTS = Ports(host="127.0.0.1", files=(0, 0), console=0, mqtt=0, route=0)
pytestmark = pytest.mark.engines("sqlite")


async def switch(town: Town, *, on: bool, password: str = "") -> None:  # noqa: F811
    """What an integrator does in the console: 网关互联, then 部署."""
    made: dict[str, Any] = {"secrets": town.platform.secrets, "now_ms": town.platform.clock.now_ms()}
    async with town.platform.db.begin() as tx:
        await gateways.connect_locally(
            town.scope,
            tx,
            gateway_id=town.gateway_id,
            on=on,
            user="mqtt_user" if on else "",
            password=password,
            **made,
        )
        await deployments.deploy(town.scope, tx, gateway_id=town.gateway_id, ids=town.platform.ids, **made)
    await town.box.deployer.refresh()


@pytest.mark.covers("C082")
async def test_an_app_hears_the_passes_of_a_door_as_long_as_the_interconnect_is_on(town: Town) -> None:  # noqa: F811
    box = await town.new_box(ports=PORTS)
    assert box.lan is not None
    broker = box.lan.broker
    assert not broker.is_open
    await switch(town, on=True, password="a word of the site")
    await until(lambda: broker.is_open)
    app, stranger = App("parking"), App("stranger")
    try:
        assert await stranger.log_in(broker.port, "mqtt_user", "123456") == 4
        assert await app.log_in(broker.port, "mqtt_user", "a word of the site") == 0
        await app.subscribe("/sys/+/+/thing/event/+/post", "linkedge/response/parking/#")
        await town.machine.scan("0" * 32)
        topic, said, _ = await app.next()
        while topic.endswith("/property/post"):  # doors are given their keys meanwhile
            topic, said, _ = await app.next()
        assert topic.endswith("/door.qrcode/thing/event/passEvent/post")
        assert said["params"]["value"]["code"] == 103
        app.client.publish("parking/request/linkedge/getDeviceList", '{"requestId":"1"}', qos=1)
        topic, listed, _ = await app.next()
        while not topic.startswith("linkedge/"):  # the doors' own posts go on meanwhile
            topic, listed, _ = await app.next()
        (gateway,) = listed["params"]
        assert {one["deviceName"] for one in gateway["deviceList"]} == {"door.qrcode", "door.card"}
        await switch(town, on=False)
        await until(lambda: not broker.is_open)
    finally:
        await asyncio.to_thread(app.stop)
        await asyncio.to_thread(stranger.stop)


@pytest.mark.covers("CB-02", "H-73")
async def test_a_standby_with_the_boxs_backup_opens_the_same_doors(town: Town, tmp_path: Path) -> None:  # noqa: F811
    box = await town.new_box(ports=PORTS)
    code = await town.give_code()
    assert box.lan is not None
    page = f"http://127.0.0.1:{box.lan.console_port}"
    async with httpx.AsyncClient(base_url=page, trust_env=False) as lan:
        word = {"word": new_code(box.home / "console", box.clock.now_ms()), "newPassword": "a good password"}
        token = (await lan.post("/api/login", json=word)).json()["token"]
        lan.headers["authorization"] = f"Bearer {token}"
        status = (await lan.get("/api/status")).json()
        assert (status["box"]["nodeName"], status["box"]["drivers"][0]["online"]) == ("jinanwangyuefu-01", 2)
        assert (await lan.get("/api/devices")).json()["devices"][0]["address"] == "127.0.0.1"
        sealed = await lan.post("/api/keeping/backup", json={"passphrase": "a long passphrase"})
    before = facts_of(box.home)
    await box.stop()

    file, other = tmp_path / "box.linlibox", tmp_path / "other"
    file.write_bytes(sealed.content)
    other.mkdir()
    keeping.restore(file, other, passphrase="a long passphrase", here=versions_of(other), now_ms=1)
    assert facts_of(other) == before
    await town.wake(other, ports=PORTS)
    assert await town.machine.scan(code) is not None
    await until(lambda: town.box.queue.backlog == 0)

    async def told() -> bool:
        return len(await town.passes()) == 1

    await until(told)
