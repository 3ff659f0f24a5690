"""Fields that several methods of parking share. Spec B 3.18."""

from typing import Annotated

from msgspec import Meta

from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import PageRequest

SERVICE = "access"
SpaceId = Annotated[
    str | int,
    Meta(
        description="空间 id：小区、区域、停车区域或车道，其下所有车道生效 / "
        "space: a community's root, an area or a lane; "
        "it holds on every lane below"
    ),
]
LaneId = Annotated[str | int, Meta(description="车道空间 id / lane")]
Plate = Annotated[str, Meta(description="车牌号 / plate")]
IotId = Annotated[str, Meta(description="设备 iotId / device")]
Status = Annotated[
    str,
    Meta(
        description="toBeTransferred 等待同步，transferring 同步中，transferred 同步成功，deviceOffline 设备离线，"
        "transferTimeout 同步超时，unknownError 同步失败；多个车道取最差者 / of several lanes that of the worst"
    ),
]
Color = Annotated[
    int | None,
    Meta(
        description="颜色 0 其他 1 白 2 灰 3 黄 4 粉 5 红 6 紫 7 绿 8 蓝 9 棕 10 黑 11 青 / "
        "colour: 0 other, 1 white, 2 grey, "
        "3 yellow, 4 pink, 5 red, 6 purple, 7 green, 8 blue, 9 brown, 10 black, 11 cyan"
    ),
]
PageNo = Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
PageSize = Annotated[int, Meta(description="每页数量，最多 100 / page size, at most 100")]
MOST_SPACES = 100


def space_number(value: str | int, field: str) -> int:
    """An id as sent, in digits or as a number. Raises NotFound for what can be no id of ours."""
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 16:
        raise NotFound(what="space", id=text[:64], field=field)
    return int(text)


def space_numbers(values: list[str | int], field: str = "spaceIds") -> tuple[int, ...]:
    """Raises BadInput for none and for too many, NotFound as `space_number`."""
    if not values:
        raise BadInput(field=field, rule="required")
    if len(values) > MOST_SPACES:
        raise BadInput(field=field, rule="too_many_items", limit=MOST_SPACES)
    return tuple(space_number(value, f"{field}[{place}]") for place, value in enumerate(values))


def plates_of(values: list[str] | None) -> list[str] | None:
    """None for none: any plate. Raises BadInput."""
    if values and len(values) > MOST_SPACES:
        raise BadInput(field="plateNumbers", rule="too_many_items", limit=MOST_SPACES)
    return values or None


def page_of(page_no: int, page_size: int) -> PageRequest:
    """Raises BadInput."""
    return PageRequest.of(page_no, page_size)
