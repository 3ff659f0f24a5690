"""Fields that several methods of lifts share."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.times import read_time, write_time
from linli.domains.boxes.passage.queries import Target
from linli.domains.elevators.service.linkages import Linkage
from linli.kernel.db import Reader
from linli.kernel.zones import zone_of

SERVICE = "access"
DataId = Annotated[str, Meta(description="联动数据 id / id of the linkage")]
IdentityId = Annotated[str, Meta(description="统一身份 id / person")]
ExpiryTime = Annotated[
    str | None,
    Meta(description="失效时间 yyyy-MM-dd HH:mm:ss，为空则永久有效 / counts until then; empty: always"),
]


class TargetFloor(msgspec.Struct, rename="camel"):
    target_floor: Annotated[str, Meta(description="目标楼层 / floor to go to, as the lift names it")]
    target_room_no: Annotated[
        str | None, Meta(description="目标楼层的房间号 / which side of the car opens there")
    ] = None


TargetList = Annotated[
    list[TargetFloor],
    Meta(
        description="目标楼层，最多 100 条；ACTIVATE_ONLY 下恰好一条；CALL_ONLY 下可为空 / floors to go to, at most 100; "
        "exactly one in ACTIVATE_ONLY; may be empty in CALL_ONLY"
    ),
]


def pairs(targets: list[TargetFloor] | None) -> list[tuple[str, str]]:
    """(floor, room)."""
    return [(target.target_floor, target.target_room_no or "") for target in targets or []]


def target_list(target: Target) -> list[TargetFloor]:
    return [TargetFloor(floor, room or None) for floor, room in target.floor_list()]


async def expires_ms(db: Reader, text: str | None, linkage: Linkage) -> int | None:
    """At the time of the site. Raises BadInput."""
    return read_time(text, "expiryTime", await _zone(db, linkage)) if text else None


async def expiry_text(db: Reader, target: Target, linkage: Linkage) -> str | None:
    return write_time(target.expires_ms, await _zone(db, linkage)) if target.expires_ms else None


async def _zone(db: Reader, linkage: Linkage) -> str:
    community_id = linkage.lift.community_id
    return "" if community_id is None else await zone_of(db, community_id)
