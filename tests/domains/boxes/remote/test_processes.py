"""The two ends of a tunnel in two processes that share a database: frames go by mail, in order and bounded."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from wsproto.frame_protocol import CloseReason

from linli.domains.boxes.remote import exchange as exchanges
from linli.domains.boxes.remote.exchange import Exchange
from linli.domains.boxes.remote.models import edge_tunnels
from linli.domains.boxes.remote.rows import Tunnel
from linli.domains.boxes.remote.service import tunnels
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, open_database
from linli.kernel.processes import Mail, Processes

pytestmark = pytest.mark.engines("postgresql")
BOX, PERSON = tunnels.new_ticket(), tunnels.new_ticket()


class MadeEnd:
    """One end in memory."""

    full = False

    def __init__(self) -> None:
        self.got: list[tuple[bytes, bool]] = []
        self.held = False
        self.code: int | None = None

    def send(self, data: bytes, text: bool) -> None:
        self.got.append((data, text))

    def hold(self) -> None:
        self.held = True

    def go_on(self) -> None:
        self.held = False

    def close(self, code: int = CloseReason.NORMAL_CLOSURE) -> None:
        self.code = code

    @property
    def data(self) -> bytes:
        return b"".join(data for data, text in self.got if not text)


@pytest.fixture
async def open_exchange(
    database_url: str, clock: ManualClock
) -> AsyncIterator[Callable[[], Awaitable[tuple[Exchange, Database]]]]:
    stops: list[Callable[[], Awaitable[None]]] = []

    async def allowed(_: Tunnel) -> str:
        return ""

    async def make() -> tuple[Exchange, Database]:
        db = await open_database(database_url, clock=clock)
        processes = Processes(db, clock, name="front")
        mail = Mail(db, clock, processes.name)
        exchange = Exchange(db, clock, processes.name, mail, allowed)
        await processes.enter()
        await mail.start()
        stops.extend((exchange.stop, mail.stop, processes.stop, db.close))
        return exchange, db

    yield make
    for stop in stops:
        await stop()


async def row(db: Database, now_ms: int) -> None:
    async with db.begin() as tx:
        await tx.insert(edge_tunnels, {
            "tunnel_id": 7, "tenant_id": "A" * 32, "project_id": None, "community_id": None, "node_id": 1,
            "kind": "shell", "by_kind": "staff", "by_id": "1", "by_name": "王工", "session_id": 0, "reason": "检修",
            "state": "waiting", "why_ended": "", "box_ticket": tunnels.hashed(BOX),
            "person_ticket": tunnels.hashed(PERSON), "box_process": "", "person_process": "", "asked_ms": now_ms,
            "opened_ms": None, "until_ms": now_ms + 600_000, "ended_ms": None, "bytes_to_box": 0,
            "bytes_from_box": 0, "recorded": 0, "transcript": "",
        })  # fmt: skip


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


async def test_ends_in_two_processes_are_joined(
    open_exchange: Callable[[], Awaitable[tuple[Exchange, Database]]], clock: ManualClock
) -> None:
    (here, db), (there, _) = await open_exchange(), await open_exchange()
    await row(db, clock.now_ms())
    box, person = MadeEnd(), MadeEnd()
    here.came("box", BOX, box)
    await until(lambda: here.open == 1)
    assert box.held
    there.came("person", PERSON, person)
    await until(lambda: not box.held and not person.held and bool(person.got))
    assert json.loads(person.got[0][0])["joined"]
    # More than may be under way: the sender is held until the other process has passed it on.
    sent = [bytes([one]) * 60_000 for one in range(20)]
    held = 0
    for piece in sent:
        here.heard(box, piece, False)
        held += box.held
    assert held
    await until(lambda: person.data == b"".join(sent) and not box.held)
    there.heard(person, b'{"cols":80,"rows":24}', True)
    await until(lambda: (b'{"cols":80,"rows":24}', True) in box.got)
    there.lost(person)
    await until(lambda: box.code is CloseReason.NORMAL_CLOSURE)
    await here.settled()
    await there.settled()
    assert here.open == there.open == 0
    assert sum(map(len, sent)) > exchanges.UNDER_WAY
