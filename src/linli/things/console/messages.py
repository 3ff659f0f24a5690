"""Messages of a device as they come and go, and those that no handler could take."""

import msgspec
from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from linli.kernel.db import Database
from linli.kernel.masking import masked_text
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.console.message_rows import MessageRow, down_row, shown, up_row
from linli.things.inbox import parked
from linli.things.queries import history
from linli.things.queries.devices import get_device

MOST = 200


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
        rows = [*(up_row(device, row) for row in up), *(down_row(device, row) for row in down)]
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
                reason=masked_text(row.reason),
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
