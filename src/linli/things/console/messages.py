"""Messages of a device as they come and go, and those that no handler could take."""

from typing import Literal

import msgspec
from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from linli.kernel.db import Database
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.inbox import parked
from linli.things.inbox.messages import Message
from linli.things.queries import history
from linli.things.queries.devices import get_device

MOST = 200
SHOWN_BYTES = 16 * 1024

type Direction = Literal["up", "down"]


class MessageRow(msgspec.Struct, rename="camel", frozen=True):
    """One message. `payload` is its text as it was on the wire, cut after 16 kB."""

    id: str
    iot_id: str
    at_ms: int
    direction: Direction
    kind: str
    """Of an uplink: `inbox.kind`; of a downlink: `call` or `set`."""
    identifier: str
    payload: str
    answer: str
    """Of a downlink: the device's reply, if it came."""
    state: str
    """`handled`, `waiting` or `parked`; of a downlink `sent`, `answered`, `refused`, `timed_out` or `offline`."""
    reason: str


class ParkedRow(msgspec.Struct, rename="camel", frozen=True):
    """A message that its handlers could not take, kept until a person decides."""

    seq: str
    iot_id: str
    device_name: str
    kind: str
    identifier: str
    payload: str
    reason: str
    attempts: int
    received_ms: int
    parked_ms: int


def shown(payload: bytes) -> str:
    """A payload as text; bytes of a device's own format show as replacement characters."""
    return payload[:SHOWN_BYTES].decode("utf-8", "replace")


def live_row(message: Message) -> MessageRow:
    """A message that was just committed, as the list shows it."""
    return MessageRow(
        f"up-{message.seq}",
        message.device.iot_id,
        message.received_ms,
        "up",
        message.kind,
        message.identifier,
        shown(message.payload),
        "",
        "waiting" if message.wanted else "handled",
        "",
    )


def _up(iot_id: str, row: history.Uplink) -> MessageRow:
    state = {None: "handled", "ready": "waiting"}.get(row.state, "parked")
    return MessageRow(
        f"up-{row.seq}",
        iot_id,
        row.received_ms,
        "up",
        row.kind,
        row.identifier,
        shown(row.payload),
        "",
        state,
        row.reason or "",
    )


def _down(iot_id: str, row: history.Downlink) -> MessageRow:
    return MessageRow(
        f"down-{row.call_no}",
        iot_id,
        row.called_ms,
        "down",
        "set" if row.identifier == "set" else "call",
        row.identifier,
        row.input,
        row.output or "",
        row.state,
        row.reason,
    )


class MessageRoutes(Controller):
    path = "/devices/{iot_id:str}/messages"
    tags = ("devices",)

    @get("/", right="devices.use")
    async def list_messages(
        self, iot_id: FromPath[str], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[MessageRow]:
        """The last 200 messages of a device in both directions, newest first."""
        device = await get_device(within, db, iot_id=iot_id)
        up = await history.uplinks_of(db, device_no=device.device_no, most=MOST)
        down = await history.downlinks_of(db, device_no=device.device_no, most=MOST)
        rows = [*(_up(iot_id, row) for row in up), *(_down(iot_id, row) for row in down)]
        return sorted(rows, key=lambda row: row.at_ms, reverse=True)[:MOST]


class ParkedRoutes(Controller):
    path = "/inbox/parked"
    tags = ("inbox",)

    @get("/", right="devices.use")
    async def list_parked(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
    ) -> Page[ParkedRow]:
        """Messages that their handlers could not take, newest first."""
        found = await parked.list_parked(within, db, page=page)
        rows = [
            ParkedRow(
                seq=str(row.seq),
                iot_id=row.iot_id,
                device_name=row.nickname or row.device_name,
                kind=row.kind,
                identifier=row.identifier,
                payload=shown(row.payload),
                reason=row.reason,
                attempts=row.tries,
                received_ms=row.received_ms,
                parked_ms=row.parked_ms,
            )
            for row in found.data
        ]
        return Page.of(page, found.total, rows)

    @post("/{iot_id:str}/{seq:int}/retry", right="devices.manage", status_code=204)
    async def retry(
        self,
        iot_id: FromPath[str],
        seq: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> None:
        """Give a parked message to its handlers again."""
        async with db.begin() as tx:
            await parked.retry_parked(within, tx, iot_id=iot_id, seq=seq)

    @delete("/{iot_id:str}/{seq:int}", right="devices.manage")
    async def drop(
        self,
        iot_id: FromPath[str],
        seq: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> None:
        """Never handle it; the message itself stays in the device's log."""
        async with db.begin() as tx:
            await parked.drop_parked(within, tx, iot_id=iot_id, seq=seq)
