"""Logs on their way to the cloud: in order, again when the answer was lost, from the files after a restart."""

from pathlib import Path
from typing import Any

import pytest

from linli.edge.cloud import CloudUnreachable
from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.remote import shipping
from linli.edge.remote.shipping import LogShipper
from linli.kernel.clock import ManualClock
from linli.protocols.edge_link import LogBatch


class Cloud:
    """Takes batches, or is away."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.away = False
        self.on = True

    async def post(self, path: str, batch: LogBatch) -> bytes:
        assert path == "/edge/logs"
        if self.away:
            raise CloudUnreachable(why="cut")
        self.got += [one.text for one in batch.lines]
        return b'{"on":true}' if self.on else b'{"on":false}'


class Ship:
    def __init__(self, folder: Path | None = None) -> None:
        self.clock, self.cloud, self.kept = ManualClock(), Cloud(), 0
        self.logs = DeviceLogs(self.clock, folder)
        self.again()

    def again(self) -> None:
        """As after a restart of the box."""
        cloud: Any = self.cloud
        self.shipper = LogShipper(self.logs, cloud, keep=self._keep)
        self.shipper.switch(True)
        self.shipper._sent_ms = self.kept

    async def _keep(self, at_ms: int) -> None:
        self.kept = at_ms

    async def say(self, text: str) -> None:
        await self.clock.advance(1)
        self.logs.of("door_device", "dev:1").info(text)


async def test_lines_wait_while_the_cloud_is_away_and_go_in_order() -> None:
    ship = Ship()
    await ship.say("before anybody listens")
    await ship.shipper.once()
    ship.cloud.away = True
    for n in range(3):
        await ship.say(f"line {n}")
        await ship.shipper.once()
    ship.cloud.away = False
    await ship.shipper.once()
    assert ship.cloud.got == ["line 0", "line 1", "line 2"]
    assert ship.kept == ship.clock.now_ms()


async def test_what_was_said_while_the_box_was_off_is_read_from_its_files(tmp_path: Path) -> None:
    ship = Ship(tmp_path)
    await ship.shipper.once()
    await ship.say("sent")
    await ship.shipper.once()
    ship.cloud.away = True
    await ship.say("not sent")
    await ship.shipper.once()
    ship.logs = DeviceLogs(ship.clock, tmp_path)
    ship.again()
    await ship.say("while it started")
    ship.cloud.away = False
    await ship.shipper.once()
    assert ship.cloud.got == ["sent", "not sent", "while it started"]


async def test_a_long_absence_leaves_out_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipping, "MOST_WAITING", 4)
    ship = Ship()
    await ship.shipper.once()
    for n in range(9):
        await ship.say(f"line {n}")
    await ship.shipper.once()
    assert ship.cloud.got == [f"line {n}" for n in range(5, 9)]


async def test_nothing_is_sent_once_the_cloud_says_so() -> None:
    ship = Ship()
    await ship.shipper.once()
    ship.cloud.on = False
    await ship.say("the last")
    await ship.shipper.once()
    await ship.say("nobody wants this")
    assert ship.cloud.got == ["the last"]
