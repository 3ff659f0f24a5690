"""Open API: card permissions (spec E B5 to B8). Times are texts at UTC+8."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.delivery.queries import find_row
from linli.domains.access.errors import DoorUnknown
from linli.domains.access.openapi.results import row_code
from linli.domains.access.queries import permissions as queries
from linli.domains.access.queries.doors import get_door, zones_of_doors
from linli.domains.access.rows import Card
from linli.domains.access.service import cards as service
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.service.kinds import CARD
from linli.domains.access.times import read_time, write_time
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.errors import BadInput
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of
from linli.openapi.registry import Contract, method


class CardIn(msgspec.Struct, rename="camel"):
    iot_id: Annotated[str, Meta(description="门禁设备 / door")]
    card_id: Annotated[str, Meta(description="卡号，最多 255 个字符 / card number, at most 255 characters")]
    identity_id: Annotated[str, Meta(description="统一身份 id / person")]
    expiry_time: Annotated[str, Meta(description="失效时间 yyyy-MM-dd HH:mm:ss / valid until")]


class CardsModify(msgspec.Struct, rename="camel"):
    cards: Annotated[list[CardIn], Meta(description="门禁卡权限，最多 200 条 / permissions, at most 200")]


class CardNamed(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="统一身份 id / person")]
    iot_id: Annotated[str, Meta(description="门禁设备 / door")]
    card_id: Annotated[str, Meta(description="卡号 / card number")]


class CardsDelete(msgspec.Struct):
    list: Annotated[list[CardNamed], Meta(description="要删除的权限，最多 200 条 / permissions, at most 200")]


class CardsOfUsers(msgspec.Struct, rename="camel"):
    perm_query_list: Annotated[
        list[CardNamed], Meta(description="要查的人员、卡、设备，最多 200 条 / what to look up, at most 200")
    ]


class CardsOfDoor(msgspec.Struct, rename="camel"):
    iot_id: Annotated[str, Meta(description="门禁设备 / door")]
    page_size: Annotated[int, Meta(description="每页数量，最多 100 / page size, at most 100")]
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]


class CardProblem(msgspec.Struct, rename="camel"):
    iot_id: Annotated[str, Meta(description="门禁设备 / door")]
    card_id: Annotated[str, Meta(description="卡号 / card number")]
    identity_id: Annotated[str, Meta(description="统一身份 id / person")]
    code: Annotated[int, Meta(description="失败码 / code of the failure")]
    message: Annotated[str, Meta(description="失败原因 / why")]

    @staticmethod
    def of(failure: service.CardFailure) -> "CardProblem":
        code, message = row_code(failure.error), failure.error.text("en")
        return CardProblem(failure.iot_id, failure.number, failure.identity_id, code, message)


class CardStatus(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="统一身份 id / person")]
    iot_id: Annotated[str, Meta(description="门禁设备 / door")]
    card_id: Annotated[str, Meta(description="卡号 / card number")]
    status: Annotated[
        str, Meta(description="下发状态，如 transferred / delivery status, e.g. transferred, deviceOffline")
    ]
    expiry_time: Annotated[str, Meta(description="失效时间 / valid until")]


class CardHeld(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="统一身份 id / person")]
    iot_id: Annotated[str, Meta(description="门禁设备 / door")]
    card_id: Annotated[str, Meta(description="卡号 / card number")]
    expiry_time: Annotated[str, Meta(description="失效时间 / valid until")]
    expiry_date: Annotated[str, Meta(description="同 expiryTime / the same, as old samples spell it")]


@method(
    "/entrance/paas/perm/card/batchmodify",
    "1.0.2",
    service="access",
    token="optional",
    raises=(BadInput,),
    title="批量设置门禁卡权限",
    title_en="Give cards their doors",
    contract=Contract(source="spec E B5"),
)
async def modify_cards(
    data: CardsModify, scope: Scope, tx: Tx, clock: Clock, keys: DoorKeys
) -> list[CardProblem]:
    """Answers only the rows that failed. A row of an offline door is told as failed, kept, and delivered later."""
    zones = await zones_of_doors(scope, tx, iot_ids=[card.iot_id for card in data.cards])
    wishes = [
        service.CardWish(
            card.iot_id,
            card.card_id,
            card.identity_id,
            read_time(card.expiry_time, f"cards[{number}].expiryTime", zones.get(card.iot_id, "")),
        )
        for number, card in enumerate(data.cards)
    ]
    failures = await service.grant_cards(scope, tx, wishes=wishes, keys=keys, now_ms=clock.now_ms())
    return [CardProblem.of(failure) for failure in failures]


@method(
    "/entrance/paas/perm/card/batchdelete",
    "1.0.1",
    service="access",
    token="optional",
    raises=(DoorUnknown, BadInput),
    title="批量删除门禁卡权限",
    title_en="Withdraw cards from doors",
    contract=Contract(source="spec E B6"),
)
async def delete_cards(data: CardsDelete, scope: Scope, tx: Tx, clock: Clock) -> list[CardProblem]:
    """Answers only the rows that failed."""
    rows = [(row.iot_id, row.card_id, row.identity_id) for row in data.list]
    failures = await service.withdraw_cards(scope, tx, rows=rows, now_ms=clock.now_ms())
    return [CardProblem.of(failure) for failure in failures]


@method(
    "/entrance/paas/user/perm/query",
    "1.0.1",
    service="access",
    token="optional",
    raises=(BadInput,),
    title="查询用户的门禁卡权限",
    title_en="Look up card permissions",
    contract=Contract(source="spec E B7"),
)
async def cards_of_users(data: CardsOfUsers, scope: Scope, db: Database) -> list[CardStatus]:
    """The given triples that exist."""
    wanted = data.perm_query_list
    if len(wanted) > service.MAX_CARDS:
        raise BadInput(field="permQueryList", rule="too_many_items", limit=service.MAX_CARDS)
    cards_by_pair = await queries.find_cards(scope, db, pairs=[(row.iot_id, row.card_id) for row in wanted])
    cards = [
        card
        for row in wanted
        if (card := cards_by_pair.get((row.iot_id, row.card_id))) and card.identity_id == row.identity_id
    ]
    return [await _status(db, card) for card in cards]


@method(
    "/entrance/paas/device/perm/query",
    "1.0.0",
    service="access",
    token="optional",
    raises=(DoorUnknown, BadInput),
    title="查询门禁设备上的门禁卡权限",
    title_en="Page through the cards of a door",
    contract=Contract(source="spec E B8"),
)
async def cards_of_door(data: CardsOfDoor, scope: Scope, db: Database) -> Page[CardHeld]:
    if data.page_no < 1:
        raise BadInput(field="pageNo", rule="range", low=1, high=1_000_000)
    page = PageRequest.of(data.page_no, data.page_size)
    door = await get_door(scope, db, iot_id=data.iot_id)
    zone = await zone_of(db, door.community_id)
    cards = await queries.cards_of_door(scope, db, iot_id=data.iot_id, page=page)
    return Page.of(page, cards.total, [_card_row(card, zone) for card in cards.data])


async def _status(db: Reader, card: Card) -> CardStatus:
    row = await find_row(db, device=card.iot_id, kind=CARD, credential=card.card_id)
    status = row.status if row is not None else "toBeTransferred"
    ends = write_time(card.ends_ms, await zone_of(db, card.community_id))
    return CardStatus(card.identity_id, card.iot_id, card.card_id, status, ends)


def _card_row(card: Card, zone: str) -> CardHeld:
    ends = write_time(card.ends_ms, zone)
    return CardHeld(card.identity_id, card.iot_id, card.card_id, ends, ends)
