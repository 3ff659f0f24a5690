"""Open API: Bluetooth cards. Ours: the specification has the object and no calls (E T1); these mirror B5 and B6."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.openapi.results import row_code
from linli.domains.access.queries.doors import zones_of_doors
from linli.domains.access.service import ble as service
from linli.domains.access.service.cards import CardFailure, CardWish
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.times import read_time
from linli.kernel.clock import Clock
from linli.kernel.db import Tx
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.openapi.registry import Contract, method


class BleCardIn(msgspec.Struct, rename="camel"):
    iot_id: Annotated[str, Meta(description="门禁设备 / door")]
    ble_card_id: Annotated[str, Meta(description="蓝牙卡号，最多 255 个字符 / Bluetooth card number")]
    identity_id: Annotated[str, Meta(description="统一身份 id / person")]
    expiry_time: Annotated[str, Meta(description="失效时间 yyyy-MM-dd HH:mm:ss / valid until")]


class BleCardsModify(msgspec.Struct, rename="camel"):
    cards: Annotated[list[BleCardIn], Meta(description="蓝牙卡权限，最多 200 条 / permissions, at most 200")]


class BleCardNamed(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="统一身份 id / person")]
    iot_id: Annotated[str, Meta(description="门禁设备 / door")]
    ble_card_id: Annotated[str, Meta(description="蓝牙卡号 / Bluetooth card number")]


class BleCardsDelete(msgspec.Struct):
    list: Annotated[
        list[BleCardNamed], Meta(description="要删除的权限，最多 200 条 / permissions, at most 200")
    ]


class BleCardProblem(msgspec.Struct, rename="camel"):
    iot_id: Annotated[str, Meta(description="门禁设备 / door")]
    ble_card_id: Annotated[str, Meta(description="蓝牙卡号 / Bluetooth card number")]
    identity_id: Annotated[str, Meta(description="统一身份 id / person")]
    code: Annotated[int, Meta(description="失败码 / code of the failure")]
    message: Annotated[str, Meta(description="失败原因 / why")]

    @staticmethod
    def of(failure: CardFailure) -> "BleCardProblem":
        code, message = row_code(failure.error), failure.error.text("en")
        return BleCardProblem(failure.iot_id, failure.number, failure.identity_id, code, message)


@method(
    "/entrance/paas/perm/blecard/batchmodify",
    "1.0.0",
    service="access",
    token="optional",
    raises=(BadInput,),
    title="批量设置蓝牙卡权限（本平台扩展）",
    title_en="Give Bluetooth cards their doors (an extension)",
    contract=Contract(source="ours, after spec E B5 and T1"),
)
async def modify_ble_cards(
    data: BleCardsModify, scope: Scope, tx: Tx, clock: Clock, keys: DoorKeys, ids: Ids
) -> list[BleCardProblem]:
    """Answers only the rows that failed. A row of an offline door is told as failed, kept, and delivered later."""
    zones = await zones_of_doors(scope, tx, iot_ids=[card.iot_id for card in data.cards])
    wishes = [
        CardWish(
            card.iot_id,
            card.ble_card_id,
            card.identity_id,
            read_time(card.expiry_time, f"cards[{number}].expiryTime", zones.get(card.iot_id, "")),
        )
        for number, card in enumerate(data.cards)
    ]
    failures = await service.grant(scope, tx, wishes=wishes, keys=keys, ids=ids, now_ms=clock.now_ms())
    return [BleCardProblem.of(failure) for failure in failures]


@method(
    "/entrance/paas/perm/blecard/batchdelete",
    "1.0.0",
    service="access",
    token="optional",
    raises=(BadInput,),
    title="批量删除蓝牙卡权限（本平台扩展）",
    title_en="Withdraw Bluetooth cards from doors (an extension)",
    contract=Contract(source="ours, after spec E B6 and T1"),
)
async def delete_ble_cards(data: BleCardsDelete, scope: Scope, tx: Tx, clock: Clock) -> list[BleCardProblem]:
    """Answers only the rows that failed."""
    rows = [(row.iot_id, row.ble_card_id, row.identity_id) for row in data.list]
    failures = await service.withdraw(scope, tx, rows=rows, now_ms=clock.now_ms())
    return [BleCardProblem.of(failure) for failure in failures]
