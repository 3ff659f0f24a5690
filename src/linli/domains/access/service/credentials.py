"""Cards, Bluetooth cards and PINs that are a person's: given for their own doors, for all, or for some; taken back.

A number is one person's in a community while it is in use. A PIN is told once, kept as a digest, and sealed for doors
that cannot work with digests.
"""

import re
from dataclasses import dataclass

from sqlalchemy import bindparam, update

from linli.delivery import service as delivery
from linli.delivery.schemas import FOREVER_MS, ON_DEVICE
from linli.domains.access.errors import (
    CredentialTaken,
    DoorUnknown,
    TriedTooOften,
)
from linli.domains.access.models import credentials, tries
from linli.domains.access.queries import credentials as queries
from linli.domains.access.queries.doors import find_doors
from linli.domains.access.queries.keys import home_target
from linli.domains.access.rows import Credential
from linli.domains.access.service.doors import COMMUNITY_DOORS
from linli.domains.access.service.grants import credential_grant, credential_source
from linli.domains.access.service.home_keys import HOME_DOORS
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.service.kinds import BLE, CARD, PIN, PinBody, encode
from linli.domains.access.service.persons import require_person
from linli.domains.access.service.restore import Undo, give_again, revoked
from linli.domains.access.service.settings import pin_salt
from linli.domains.access.times import write_time
from linli.kernel.db import INT, Command, Query, Tx
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of
from linli.rules import UNLIMITED, digits_needed, pin_digest, pin_problem
from linli.rules.pins import LONGEST, SHORTEST

HOME, ALL, DOORS = "home", "all", "doors"
REACHES = (HOME, ALL, DOORS)
MOST_DOORS = 50
MOST_USES = 10_000
MAX_LABEL = 64
MOST_TRIES, TRIES_MS = 10, 3_600_000
OWN_PINS, OWN_PINS_MS = 5, 86_400_000
"""Each PIN that is refused as taken is one that opens somebody's doors: this too is a keypad."""
OWN, ONCE = "own", "once"
_NUMBER = re.compile(r"[0-9A-Za-z:_-]{4,64}")

_end = Command(
    update(credentials)
    .where(credentials.c.id == bindparam("of_id", type_=INT), credentials.c.live == 1)
    .values(live=0, end_reason=bindparam("why"), changed_ms=bindparam("now", type_=INT)),
    unscoped="the row was read in scope, or by a job of its own tenant",
)
_revive = Command(
    update(credentials)
    .where(credentials.c.id == bindparam("of_id", type_=INT), credentials.c.live == 0)
    .values(live=1, end_reason="", changed_ms=bindparam("now", type_=INT)),
    unscoped="the row was read in scope, or by a job of its own tenant",
)
_use = Command(
    update(credentials)
    .where(credentials.c.id == bindparam("of_id", type_=INT))
    .values(used=credentials.c.used + 1),
    unscoped="the row was found by the door's own tenant",
)
_tries = Query(tries.select().where(tries.c.key == bindparam("key")).with_for_update())


@dataclass(frozen=True, slots=True)
class Wish:
    """The values of a person's new credential. Times are UTC ms."""

    community_id: int
    kind: str
    number: str
    """Card number, or the PIN itself; empty: one is made up (PINs only)."""
    identity_id: str
    reach: str = HOME
    iot_ids: tuple[str, ...] = ()
    label: str = ""
    starts_ms: int | None = None
    ends_ms: int = FOREVER_MS
    max_uses: int = UNLIMITED
    schedule: str = ""
    """When within its window it opens (`linli.rules.schedules`); empty: always."""


