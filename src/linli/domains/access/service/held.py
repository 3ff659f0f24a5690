"""One credential ended from the list of all, whoever gave it, and let hold again when that was a mistake."""

from typing import NamedTuple

from linli.delivery.queries import grants_on_credential
from linli.delivery.schemas import ON_DEVICE
from linli.domains.access.errors import CannotRestore, CredentialUnknown, FollowsItsOwner
from linli.domains.access.queries import credentials as own_queries
from linli.domains.access.queries.permissions import cards_of_holder, permissions_of_code
from linli.domains.access.rows import Credential
from linli.domains.access.service import cards, credentials, qr
from linli.domains.access.service.keys import DoorKeys
from linli.kernel.db import Tx
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

OWN, CARD, CODE, VISITOR = "own", "card", "code", "visitor"
MAX_REASON = 64


class Named(NamedTuple):
    """One credential of the list (`queries.held`)."""

    origin: str
    ref: str
    identity_id: str


async def end(
    scope: Scope, tx: Tx, *, community_id: int, named: Named, reason: str, now_ms: int
) -> list[str]:
    """Doors forget it; the doors that it was given one by one, which `restore` asks for.

    Raises CredentialUnknown, FollowsItsOwner, BadInput.
    """
    why = reason.strip() or "removed"
    if len(why) > MAX_REASON:
        raise BadInput(field="reason", rule="too_long", limit=MAX_REASON)
    if named.origin == OWN:
        row = await _own(scope, tx, community_id, named)
        held = await grants_on_credential(
            scope, tx, source=credentials.source_of(row.id), kind=row.kind, credential=row.credential
        )
        await credentials.end(scope, tx, row=row, reason=why, now_ms=now_ms)
        return [grant.target for grant in held if grant.target_type == ON_DEVICE]
    if named.origin == CARD:
        found = await cards_of_holder(scope, tx, card_id=named.ref, identity_id=named.identity_id)
        live = [card for card in found if card.live and card.community_id == community_id]
        if not found:
            raise CredentialUnknown()
        for card in live:
            await cards.end_card(scope, tx, card=card, reason=why, now_ms=now_ms)
        return [card.iot_id for card in live]
    if named.origin in (CODE, VISITOR):
        known = await permissions_of_code(scope, tx, qr_code=named.ref)
        rights = [right for right in known.values() if right.community_id == community_id]
        if not rights:
            raise CredentialUnknown()
        for right in rights:
            if right.live:
                await qr.end_permission(scope, tx, row=right, reason=why, now_ms=now_ms)
        return [right.iot_id for right in rights if right.live]
    raise FollowsItsOwner()


async def restore(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    named: Named,
    iot_ids: list[str],
    keys: DoorKeys,
    ids: Ids,
    now_ms: int,
) -> None:
    """Undo `end`. Raises CannotRestore, CredentialTaken, CredentialUnknown, DoorUnknown, PersonUnknown."""
    if len(iot_ids) > 1000:
        raise BadInput(field="iotIds", rule="too_many_items", limit=1000)
    if named.origin == OWN:
        row = await _own(scope, tx, community_id, named)
        await credentials.restore(scope, tx, row=row, iot_ids=iot_ids, keys=keys, ids=ids, now_ms=now_ms)
        return
    back = 0
    for iot_id in dict.fromkeys(iot_ids):
        if named.origin == CARD:
            back += await cards.restore_card(
                scope, tx, iot_id=iot_id, card_id=named.ref, identity_id=named.identity_id, now_ms=now_ms
            )
        elif named.origin in (CODE, VISITOR):
            back += await qr.restore_permission(scope, tx, qr_code=named.ref, iot_id=iot_id, now_ms=now_ms)
    if not back:
        raise CannotRestore()


async def _own(scope: Scope, tx: Tx, community_id: int, named: Named) -> Credential:
    row = None
    if named.ref.isascii() and named.ref.isdigit() and len(named.ref) < 19:
        row = await own_queries.find(scope, tx, credential_id=int(named.ref))
    if row is None or (row.community_id, row.identity_id) != (community_id, named.identity_id):
        raise CredentialUnknown()
    return row
