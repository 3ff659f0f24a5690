"""Staff open every door of a community by face while they have the door right, as by their own code (A PM-04).

Doors get a face for a month at a time. An hourly check withdraws the faces of staff who lost the right; a door that is
out of reach drops them at the end of the month.
"""

from linli.delivery import queries as deliveries
from linli.delivery import service as delivery
from linli.delivery.schemas import Grant
from linli.domains.access.queries.keys import STAFF
from linli.domains.access.service.doors import COMMUNITY_DOORS
from linli.domains.faces.kinds import FACE, body_of
from linli.domains.faces.queries import images as image_queries
from linli.domains.faces.queries import staff as queries
from linli.domains.faces.queries.images import consent_of
from linli.domains.faces.rows import Image, StaffFace
from linli.domains.faces.service import consents, erasures, images, staff_rows
from linli.domains.faces.service.users import IDENTITY
from linli.domains.people.queries import residents
from linli.domains.people.rights import Right
from linli.domains.people.service.accounts import rights
from linli.kernel import telemetry
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of

DAY_MS = 86_400_000
DAYS, RENEWED_DAYS = 30, 23
"""For how long doors get a face, and the days left at which it is renewed: once a week."""
log = telemetry.logger(__name__)


async def join(tx: Tx, *, image: Image, account_id: int, now_ms: int) -> None:
    """Note a face for a community where its owner has the door right. `follow` delivers it after the commit.

    The caller checked the right.
    """
    assert image.community_id is not None
    row = StaffFace(image.community_id, account_id, image.tenant_id, image.identity_id, now_ms)
    await staff_rows.keep(tx, row)


async def leave(
    scope: Scope, tx: Tx, *, community_id: int, identity_id: str, reason: str, now_ms: int
) -> bool:
    """Withdraw a staff face from the doors of a community. Returns whether there was one."""
    there = await staff_rows.drop(
        tx, tenant_id=scope.tenant, community_id=community_id, identity_id=identity_id
    )
    image = await image_queries.image_of_user(scope, tx, owner="", user_type=IDENTITY, user_id=identity_id)
    if image is not None:
        wish = await _wish(tx, image, community_id, 0)
        await delivery.revoke(scope, tx, wish, now_ms=now_ms, reason=reason)
    return there


async def follow(scope: Scope, tx: Tx, *, image: Image, now_ms: int) -> None:
    """Deliver a changed picture, or a changed end of its consent, to the doors of all communities where they work."""
    if image.user_type != IDENTITY or not image.live:
        return
    for community_id in sorted(await queries.communities_of_staff(scope, tx, identity_id=image.identity_id)):
        await _give(scope, tx, image, community_id, now_ms)


async def look_at_rights(db: Database, *, now_ms: int) -> int:
    """Withdraw the faces of staff who lost the door right, and renew the others. Returns how many were withdrawn."""
    place, gone = (0, 0), 0
    while rows := await queries.after(db, place):
        for row in rows:
            gone += await _look_at(db, row, now_ms)
        place = (rows[-1].community_id, rows[-1].account_id)
    return gone


async def _look_at(db: Database, row: StaffFace, now_ms: int) -> bool:
    scope = Scope.system(row.tenant_id, "faces")
    may = await _may(db, row)

    async def work(tx: Tx) -> bool:
        image = await image_queries.image_of_user(
            scope, tx, owner="", user_type=IDENTITY, user_id=row.identity_id
        )
        if image is None or not image.live:
            await staff_rows.drop_person(tx, tenant_id=row.tenant_id, identity_id=row.identity_id)
            return False
        if may:
            await _give(scope, tx, image, row.community_id, now_ms, weekly=True)
            return False
        await leave(
            scope,
            tx,
            community_id=row.community_id,
            identity_id=row.identity_id,
            reason="left",
            now_ms=now_ms,
        )
        if not await needed(scope, tx, image):
            await erasures.erase(scope, tx, image=image, reason="left", now_ms=now_ms)
        log.info("the face of account %d left community %d with its right", row.account_id, row.community_id)
        return True

    return await db.run(work)


async def needed(scope: Scope, db: Reader, image: Image) -> bool:
    """Whether the person lives or works in any community that needs the face."""
    if await queries.communities_of_staff(scope, db, identity_id=image.identity_id):
        return True
    for community_id in await images.communities_of(scope, db, image):
        if await residents.belongs(scope, db, community_id=community_id, identity_id=image.identity_id):
            return True
    return False


async def _may(db: Database, row: StaffFace) -> bool:
    try:
        own_rights = await rights(db, row.account_id)
    except NotFound:
        return False
    return own_rights.may(Right.DOORS_OPEN, tenant_id=row.tenant_id, community_id=row.community_id)


async def _give(
    scope: Scope, tx: Tx, image: Image, community_id: int, now_ms: int, *, weekly: bool = False
) -> None:
    """`weekly`: skip faces that are valid for more than another week."""
    ends_ms = consents.window_end(image, await consent_of(tx, image_id=image.id))
    if ends_ms is not None and ends_ms <= now_ms:
        return
    until = (now_ms // DAY_MS + DAYS) * DAY_MS
    until = until if ends_ms is None else min(until, ends_ms)
    if weekly:
        grants = await deliveries.live_grants_of.all(
            tx, scope, source=STAFF, kind=FACE, credential=image.face_id
        )
        enough = min(until, now_ms + RENEWED_DAYS * DAY_MS)
        if any(row.community_id == community_id and row.ends_ms >= enough for row in grants):
            return
    await delivery.grant(scope, tx, await _wish(tx, image, community_id, until), now_ms=now_ms)


async def _wish(tx: Tx, image: Image, community_id: int, until_ms: int) -> Grant:
    return Grant(
        community_id=community_id,
        source=STAFF,
        kind=FACE,
        subject=image.user_id,
        credential=image.face_id,
        target_type=COMMUNITY_DOORS,
        target=str(community_id),
        ends_ms=until_ms,
        content=body_of(image, await zone_of(tx, community_id)),
    )
