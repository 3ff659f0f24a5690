"""Card permissions: granted and withdrawn in batches, held by doors as desired state (spec E B5 to B8)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, update

from linli.delivery import service as delivery
from linli.domains.access.errors import CardUnknown, DoorOffline, DoorUnknown, PersonUnknown
from linli.domains.access.models import cards
from linli.domains.access.queries import permissions as queries
from linli.domains.access.queries.doors import find_doors
from linli.domains.access.queries.persons import project_of
from linli.domains.access.rows import Card, Door
from linli.domains.access.service.doors import adopt_doors
from linli.domains.access.service.grants import card_grant
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.service.persons import require_person
from linli.domains.access.service.restore import Undo, give_again, revoked
from linli.kernel.db import INT, Command, Tx
from linli.kernel.errors import BadInput, LinliError
from linli.kernel.scope import Scope
from linli.things.queries.devices import find_devices

MAX_CARDS = 200
MAX_CARD_ID = 255

_CHANGEABLE = tuple(name for name in Card._fields if name not in ("iot_id", "card_id", "created_ms"))
_end = Command(
    update(cards)
    .where(cards.c.iot_id == bindparam("of_door"), cards.c.card_id == bindparam("of_card"))
    .values(live=0, end_reason=bindparam("why"), changed_ms=bindparam("now", type_=INT)),
    unscoped="the row was read in scope, or by a job of its own tenant",
)
_revive = Command(
    update(cards)
    .where(
        cards.c.iot_id == bindparam("of_door"),
        cards.c.card_id == bindparam("of_card"),
        cards.c.identity_id == bindparam("of_person"),
        cards.c.live == 0,
    )
    .values(live=1, end_reason="", changed_ms=bindparam("now", type_=INT)),
    unscoped="the row was read in scope, or by a job of its own tenant",
)


@dataclass(frozen=True, slots=True)
class CardWish:
    """A card or Bluetooth card for one door, until `ends_ms` (UTC)."""

    iot_id: str
    number: str
    identity_id: str
    ends_ms: int


@dataclass(frozen=True, slots=True)
class CardFailure:
    """One row of a batch that did not go through, and why."""

    iot_id: str
    number: str
    identity_id: str
    error: LinliError


async def grant_cards(
    scope: Scope, tx: Tx, *, wishes: list[CardWish], keys: DoorKeys, now_ms: int
) -> list[CardFailure]:
    """Give cards their doors, from now on; the rows that failed.

    A row for a door that is offline is told as failed (spec E B5) and yet kept: it is delivered when the door
    is back, and giving it again is harmless. Raises BadInput: then nothing was given.
    """
    check_batch("cards", [(wish.iot_id, wish.number, wish.identity_id) for wish in wishes])
    for number, wish in enumerate(wishes):
        if wish.ends_ms <= now_ms:
            raise BadInput(field=f"cards[{number}].expiryTime", rule="after", other="now")
    iot_ids = list(dict.fromkeys(wish.iot_id for wish in wishes))
    doors = await adopt_doors(scope, tx, iot_ids=iot_ids, keys=keys, now_ms=now_ms)
    online = {device.iot_id for device in await find_devices(scope, tx, iot_ids=iot_ids) if device.online}
    unknown = await _unknown_persons(scope, tx, {wish.identity_id for wish in wishes})
    cards_by_pair = await queries.find_cards(scope, tx, pairs=[(wish.iot_id, wish.number) for wish in wishes])
    failures = {}
    for number, wish in in_lock_order(wishes, lambda wish: (wish.iot_id, wish.number)):
        door = doors.get(wish.iot_id)
        error: LinliError | None
        if door is None:
            error = DoorUnknown(wish.iot_id)
        elif wish.identity_id in unknown:
            error = PersonUnknown(wish.identity_id)
        else:
            await _grant(scope, tx, door, wish, cards_by_pair.get((wish.iot_id, wish.number)), now_ms)
            error = None if wish.iot_id in online else DoorOffline()
        if error is not None:
            failures[number] = CardFailure(wish.iot_id, wish.number, wish.identity_id, error)
    return [failures[number] for number in sorted(failures)]


async def withdraw_cards(
    scope: Scope, tx: Tx, *, rows: list[tuple[str, str, str]], now_ms: int
) -> list[CardFailure]:
    """Withdraw (iotId, cardId, identityId); the rows that name no permission.

    Raises DoorUnknown (nothing was withdrawn), BadInput.
    """
    check_batch("list", rows)
    doors = await find_doors(scope, tx, iot_ids=sorted({iot_id for iot_id, _, _ in rows}))
    for iot_id, _, _ in rows:
        if iot_id not in doors:
            raise DoorUnknown(iot_id)
    cards_by_pair = await queries.find_cards(
        scope, tx, pairs=[(iot_id, card_id) for iot_id, card_id, _ in rows]
    )
    failures = {}
    for number, (iot_id, card_id, identity_id) in in_lock_order(rows, lambda row: row[:2]):
        card = cards_by_pair.pop((iot_id, card_id), None)
        if card is None or card.identity_id != identity_id:
            failures[number] = CardFailure(iot_id, card_id, identity_id, CardUnknown())
        else:
            await end_card(scope, tx, card=card, reason="removed", now_ms=now_ms)
    return [failures[number] for number in sorted(failures)]


async def end_card(scope: Scope, tx: Tx, *, card: Card, reason: str, now_ms: int) -> None:
    """End one permission and have the door forget the card."""
    await _end.run(tx, of_door=card.iot_id, of_card=card.card_id, why=reason, now=now_ms)
    await delivery.revoke(scope, tx, card_grant(card), now_ms=now_ms, reason=reason)


async def bring_back(scope: Scope, tx: Tx, *, card: Card, undo: Undo, now_ms: int) -> bool:
    """Let a permission hold again; False when it ended otherwise, by time, or the card is somebody else's now."""
    if card.live or card.ends_ms <= now_ms:
        return False
    grants = await revoked(scope, tx, card_grant(card), undo=undo)
    mine = [grant for grant in grants if grant.target == card.iot_id]
    if not mine or not await _revive.run(
        tx, of_door=card.iot_id, of_card=card.card_id, of_person=card.identity_id, now=now_ms
    ):
        return False
    await give_again(scope, tx, mine, undo=undo, now_ms=now_ms)
    return True


