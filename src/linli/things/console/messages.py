"""Messages of a device as they come and go, and those that no handler could take."""

import msgspec

from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.masking import masked_text
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.console.message_rows import MessageRow, down_row, shown, up_row
from linli.things.inbox import parked_messages
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


message_routes = Routes("/devices/{iot_id:str}/messages", tags=("devices",))


@message_routes.get(right="devices.use", raises=(NotFound,))
async def list_messages(iot_id: str, scope: Scope, db: Database) -> list[MessageRow]:
    """The last 200 messages of a device in both directions, newest first."""
    device = await get_device(scope, db, iot_id=iot_id)
    up = await history.uplinks_of(db, device_no=device.device_no, most=MOST)
    down = await history.downlinks_of(db, device_no=device.device_no, most=MOST)
    rows = [*(up_row(device, row) for row in up), *(down_row(device, row) for row in down)]
    return sorted(rows, key=lambda row: row.at_ms, reverse=True)[:MOST]


parked_routes = Routes("/inbox/parked", tags=("inbox",))


@parked_routes.get(right="devices.use")
async def list_parked(scope: Scope, db: Database, page: PageRequest) -> Page[ParkedRow]:
    """Messages that their handlers could not take, newest first."""
    messages = await parked_messages.list_parked(scope, db, page=page)
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
        for row in messages.data
    ]
    return Page.of(page, messages.total, rows)


@parked_routes.post("/{iot_id:str}/{seq:int}/retry", right="devices.manage", raises=(NotFound,))
async def retry(iot_id: str, seq: int, scope: Scope, tx: Tx) -> None:
    """Give a parked message to its handlers again."""
    await parked_messages.retry_parked(scope, tx, iot_id=iot_id, seq=seq)


@parked_routes.delete("/{iot_id:str}/{seq:int}", right="devices.manage", raises=(NotFound,))
async def drop(iot_id: str, seq: int, scope: Scope, tx: Tx) -> None:
    """Never handle it; the message itself stays in the device's log."""
    await parked_messages.drop_parked(scope, tx, iot_id=iot_id, seq=seq)
