"""A card that is put on the desk's reader: whose it is and what it opens."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.delivery.queries import rows_of_credentials
from linli.domains.access.console.all_credentials import CommunityCredential, RowWriter
from linli.domains.access.console.pass_rows import whole_at
from linli.domains.access.queries import all_credentials as queries
from linli.domains.access.queries.all_credentials import CredentialFilter
from linli.domains.access.queries.doors import find_doors
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.service.kinds import BLE, CARD
from linli.domains.people.queries import persons as people
from linli.domains.people.rights import Rights
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope

MOST = 20
LONGEST = 64


class CardNumber(msgspec.Struct, rename="camel"):
    number: Annotated[str, Meta(description="As the reader types it, whole.")]


class OpenedDoor(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    name: str
    confirmed: Annotated[bool, Meta(description="The door said that it holds the card.")]


class CardRead(msgspec.Struct, rename="camel", frozen=True):
    credentials: Annotated[
        list[CommunityCredential], Meta(description="Who has or had it, those in use first; empty: nobody.")
    ]
    doors: Annotated[list[OpenedDoor], Meta(description="What it opens.")]


card_reading_routes = Routes("/communities/{community_id:int}/card-readings", tags=("doors",))


@card_reading_routes.post(right="devices.use", status=200)
async def read_card(
    community_id: int,
    data: CardNumber,
    within: Scope,
    db: Database,
    clock: Clock,
    rights: Rights,
    door_keys: DoorKeys,
) -> CardRead:
    """Whose a card is and what it opens, by its whole number: of a part nothing is told."""
    scope, number, now = within, data.number.strip(), clock.now_ms()
    if not number:
        raise BadInput(field="number", rule="required")
    if len(number) > LONGEST:
        raise BadInput(field="number", rule="too_long", limit=LONGEST)
    await people.require_community(scope, db, community_id)
    lines = await queries.list_all_credentials(
        scope,
        db,
        community_id=community_id,
        where=CredentialFilter(kinds=(CARD, BLE), text=number),
        now_ms=now,
        limit=MOST * 5,
    )
    mine = sorted((line for line in lines if line.credential == number), key=lambda line: -line.live)[:MOST]
    if not mine:
        return CardRead([], [])
    writer = RowWriter(scope, db, community_id, door_keys, whole=whole_at(rights, within)(community_id))
    if not any(line.live for line in mine):
        return CardRead(await writer.rows_for(mine, now), [])
    here = scope.narrowed(community_id)
    at = {
        row.device: row.status == "transferred"
        for row in await rows_of_credentials(here, db, credentials=[number])
        if row.kind in (CARD, BLE) and not row.deleting
    }
    doors = await find_doors(here, db, iot_ids=sorted(at))
    opened = [OpenedDoor(iot_id, door.name, at[iot_id]) for iot_id, door in doors.items()]
    return CardRead(await writer.rows_for(mine, now), sorted(opened, key=lambda door: door.name))
