"""A device's own log: switched on, told, sent, kept, found."""

from typing import Any

import msgspec
import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.errors import NotFound
from linli.kernel.pages import PageRequest
from linli.things.device_logs.queries import LogFilter, find_lines, modules_of
from linli.things.device_logs.service import sends_logs, switch_logs
from tests.things.conftest import Site
from tests.things.device import Platform

POST, CONFIG = "thing/log/post", "thing/config/log/get"


def line(content: str, **more: Any) -> dict[str, Any]:
    return {"logLevel": "INFO", "module": "net", "logContent": content, **more}


async def switch(platform: Platform, site: Site, *, on: bool) -> int:
    things = platform.things
    async with things.fleet._db.begin() as tx:
        device = await switch_logs(site.tenant, tx, iot_id=site.device.iot_id, on=on)
        things.features.logs.tell(tx, device.product_key, device.device_name, on=on)
    return device.device_no


async def found(database: Database, device_no: int, **where: Any) -> list[tuple[Any, ...]]:
    page = await find_lines(
        database, device_no=device_no, where=LogFilter(**where), page=PageRequest.of(1, 50)
    )
    assert page.total == len(page.data)
    return [(row.ts, row.level, row.module, row.code, row.trace_id, row.content) for row in page.data]


async def test_lines_are_kept_and_found(
    platform: Platform, site: Site, database: Database, clock: ManualClock
) -> None:
    device_no = await switch(platform, site, on=True)
    device, now = await platform.connect(site.device), clock.now_ms()
    lines = [
        line("started", utcTime="2026-11-24T19:00:00.500+0800"),
        line("no route 50%", logLevel="error", code=4103, traceContext="t-1", utcTime=now - 5),
        line("bye", module="power", logLevel="WARNING", utcTime="1999-01-01T00:00:00Z"),
    ]
    reply = await device.ask(POST, lines)
    assert (reply["code"], reply["data"], reply["method"]) == (200, {}, "thing.log.post")
    assert await found(database, device_no) == [
        (now, 2, "power", "", "", "bye"),
        (now - 5, 3, "net", "4103", "t-1", "no route 50%"),
        (1795518000500, 1, "net", "", "", "started"),
    ]
    texts = {row[-1] for row in await found(database, device_no, level=2)}
    assert texts == {"bye", "no route 50%"}
    for where, expected in (
        ({"module": "power"}, {"bye"}), ({"trace_id": "t-1"}, {"no route 50%"}), ({"text": "50%"}, {"no route 50%"}),
        ({"text": "4103"}, {"no route 50%"}), ({"text": "_"}, set()), ({"low_ms": now}, {"bye"}),
    ):  # fmt: skip
        rows = await found(database, device_no, **where)
        assert {row[-1] for row in rows} == expected, where
    assert await modules_of(database, device_no=device_no) == ["net", "power"]


async def test_both_shapes_of_other_clients_are_read(
    platform: Platform, site: Site, database: Database, clock: ManualClock
) -> None:
    device_no = await switch(platform, site, on=True)
    device, now = await platform.connect(site.device), clock.now_ms()
    logs = {"traceId": "t", "level": "debug", "module": "m", "content": "c"}
    await device.ask(POST, {"logs": logs, "time": now - 9})
    await device.ask(POST, line("one"))
    assert await found(database, device_no) == [
        (now, 1, "net", "", "", "one"), (now - 9, 0, "m", "", "t", "c"),
    ]  # fmt: skip


async def test_a_device_asks_for_its_switch_and_is_told_when_it_moves(
    platform: Platform, site: Site, other: Site, database: Database
) -> None:
    device = await platform.connect(site.device)
    ask = {"configScope": "device", "getType": "content"}
    assert (await device.ask(CONFIG, ask))["data"] == {"getType": "content", "content": {"mode": 0}}
    refused = await device.ask(POST, [line("x")])
    assert refused["code"] == 403
    for mode in (1, 0):
        device_no = await switch(platform, site, on=bool(mode))
        pushed = await device.next()
        assert pushed.topic == device.topic("thing/config/log/push")
        told = msgspec.json.decode(pushed.payload, type=dict)
        assert (told["method"], told["params"]) == (
            "thing.config.log.push", {"getType": "content", "content": {"mode": mode}},
        )  # fmt: skip
        assert told["id"].isdigit()
        assert (await device.ask(CONFIG, ask))["data"]["content"] == {"mode": mode}
    assert not await sends_logs(database, device_no=device_no)
    assert await found(database, device_no) == []
    with pytest.raises(NotFound):
        async with database.begin() as tx:
            await switch_logs(other.tenant, tx, iot_id=site.device.iot_id, on=True)


@pytest.mark.parametrize(
    "params",
    [
        5,
        ["x"],
        [line("x", logLevel="LOUD")],
        [line("x", utcTime="soon")],
        [line("x", utcTime=[])],
        [line("x", module={"a": 1})],
        [line("x" * 20_000)],
        [line("a\u0000b")],
        [line("fine"), 7],
        [line("x")] * 201,
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_is_wrong_is_refused_and_nothing_kept(
    platform: Platform, site: Site, database: Database, params: Any
) -> None:
    device_no = await switch(platform, site, on=True)
    device = await platform.connect(site.device)
    assert (await device.ask(POST, params))["code"] == 460
    assert await found(database, device_no) == []
