"""End a credential in the list of all credentials, from any giver, and restore it after a mistake."""

from typing import NamedTuple

from linli.delivery.queries import grants_on_credential
from linli.delivery.schemas import ON_DEVICE
from linli.domains.access.errors import CannotRestore, CredentialUnknown, FollowsItsOwner
from linli.domains.access.queries import credentials as own_queries
from linli.domains.access.queries.permissions import cards_of_holder, permissions_of_code
from linli.domains.access.rows import Credential
from linli.domains.access.service import cards, credentials, qr
from linli.domains.access.service.grants import credential_source
from linli.domains.access.service.kinds import PIN
from linli.domains.access.service.persons import require_person
from linli.domains.access.service.restore import AT_DESK
from linli.kernel import history
from linli.kernel.db import Tx
from linli.kernel.errors import BadInput
from linli.kernel.masking import tail
from linli.kernel.scope import Scope

HISTORY = "credentials"
OWN, CARD, CODE, VISITOR = "own", "card", "code", "visitor"
MAX_REASON = 64
LOST = "lost"
"""Reason of a card that was reported lost (挂失)."""


class Named(NamedTuple):
    """One credential of the list (`queries.held`)."""

    origin: str
    ref: str
    identity_id: str


async def end(
    scope: Scope, tx: Tx, *, community_id: int, named: Named, reason: str, now_ms: int
) -> list[str]:
    """Remove it from all doors. Returns the doors that it was granted one by one; `restore` needs them.

    Raises CredentialUnknown, FollowsItsOwner, BadInput.
    """
    why = reason.strip() or "removed"
    if len(why) > MAX_REASON:
        raise BadInput(field="reason", rule="too_long", limit=MAX_REASON)
    if named.origin == OWN:
        row = await _own(scope, tx, community_id, named)
        grants = await grants_on_credential(
            scope, tx, source=credential_source(row.id), kind=row.kind, credential=row.credential
        )
        await credentials.end(scope, tx, row=row, reason=why, now_ms=now_ms)
        return [grant.target for grant in grants if grant.target_type == ON_DEVICE]
    if named.origin == CARD:
        of_holder = await cards_of_holder(scope, tx, card_id=named.ref, identity_id=named.identity_id)
        live = [card for card in of_holder if card.live and card.community_id == community_id]
        if not of_holder:
            raise CredentialUnknown()
        for card in live:
            await cards.end_card(scope, tx, card=card, reason=why, now_ms=now_ms)
        return [card.iot_id for card in live]
    if named.origin in (CODE, VISITOR):
        qr_permissions = await permissions_of_code(scope, tx, qr_code=named.ref)
        rights = [right for right in qr_permissions.values() if right.community_id == community_id]
        if not rights:
            raise CredentialUnknown()
        for right in rights:
            if right.live:
                await qr.end_permission(scope, tx, row=right, reason=why, now_ms=now_ms)
        return [right.iot_id for right in rights if right.live]
    raise FollowsItsOwner()


async def restore(
    scope: Scope, tx: Tx, *, community_id: int, named: Named, iot_ids: list[str], now_ms: int
) -> None:
    """Undo `end`: a card or code holds again on `iot_ids`, a credential of one's own wherever it did. Without `iot_ids` a
    card that was lost holds again where it did.

    Raises CannotRestore (also when it had ended by itself), CredentialTaken, CredentialUnknown, PersonUnknown.
    """
    if len(iot_ids) > 1000:
        raise BadInput(field="iotIds", rule="too_many_items", limit=1000)
    back = 0
    if named.origin == OWN:
        row = await _own(scope, tx, community_id, named)
        await require_person(scope, tx, identity_id=row.identity_id)
        back = await credentials.bring_back(scope, tx, row=row, undo=AT_DESK, now_ms=now_ms)
    elif named.origin == CARD:
        for card in await cards_of_holder(scope, tx, card_id=named.ref, identity_id=named.identity_id):
            chosen = card.iot_id in iot_ids if iot_ids else card.end_reason == LOST
            if chosen and card.community_id == community_id:
                back += await cards.bring_back(scope, tx, card=card, undo=AT_DESK, now_ms=now_ms)
    elif named.origin in (CODE, VISITOR):
        for iot_id, right in (await permissions_of_code(scope, tx, qr_code=named.ref)).items():
            if iot_id in iot_ids and right.community_id == community_id:
                back += await qr.bring_back(scope, tx, row=right, undo=AT_DESK, now_ms=now_ms)
    if not back:
        raise CannotRestore()


async def reveal(scope: Scope, tx: Tx, *, community_id: int, named: Named, now_ms: int) -> str:
    """The whole number or code; the reader is logged. Raises CredentialUnknown, also for PINs and owners' own keys."""
    code, is_here = named.ref, False
    if named.origin == OWN:
        row = await _own(scope, tx, community_id, named)
        code, is_here = row.credential, row.kind != PIN
    elif named.origin == CARD:
        holder_cards = await cards_of_holder(scope, tx, card_id=code, identity_id=named.identity_id)
        is_here = any(card.community_id == community_id for card in holder_cards)
    elif named.origin in (CODE, VISITOR):
        qr_permissions = await permissions_of_code(scope, tx, qr_code=code)
        is_here = any(
            right.community_id == community_id and right.identity_id == named.identity_id
            for right in qr_permissions.values()
        )
    if not is_here:
        raise CredentialUnknown()
    await note_reveal(
        scope, tx, community_id=community_id, identity_id=named.identity_id, code=code, now_ms=now_ms
    )
    return code


async def note_reveal(
    scope: Scope, tx: Tx, *, community_id: int, identity_id: str, code: str, now_ms: int
) -> None:
    """A line in the history: a whole code was shown."""
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, "*", community_id),
        "code_shown",
        now_ms=now_ms,
        after={"person": identity_id, "end": tail(code)},
    )


async def _own(scope: Scope, tx: Tx, community_id: int, named: Named) -> Credential:
    row = None
    if named.ref.isascii() and named.ref.isdigit() and len(named.ref) < 19:
        row = await own_queries.find(scope, tx, credential_id=int(named.ref))
    if row is None or (row.community_id, row.identity_id) != (community_id, named.identity_id):
        raise CredentialUnknown()
    return row
