"""Bluetooth cards given door by door, as integrators give cards (spec E B5 and B6, mirrored: T1)."""

from sqlalchemy import bindparam, update

from linli.delivery import service as delivery
from linli.delivery.queries import grants_on_credential
from linli.domains.access.errors import CardUnknown, CredentialTaken, DoorOffline, DoorUnknown, PersonUnknown
from linli.domains.access.models import credentials
from linli.domains.access.queries import credentials as queries
from linli.domains.access.queries.doors import find_doors
from linli.domains.access.rows import Credential, Door
from linli.domains.access.service.cards import CardFailure, CardWish, check_batch, in_lock_order
from linli.domains.access.service.credentials import DOORS, end
from linli.domains.access.service.doors import adopt_doors
from linli.domains.access.service.grants import credential_grant, credential_source
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.service.kinds import BLE
from linli.domains.access.service.persons import require_person
from linli.kernel.db import INT, Command, Tx
from linli.kernel.errors import BadInput, LinliError
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.rules import UNLIMITED
from linli.things.queries.devices import find_devices

_extend = Command(
    update(credentials)
    .where(credentials.c.id == bindparam("of_id", type_=INT))
    .values(ends_ms=bindparam("to_ends", type_=INT), changed_ms=bindparam("now", type_=INT)),
    unscoped="the row was read in scope",
)


async def grant(
    scope: Scope, tx: Tx, *, wishes: list[CardWish], keys: DoorKeys, ids: Ids, now_ms: int
) -> list[CardFailure]:
    """Give Bluetooth cards their doors; the rows that failed. Raises BadInput: then nothing was given."""
    check_batch("cards", [(wish.iot_id, wish.number, wish.identity_id) for wish in wishes], "bleCardId")
    for number, wish in enumerate(wishes):
        if wish.ends_ms <= now_ms:
            raise BadInput(field=f"cards[{number}].expiryTime", rule="after", other="now")
    iot_ids = list(dict.fromkeys(wish.iot_id for wish in wishes))
    doors = await adopt_doors(scope, tx, iot_ids=iot_ids, keys=keys, now_ms=now_ms)
    online = {device.iot_id for device in await find_devices(scope, tx, iot_ids=iot_ids) if device.online}
    failures = {}
    for number, wish in in_lock_order(wishes, lambda wish: (wish.iot_id, wish.number)):
        error = await _grant_right(scope, tx, doors.get(wish.iot_id), wish, ids, now_ms)
        if error is None and wish.iot_id not in online:
            error = DoorOffline()
        if error is not None:
            failures[number] = CardFailure(wish.iot_id, wish.number, wish.identity_id, error)
    return [failures[number] for number in sorted(failures)]


async def withdraw(
    scope: Scope, tx: Tx, *, rows: list[tuple[str, str, str]], now_ms: int
) -> list[CardFailure]:
    """Withdraw (iotId, bleCardId, identityId); the rows that name no permission. Raises BadInput."""
    check_batch("list", rows, "bleCardId")
    doors = await find_doors(scope, tx, iot_ids=sorted({iot_id for iot_id, _, _ in rows}))
    failures = {}
    for place, (iot_id, number, identity_id) in in_lock_order(rows, lambda row: row[:2]):
        door = doors.get(iot_id)
        if door is None:
            failures[place] = CardFailure(iot_id, number, identity_id, DoorUnknown(iot_id))
            continue
        credential = await queries.live(
            scope, tx, community_id=door.community_id, kind=BLE, credential=number
        )
        gone = (
            credential is not None
            and credential.identity_id == identity_id
            and await delivery.revoke(
                scope, tx, credential_grant(credential, iot_id), now_ms=now_ms, reason="removed"
            )
        )
        if not gone or credential is None:
            failures[place] = CardFailure(iot_id, number, identity_id, CardUnknown())
        elif not await grants_on_credential(
            scope, tx, source=credential_source(credential.id), kind=BLE, credential=number
        ):
            await end(scope, tx, row=credential, reason="removed", now_ms=now_ms)
    return [failures[place] for place in sorted(failures)]


async def _grant_right(
    scope: Scope, tx: Tx, door: Door | None, wish: CardWish, ids: Ids, now_ms: int
) -> LinliError | None:
    if door is None:
        return DoorUnknown(wish.iot_id)
    try:
        await require_person(scope, tx, identity_id=wish.identity_id)
    except PersonUnknown as error:
        return error
    credential = await queries.live(
        scope, tx, community_id=door.community_id, kind=BLE, credential=wish.number
    )
    if credential is not None and (credential.identity_id != wish.identity_id or credential.reach != DOORS):
        return CredentialTaken(field="bleCardId")
    if credential is None:
        credential = Credential(
            id=ids.number(),
            tenant_id=scope.tenant,
            community_id=door.community_id,
            project_id=scope.project_id or "",
            kind=BLE,
            credential=wish.number,
            identity_id=wish.identity_id,
            reach=DOORS,
            label="",
            starts_ms=now_ms,
            ends_ms=wish.ends_ms,
            sealed="",
            max_uses=UNLIMITED,
            used=0,
            live=1,
            end_reason="",
            made_by=f"{scope.caller.kind}:{scope.caller.id}",
            created_ms=now_ms,
            changed_ms=now_ms,
        )
        await tx.insert(credentials, credential._asdict())
    elif wish.ends_ms > credential.ends_ms:
        await _extend.run(tx, of_id=credential.id, to_ends=wish.ends_ms, now=now_ms)
    await delivery.grant(
        scope, tx, credential_grant(credential._replace(ends_ms=wish.ends_ms), wish.iot_id), now_ms=now_ms
    )
    return None