async def give(
    scope: Scope, tx: Tx, *, wish: Wish, keys: DoorKeys, ids: Ids, now_ms: int
) -> tuple[Credential, str]:
    """Give a card, a Bluetooth card or a PIN; the row, and the PIN, shown only this once.

    Raises CredentialTaken, PersonUnknown, DoorUnknown, NotFound, BadInput.
    """
    scope.allow(wish.community_id)
    _check(wish, now_ms)
    await require_person(scope, tx, identity_id=wish.identity_id)
    number, body, sealed, pin = wish.number.strip(), "{}", "", ""
    if wish.kind == PIN:
        salt = await pin_salt(scope, tx, community_id=wish.community_id, ids=ids, now_ms=now_ms)
        holders = (
            sum((await queries.lengths(scope, tx, community_id=wish.community_id, kind=PIN)).values()) + 1
        )
        _check_length(number, holders)
        pin = number or await _new_pin(scope, tx, wish.community_id, salt, ids, digits_needed(holders))
        number = pin_digest(pin, salt)
        body, sealed = encode(PinBody(salt)), keys.seal_pin(pin, number)
    if await queries.live(scope, tx, community_id=wish.community_id, kind=wish.kind, credential=number):
        raise CredentialTaken(field="pin" if wish.kind == PIN else "number")
    row = Credential(
        id=ids.number(),
        tenant_id=scope.tenant,
        community_id=wish.community_id,
        project_id=scope.project_id or "",
        kind=wish.kind,
        credential=number,
        identity_id=wish.identity_id,
        reach=wish.reach,
        label=wish.label.strip(),
        starts_ms=now_ms if wish.starts_ms is None else wish.starts_ms,
        ends_ms=wish.ends_ms,
        sealed=sealed,
        max_uses=wish.max_uses,
        used=0,
        live=1,
        end_reason="",
        made_by=f"{scope.caller.kind}:{scope.caller.id}",
        created_ms=now_ms,
        changed_ms=now_ms,
        schedule=wish.schedule,
        digits=len(pin),
    )
    targets = await _targets(scope, tx, wish)
    await tx.insert(credentials, row._asdict())
    for target_type, target in targets:
        await delivery.grant(
            scope, tx, credential_grant(row, target, target_type=target_type, content=body), now_ms=now_ms
        )
    return row, pin


async def end(scope: Scope, tx: Tx, *, row: Credential, reason: str, now_ms: int) -> None:
    if await _end.run(tx, of_id=row.id, why=reason, now=now_ms):
        await delivery.revoke_all(
            scope,
            tx,
            source=credential_source(row.id),
            kind=row.kind,
            credential=row.credential,
            now_ms=now_ms,
            reason=reason,
        )


async def bring_back(scope: Scope, tx: Tx, *, row: Credential, undo: Undo, now_ms: int) -> bool:
    """Let a credential hold again where it did; False when it ended otherwise or by time.

    Raises CredentialTaken: somebody has its number meanwhile.
    """
    if row.live or row.ends_ms <= now_ms:
        return False
    grants = await revoked(scope, tx, credential_grant(row, ""), undo=undo)
    if not grants:
        return False
    if await queries.live(scope, tx, community_id=row.community_id, kind=row.kind, credential=row.credential):
        raise CredentialTaken(field="number")
    if not await _revive.run(tx, of_id=row.id, now=now_ms):
        return False
    await give_again(scope, tx, grants, undo=undo, now_ms=now_ms)
    return True


async def used(tx: Tx, *, row: Credential, now_ms: int) -> int | None:
    """Count a pass; uses left, None without limit. The last one ends it."""
    await _use.run(tx, of_id=row.id)
    if row.max_uses == UNLIMITED:
        return None
    left = max(row.max_uses - row.used - 1, 0)
    if left == 0:
        await end(Scope.system(row.tenant_id, "access"), tx, row=row, reason="used_up", now_ms=now_ms)
    return left


async def choose_own_pin(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    identity_id: str,
    pin: str,
    keys: DoorKeys,
    ids: Ids,
    now_ms: int,
) -> Credential | None:
    """A person's own PIN instead of the one they had; None when somebody has it, which is no more than that.

    The caller has counted the try. Raises BadInput.
    """
    persons = await queries.of_person(scope, tx, community_id=community_id, identity_id=identity_id)
    wish = Wish(community_id, PIN, pin, identity_id, label=OWN)
    try:
        row, _ = await give(scope, tx, wish=wish, keys=keys, ids=ids, now_ms=now_ms)
    except CredentialTaken:
        digest = await _digest(scope, tx, community_id, pin, ids, now_ms)
        return next(
            (
                credential
                for credential in persons
                if credential.label == OWN and credential.credential == digest
            ),
            None,
        )
    for credential_row in persons:
        if credential_row.kind == PIN and credential_row.label == OWN:
            await end(scope, tx, row=credential_row, reason="replaced", now_ms=now_ms)
    return row


