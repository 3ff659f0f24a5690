"""What a community has of what its first opening of a door needs."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from linli.domains.access.models import cards as door_cards
from linli.domains.access.models import credentials, door_scopes, doors, qr_codes
from linli.domains.access.queries.settings import settings_of
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.scope import Scope

_community = bindparam("community_id", type_=INT)
_door = Query(select(doors.c.iot_id).where(in_scope(doors), doors.c.community_id == _community).limit(1))
_scope = Query(
    select(door_scopes.c.iot_id)
    .where(in_scope(door_scopes), door_scopes.c.community_id == _community)
    .limit(1)
)
_credential = Query(
    select(credentials.c.id)
    .where(in_scope(credentials), credentials.c.community_id == _community, credentials.c.live == 1)
    .limit(1)
)
_key = Query(
    select(qr_codes.c.qr_code)
    .where(in_scope(qr_codes), qr_codes.c.community_id == _community, qr_codes.c.ended_ms.is_(None))
    .limit(1)
)
_card = Query(
    select(door_cards.c.card_id)
    .join(doors, doors.c.iot_id == door_cards.c.iot_id)
    .where(in_scope(door_cards), in_scope(doors), doors.c.community_id == _community, door_cards.c.live == 1)
    .limit(1)
)


class AccessSteps(NamedTuple):
    door: bool
    provider: bool
    """Of its doors, with keys for residents switched on."""
    scope: bool
    """Some door says whom it serves."""
    credential: bool
    """Somebody holds a card, a PIN, a Bluetooth key or a QR code of their own."""


async def access_steps(scope: Scope, db: Reader, community_id: int) -> AccessSteps:
    async def is_there(query: Query[tuple[str]] | Query[tuple[int]]) -> bool:
        return await query.scalar(db, scope, community_id=community_id) is not None

    settings = await settings_of(scope, db, community_id=community_id)
    return AccessSteps(
        door=await is_there(_door),
        provider=bool(settings.provider and settings.service_on),
        scope=await is_there(_scope),
        credential=await is_there(_credential) or await is_there(_key) or await is_there(_card),
    )
