"""Boxes of one site on a LAN count a visitor's entries together, on real sockets (ADR 0100)."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from linli.edge.runtime import way_peers
from linli.edge.runtime import ways as way_rows
from linli.edge.runtime.way_peers import WayPeers, everybody
from linli.edge.runtime.ways import WayPass
from linli.kernel.clock import ManualClock
from linli.rules.ways import WAY_MS
from tests.domains.access.platform import until
from tests.edge.runtime.test_ways import OPEN, USED_UP, SiteBox
from tests.ports import free_port

KEY, OTHER = "5a" * 32, "a5" * 32


class Member:
    """One box of the site: its file, its doorkeeper and its line to the others."""

    def __init__(self, folder: Path, clock: ManualClock, port: int) -> None:
        folder.mkdir()
        self.box = SiteBox(folder, clock)
        self.key = KEY
        self.peers = WayPeers(self.box.store, clock, lambda: self.key, "127.0.0.1", port)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self.box.start()
        self.box.keeper.on_way = self.peers.counted
        await self.join()

    async def join(self) -> None:
        self._task = asyncio.create_task(self.peers.run())
        await until(lambda: self.peers.listens == bool(self.key))

    async def leave(self) -> None:
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def knows(self, count: int) -> None:
        now_ms = self.box.clock.now_ms()

        async def counted() -> bool:
            rows = await self.box.store.read(lambda c: way_rows.that_count(c, now_ms=now_ms, most=99))
            return len(rows) == count

        await until(counted)


@pytest.fixture
async def site(tmp_path: Path, clock: ManualClock) -> AsyncIterator[tuple[Member, Member, int]]:
    port = free_port()
    members = [Member(tmp_path / name, clock, port) for name in ("gate", "unit")]
    for member in members:
        await member.start()
    yield members[0], members[1], port
    for member in members:
        await member.leave()
        await member.box.store.stop()


async def test_one_entry_is_one_entry_at_all_boxes(
    site: tuple[Member, Member, int], clock: ManualClock
) -> None:
    gate, unit, _ = site
    await gate.box.allow(1, "gate")
    await unit.box.allow(1, "unit")
    assert await gate.box.scan("gate") == (OPEN, "new")
    await unit.knows(1)
    assert await unit.box.scan("unit") == (OPEN, "on")
    await gate.knows(2)
    await clock.advance(WAY_MS)
    assert await unit.box.scan("unit") == (USED_UP, "used_up"), "alone it would be this box's first way"
    assert await gate.box.scan("gate") == (USED_UP, "used_up")


async def test_who_was_away_hears_it_from_anybody(
    site: tuple[Member, Member, int], clock: ManualClock
) -> None:
    gate, unit, _ = site
    await unit.leave()
    await gate.box.allow(3, "gate")
    for _ in range(2):
        await gate.box.scan("gate")
        await clock.advance(1_000)
    await unit.join()
    await gate.peers.tell_all()
    await unit.knows(2)


async def test_strangers_repetitions_and_nonsense_change_nothing(
    site: tuple[Member, Member, int], clock: ManualClock, tmp_path: Path
) -> None:
    gate, unit, port = site
    heard: list[bytes] = []
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    ear.setblocking(False)
    with ear:
        ear.bind(("127.255.255.255", port))
        asyncio.get_running_loop().add_reader(ear, lambda: heard.append(ear.recv(2_000)))
        await gate.box.allow(1, "gate")
        await gate.box.scan("gate")
        await unit.knows(1)
        await until(lambda: len(heard) >= 3)
        asyncio.get_running_loop().remove_reader(ear)
        whole = heard[0]
        assert b"visit:1" not in whole, "it is sealed"
        stranger = Member(tmp_path / "stranger", clock, port)
        stranger.key = OTHER
        await stranger.start()
        now = clock.now_ms()
        await stranger.box.store.write(
            lambda c: way_rows.keep(c, WayPass("visit:1", now, "0", now + WAY_MS), now_ms=now)
        )
        await stranger.peers.tell_all()
        ahead = [
            ("visit:1", now + way_peers.AHEAD_MS + 1, "7", now + 2 * WAY_MS),
            ("visit:1", 1, "7", now - 1),
        ]
        seal, nonce = gate.peers._seal, b"n" * 12
        assert seal is not None
        bodies = [
            msgspec.msgpack.encode(each) for each in (ahead, [("", 1, "7", 2)], {"a": 1}, [1], "x" * 900)
        ]
        sealed = [way_peers.MARK + nonce + seal.encrypt(nonce, body, way_peers.MARK) for body in bodies]
        for data in (*sealed, whole, whole[:-1], whole[:15], b"", b"LW1", bytes(1_401), b"LW2" + whole[3:]):
            ear.sendto(data, ("127.255.255.255", port))
        later = WayPass("visit:2", now, "0", now + WAY_MS)
        gate.peers._tell([later])
        await unit.knows(2)
        await stranger.leave()
        await stranger.box.store.stop()


async def test_without_another_box_nothing_listens(tmp_path: Path, clock: ManualClock) -> None:
    alone = Member(tmp_path / "alone", clock, free_port())
    alone.key = ""
    await alone.start()
    assert not alone.peers.listens
    alone.key = KEY
    await until(lambda: alone.peers.listens)
    alone.key = ""
    await until(lambda: not alone.peers.listens)
    await alone.leave()
    await alone.box.store.stop()


def test_everybody_is_of_the_networks_of_this_machine_alone() -> None:
    assert everybody("127.0.20.3") == ["127.255.255.255"]
    assert everybody("192.0.2.77") == []
    assert "255.255.255.255" not in everybody("0.0.0.0")