async def count_try(
    tx: Tx, *, key: str, community_id: int, now_ms: int, most: int = MOST_TRIES, within_ms: int = TRIES_MS
) -> None:
    """Count a try in a transaction of its own, so that a refused one counts too. Raises TriedTooOften."""
    row = await _tries.one(tx, key=key)
    count, since = (row[1], row[2]) if row and row[2] > now_ms - within_ms else (0, now_ms)
    if count >= most:
        until = write_time(since + within_ms, await zone_of(tx, community_id))
        raise TriedTooOften(until=until[11:16] if within_ms <= TRIES_MS else until[5:16])
    counted = {"key": key, "tries": count + 1, "since_ms": since}
    await tx.upsert(tries, [counted], keys=("key",), update=("tries", "since_ms"))


async def count_own_pin(tx: Tx, *, identity_id: str, community_id: int, pin: str, now_ms: int) -> None:
    """As `count_try`; one that could be somebody's counts by the day as well. Raises TriedTooOften."""
    await count_try(tx, key=f"pin:{identity_id}", community_id=community_id, now_ms=now_ms)
    if not pin_problem(pin):
        await count_try(
            tx,
            key=f"pins:{identity_id}",
            community_id=community_id,
            now_ms=now_ms,
            most=OWN_PINS,
            within_ms=OWN_PINS_MS,
        )


async def _digest(scope: Scope, tx: Tx, community_id: int, pin: str, ids: Ids, now_ms: int) -> str:
    return pin_digest(pin, await pin_salt(scope, tx, community_id=community_id, ids=ids, now_ms=now_ms))


async def _new_pin(scope: Scope, tx: Tx, community_id: int, salt: str, ids: Ids, digits: int) -> str:
    while True:
        pin = ids.token(digits, "0123456789")
        digest = pin_digest(pin, salt)
        if not pin_problem(pin) and not await queries.live(
            scope, tx, community_id=community_id, kind=PIN, credential=digest
        ):
            return pin


async def _targets(scope: Scope, tx: Tx, wish: Wish) -> list[tuple[str, str]]:
    if wish.reach == HOME:
        return [(HOME_DOORS, home_target(wish.community_id, wish.identity_id))]
    if wish.reach == ALL:
        return [(COMMUNITY_DOORS, str(wish.community_id))]
    doors = await find_doors(scope, tx, iot_ids=list(wish.iot_ids))
    for iot_id in wish.iot_ids:
        if iot_id not in doors or doors[iot_id].community_id != wish.community_id:
            raise DoorUnknown(iot_id)
    return [(ON_DEVICE, iot_id) for iot_id in sorted(set(wish.iot_ids))]


def _check_length(pin: str, holders: int) -> None:
    """A PIN of one's own wish among so many. Raises BadInput."""
    if pin and pin_problem(pin, holders) == "short":
        raise BadInput(field="pin", rule="pin_short", low=digits_needed(holders), holders=holders)


def _check(wish: Wish, now_ms: int) -> None:
    if wish.kind not in (CARD, BLE, PIN):
        raise BadInput(field="kind", rule="one_of", allowed="card, ble, pin")
    if wish.kind == PIN:
        problem = pin_problem(wish.number.strip()) if wish.number.strip() else ""
        if problem:
            raise BadInput(field="pin", rule=f"pin_{problem}", low=SHORTEST, high=LONGEST)
    elif not _NUMBER.fullmatch(wish.number.strip()):
        raise BadInput(field="number", rule="format", example="04A1B2C3D4")
    if wish.reach not in REACHES:
        raise BadInput(field="reach", rule="one_of", allowed=", ".join(REACHES))
    if wish.reach == DOORS and not wish.iot_ids:
        raise BadInput(field="iotIds", rule="required")
    if len(wish.iot_ids) > MOST_DOORS:
        raise BadInput(field="iotIds", rule="too_many_items", limit=MOST_DOORS)
    if wish.ends_ms <= max(now_ms, wish.starts_ms or 0):
        raise BadInput(field="endsMs", rule="after", other="startsMs")
    if wish.max_uses != UNLIMITED and not 1 <= wish.max_uses <= MOST_USES:
        raise BadInput(field="maxUses", rule="range", low=1, high=MOST_USES)
    if len(wish.label) > MAX_LABEL:
        raise BadInput(field="label", rule="too_long", limit=MAX_LABEL)
