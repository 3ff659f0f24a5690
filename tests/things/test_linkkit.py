"""The public device SDK (`aliyun-iot-linkkit`), unmodified, on the whole thing platform."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from linkkit import linkkit
from sqlalchemy import select

from linli import tsl
from linli.kernel.db import Database, Query
from linli.things.models import device_tags, latest_values, service_calls, thing_events
from linli.things.queries.devices import get_device
from tests.things.conftest import DOOR_TSL, Site
from tests.things.device import Platform, until

CALLBACKS = (
    "on_thing_enable", "on_thing_disable", "on_thing_prop_post", "on_thing_event_post", "on_thing_prop_changed",
    "on_thing_call_service", "on_thing_device_info_update", "on_thing_device_info_delete",
)  # fmt: skip

_tags = Query(select(device_tags.c.tag_key, device_tags.c.tag_value))
_latest = Query(select(latest_values.c.number, latest_values.c.text))
_events = Query(select(thing_events.c.identifier, thing_events.c.body))
_calls = Query(select(service_calls.c.identifier, service_calls.c.state).order_by(service_calls.c.call_no))


class Sdk:
    """One LinkKit device; its callbacks come to the test's loop in order, as (name, arguments)."""

    def __init__(self, port: int, site: Site, document: Path) -> None:
        self.kit = linkkit.LinkKit(
            host_name="127.0.0.1",
            product_key=site.product_key,
            device_name=site.device.device_name,
            device_secret=site.device.device_secret,
        )
        self.kit.config_mqtt(port=port, secure="")
        loop = asyncio.get_running_loop()
        self.heard: asyncio.Queue[tuple[str, tuple[Any, ...]]] = asyncio.Queue()
        for name in CALLBACKS:
            setattr(
                self.kit,
                name,
                lambda *args, name=name: loop.call_soon_threadsafe(self.heard.put_nowait, (name, args[:-1])),
            )
        assert self.kit.thing_setup(str(document)) == 0
        self.kit.connect_async()

    async def hear(self, name: str) -> tuple[Any, ...]:
        """The arguments of the next callback, which must be `name`; the user data is left out."""
        async with asyncio.timeout(30):
            heard, args = await self.heard.get()
        assert heard == name, (heard, args)
        return args


@pytest.fixture
async def sdk(platform: Platform, site: Site, tmp_path: Path) -> AsyncIterator[Sdk]:
    document = tmp_path / "tsl.json"
    model = tsl.export_json(tsl.parse(DOOR_TSL), site.product_key, site.device.device_name)
    document.write_text(model, "utf-8")
    sdk = Sdk(platform.port, site, document)
    await sdk.hear("on_thing_enable")
    yield sdk
    await asyncio.to_thread(sdk.kit.destruct)


async def test_posts_are_stored_and_their_callbacks_fire(sdk: Sdk, database: Database) -> None:
    status, request = sdk.kit.thing_post_property({"Temperature": 21.5, "Label": "大堂"})
    assert status == 0
    assert await sdk.hear("on_thing_prop_post") == (request, 200, {}, "success")
    assert sorted(await _latest.all(database), key=str) == [(21.5, None), (None, "大堂")]

    status, request = sdk.kit.thing_trigger_event(("passEvent", {"code": 0, "type": "qrCode"}))
    assert await sdk.hear("on_thing_event_post") == ("passEvent", request, 200, {}, "success")
    ((identifier, body),) = await _events.all(database)
    assert (identifier, json.loads(body)) == ("passEvent", {"code": 0, "type": "qrCode"})

    _, request = sdk.kit.thing_post_property({"Nobody": 1})
    assert (await sdk.hear("on_thing_prop_post"))[:2] == (request, 460)


async def test_properties_are_set_and_services_called(
    sdk: Sdk, platform: Platform, site: Site, database: Database
) -> None:
    invoker, iot_id = platform.things.invoker, site.device.iot_id
    await invoker.set_properties(site.tenant, iot_id, {"LightSwitch": 1})
    assert await sdk.hear("on_thing_prop_changed") == ({"LightSwitch": 1},)

    call = asyncio.create_task(invoker.invoke(site.tenant, iot_id, "CloudCallElevator", {"Floor": 3}))
    identifier, request, params = await sdk.hear("on_thing_call_service")
    assert (identifier, params) == ("CloudCallElevator", {"Floor": 3})
    assert sdk.kit.thing_answer_service(identifier, request, 200, {"code": 0}) == 0
    assert await call == {"code": 0}

    call = asyncio.create_task(invoker.invoke(site.tenant, iot_id, "syncPermissions", {"permissionUrl": "u"}))
    identifier, request, params = await sdk.hear("on_thing_call_service")
    assert (identifier, params) == ("syncPermissions", {"permissionUrl": "u"})
    assert sdk.kit.thing_answer_service(identifier, request, 200, {}) == 0
    assert await call == {}
    assert await _calls.all(database) == [
        ("set", "answered"), ("CloudCallElevator", "answered"), ("syncPermissions", "answered"),
    ]  # fmt: skip


async def test_tags_follow_the_device(sdk: Sdk, database: Database) -> None:
    before = dict(await _tags.all(database))
    sdk.kit.thing_update_tags({"fw": "1.0", "color": "red"})
    assert (await sdk.hear("on_thing_device_info_update"))[1] == 200
    sdk.kit.thing_remove_tags(["color"])
    assert (await sdk.hear("on_thing_device_info_delete"))[1] == 200
    assert dict(await _tags.all(database)) == before | {"fw": "1.0"}


async def test_the_platform_knows_when_it_leaves(sdk: Sdk, site: Site, database: Database) -> None:
    async def state() -> str:
        return (await get_device(site.tenant, database, iot_id=site.device.iot_id)).state

    async def online() -> bool:
        return await state() == "online"

    async def offline() -> bool:
        return await state() == "offline"

    await until(online)
    sdk.kit.disconnect()
    await until(offline)