async def _grant(
    scope: Scope, tx: Tx, door: Door, wish: CardWish, card_row: Card | None, now_ms: int
) -> None:
    if card_row is not None and card_row.identity_id != wish.identity_id:
        # The card changed hands: the grant in the old holder's name must not keep it alive.
        await delivery.revoke(scope, tx, card_grant(card_row), now_ms=now_ms, reason="changed_hands")
        card_row = None
    card = Card(
        iot_id=door.iot_id,
        card_id=wish.number,
        tenant_id=door.tenant_id,
        community_id=door.community_id,
        project_id=project_of(scope),
        identity_id=wish.identity_id,
        starts_ms=card_row.starts_ms if card_row else now_ms,
        ends_ms=wish.ends_ms,
        live=1,
        created_ms=card_row.created_ms if card_row else now_ms,
        changed_ms=now_ms,
    )
    await tx.upsert(cards, [card._asdict()], keys=("iot_id", "card_id"), update=_CHANGEABLE)
    await delivery.grant(scope, tx, card_grant(card), now_ms=now_ms)


async def _unknown_persons(scope: Scope, tx: Tx, identity_ids: set[str]) -> set[str]:
    unknown = set()
    for identity_id in sorted(identity_ids):
        try:
            await require_person(scope, tx, identity_id=identity_id)
        except PersonUnknown:
            unknown.add(identity_id)
    return unknown


def in_lock_order[R](rows: Sequence[R], key: Callable[[R], Any]) -> list[tuple[int, R]]:
    """Rows with their places, by door and card: the order in which everybody locks doors' rows."""
    return sorted(enumerate(rows), key=lambda placed: key(placed[1]))


def check_batch(field: str, rows: list[tuple[str, str, str]], number_name: str = "cardId") -> None:
    """Raises BadInput for an empty batch, one of more than 200, and for blank or overlong values."""
    if not rows:
        raise BadInput(field=field, rule="required")
    if len(rows) > MAX_CARDS:
        raise BadInput(field=field, rule="too_many_items", limit=MAX_CARDS)
    for number, row in enumerate(rows):
        for name, value in zip(("iotId", number_name, "identityId"), row, strict=True):
            if not value.strip():
                raise BadInput(field=f"{field}[{number}].{name}", rule="blank")
        if len(row[1]) > MAX_CARD_ID:
            raise BadInput(field=f"{field}[{number}].{number_name}", rule="too_long", limit=MAX_CARD_ID)
