"""Who looked at a camera is kept: live with its length, one row a look, and to whom the list is shown."""

import asyncio
import csv
import io
from typing import Any

from sqlalchemy import select, update
from websockets.asyncio.client import connect

from linli.domains.video.live import looks
from linli.domains.video.models import recording_views
from linli.domains.video.recording_rows import SILENT_MS
from linli.kernel.db import Command, Query
from tests.domains.video.live.conftest import WAIT_S, House
from tests.domains.video.live.test_recording import until

_rows = Query(
    select(
        recording_views.c.what, recording_views.c.over, recording_views.c.begin_ms, recording_views.c.end_ms
    ),
    unscoped="of the test",
)
_killed = Command(
    update(recording_views).values(over=0, end_ms=recording_views.c.end_ms - SILENT_MS),
    unscoped="of the test",
)


async def listed(house: House, **query: Any) -> list[dict[str, Any]]:
    answer = await house.desk.get(f"{house.at}/camera-looks", params=query)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


async def watch(house: House, path: str, **form: Any) -> Any:
    """A player that has its first picture. Without a limit to its queue: nobody reads on, and behind a full one its end
    would be waited for 10 s."""
    answer = await house.desk.post(f"{path}/live", json=form)
    assert answer.status_code == 200, answer.text
    line = await connect(
        house.url.replace("http", "ws") + answer.json()["path"], max_size=None, max_queue=None, proxy=None
    )
    async with asyncio.timeout(WAIT_S):
        while not isinstance(await line.recv(), bytes):
            pass
    return line


async def test_a_live_look_is_one_row_from_its_first_to_its_last_player(house: House) -> None:
    path = await house.camera()
    first = await watch(house, path)
    (row,) = await until(lambda: listed(house))
    assert (row["what"], row["surface"], row["goesOn"], row["beginMs"]) == ("live", "console", True, 0)
    assert row["name"]
    assert row["account"]
    assert row["cameraId"] == path.rpartition("/")[2]
    second = await watch(house, path, sub=True)
    await first.close()
    await second.close()
    third = await watch(house, path)  # within a minute: it goes on
    await third.close()
    await until(lambda: _is_over(house))
    (row,) = await listed(house)
    assert not row["goesOn"]
    assert row["lastedMs"] > 0
    wall = await watch(house, path, surface="wall")
    await until(lambda: _count(house, 2))
    await wall.close()
    assert [row["surface"] for row in await listed(house)] == ["wall", "console"]


async def _is_over(house: House) -> bool:
    return not any(row["goesOn"] for row in await listed(house))


async def _count(house: House, wanted: int) -> bool:
    return len(await listed(house)) == wanted


async def test_a_look_that_ended_with_its_process_ends_at_its_last_sign(house: House) -> None:
    path = await house.camera()
    line = await watch(house, path)
    await until(lambda: listed(house))
    await house.platform.video.desk.looks.stop()
    await line.close()
    (kept,) = await _rows.all(house.platform.db)
    assert kept[1] == 1  # an orderly end says so
    await house.platform.db.run(_killed.run)
    (row,) = await listed(house)
    assert not row["goesOn"]


async def test_what_cannot_be_kept_is_not_shown(house: House, monkeypatch: Any) -> None:
    monkeypatch.setattr(looks, "MOST", 0)
    path = await house.camera()
    answer = await house.desk.post(f"{path}/live", json={})
    url = house.url.replace("http", "ws") + answer.json()["path"]
    async with asyncio.timeout(WAIT_S), connect(url, max_size=None, max_queue=None, proxy=None) as line:
        assert await line.recv() == '{"code":"video.no_room"}'


async def test_the_list_is_narrowed_and_taken_away(house: House) -> None:
    path = await house.camera()
    number = path.rpartition("/")[2]
    assert (await house.desk.post(f"{path}/snapshot")).status_code == 200
    assert (await house.desk.post(f"{path}/doctor/test")).status_code == 204
    assert {row["what"] for row in await listed(house)} == {"picture", "test"}
    assert [row["what"] for row in await listed(house, kind="test", cameraId=number)] == ["test"]
    assert [row["what"] for row in await listed(house, kind="live")] == ["picture"]
    assert await listed(house, kind="export") == []
    assert await listed(house, toMs=1) == []
    (person,) = (await house.desk.get(f"{house.at}/camera-looks/people")).json()
    assert len(await listed(house, who=person["who"])) == 2
    assert await listed(house, who="staff:1") == []
    for query, status in (({"kind": "other"}, 400), ({"cameraId": 1}, 404), ({"fromMs": -1}, 400)):
        assert (await house.desk.get(f"{house.at}/camera-looks", params=query)).status_code == status, query
    taken = await house.desk.get(f"{house.at}/camera-looks/export.csv", params={"language": "zh-CN"})
    assert taken.status_code == 200
    head, *lines = list(csv.reader(io.StringIO(taken.content.decode("utf-8-sig"))))
    assert head[:4] == ["时间", "摄像头", "姓名", "账号"]
    assert sorted(line[4] for line in lines) == ["抓拍一张", "诊断测试"]
    assert {line[1] for line in lines} == {"北门枪机"}
