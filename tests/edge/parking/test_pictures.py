"""Pictures of cars beside the decision: a slow disk holds answer and record, a full one costs the picture only."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.edge.drivers.plate_camera_push.simulator import JPEG
from linli.edge.services.files import FileStore
from linli.edge.services.files.store import FULL
from tests.edge.parking.lane_town import LaneTown
from tests.edge.runtime.small_box import until
from tests.servicebus.conftest import Bench, bench  # noqa: F401

pytestmark = pytest.mark.engines("sqlite")
PASS = "iot_park_pass_record"


@pytest.fixture
async def town(bench: Bench, tmp_path: Path) -> AsyncIterator[LaneTown]:  # noqa: F811
    town = await LaneTown(bench, tmp_path).build()
    await town.wake()
    yield town
    await town.stop()


async def test_answer_and_record_wait_for_the_picture_and_the_decision_does_not(
    town: LaneTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, before = threading.Event(), FileStore._keep

    def slow(self: FileStore, *values: Any) -> Any:
        assert gate.wait(60)
        return before(self, *values)

    room, waiting = town.box.parking.room, list[str]()

    async def stored(path: str) -> None:
        waiting.append(path)
        await room.pictures.stored(path)

    monkeypatch.setattr(FileStore, "_keep", slow)
    monkeypatch.setattr(room, "picture_stored", stored)
    try:
        pushing = asyncio.create_task(town.entry.read("浙A12345"))
        await until(
            lambda: len(waiting) == 2
        )  # the camera's answer, and the decided pass on its way to the cloud
        assert waiting[0] == waiting[1]
        assert not pushing.done()
        assert len(await room.waiting(10)) == 1
    finally:
        gate.set()
    assert (await pushing)["info"] == "ok"
    (came,) = await town.records(PASS, 1)
    assert await town.file(came, PASS, "plateNumberImage") == JPEG
    assert not room.pictures._underway


async def test_a_car_goes_in_without_its_picture_on_a_full_disk(
    town: LaneTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: FileStore) -> Any:
        raise FULL

    monkeypatch.setattr(FileStore, "_begin", full)
    assert (await town.entry.read("浙A12345"))["info"] == "ok"
    (came,) = await town.records(PASS, 1)
    assert (came["plateNumber"], came.get("plateNumberImage", "")) == ("浙A12345", "")
    monkeypatch.undo()
    assert (await town.entry.read("浙A12346"))["info"] == "ok"
    _, second = await town.records(PASS, 2)
    assert await town.file(second, PASS, "plateNumberImage") == JPEG
