"""Spellings that the device APIs share: how a device is addressed, pages, times, failures. Spec D 3.0, 3.4."""

import functools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, ClassVar, Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from linli.kernel.db import Reader
from linli.kernel.errors import BadInput, LinliError, NotFound, Unavailable
from linli.kernel.scope import Scope
from linli.things.errors import DeviceDisabled, DeviceOffline, DeviceSilent
from linli.things.inbox.messages import DAY_MS, NEWEST_MS
from linli.things.queries.devices import DeviceRow, get_device
from linli.things.queries.timelines import Span

MAX_PAGE: Final = 200
WINDOW_MS: Final = 30 * DAY_MS
"""How far back a timeline can be read."""
SERVICE: Final = "thing"

type LpInstance = Annotated[
    str | None, Meta(description="LP 实例 id，不使用 / instance id, accepted and not used")
]
type PageNo = Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
type PageSize = Annotated[int, Meta(description="每页数量，1 到 200 / rows a page, 1 to 200")]


class Place(msgspec.Struct, rename="camel", kw_only=True):
    """A device, by iotId, or by productKey and deviceName. If both come, they must name the same one."""

    iot_id: Annotated[str | None, Meta(description="设备 id / device id")] = None
    product_key: Annotated[str | None, Meta(description="产品 key / product key")] = None
    device_name: Annotated[str | None, Meta(description="设备名称 / device name")] = None


class Address(Place, rename="camel", kw_only=True):
    lp_instance_id: LpInstance = None


class Timeline(Address, rename="camel", kw_only=True):
    identifier: Annotated[str, Meta(description="标识符 / identifier")]
    start: Annotated[int, Meta(description="开始时间，毫秒 / from, ms")]
    end: Annotated[int, Meta(description="结束时间，毫秒 / to, ms")]
    page_size: PageSize
    ordered: Annotated[bool, Meta(description="true 升序，false 降序 / oldest first if true")]


class DeviceUnknown(NotFound):
    """No such device, or not the caller's. `info/get` has a code of its own for it."""

    code = "device.unknown"
    api_code: ClassVar[int | str | None] = 40062


class AppUnknown(NotFound):
    """`appId` names no app, or not the caller's own."""

    code = "app.unknown"
    api_code: ClassVar[int | str | None] = 40063

    def __init__(self) -> None:
        super().__init__(what="app")


class TenantGone(NotFound):
    """The tenant that the app belongs to exists no more."""

    code = "tenant.gone"
    api_code: ClassVar[int | str | None] = 40106

    def __init__(self) -> None:
        super().__init__(what="tenant")


class SystemBusy(LinliError):
    """The database cannot serve now (spec D 3.1: 400 request error. 系统繁忙)."""

    code = "thing.busy"
    api_code: ClassVar[int | str | None] = 400


class DeviceQueryFailed(LinliError):
    """As SystemBusy, by the name that `thing/list` has for it."""

    code = "device.query_failed"
    api_code: ClassVar[int | str | None] = 40061


def answer_busy[**P, R](
    busy: type[LinliError] = SystemBusy,
) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """A database that cannot serve is told as the API's own table names it. Abilities that a device does not have stay
    unchanged."""

    def around(handler: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        @functools.wraps(handler)
        async def call(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return await handler(*args, **kwargs)
            except (DeviceOffline, DeviceDisabled, DeviceSilent):
                raise
            except Unavailable as error:
                raise busy() from error

        return call

    return around


async def device_at(scope: Scope, db: Reader, address: Place) -> DeviceRow:
    """The device meant, in the caller's scope. Raises BadInput, NotFound."""
    return await get_device(
        scope,
        db,
        iot_id=address.iot_id or "",
        product_key=address.product_key or "",
        device_name=address.device_name or "",
    )


def span_of(asked: Timeline, now_ms: int, *, most: int = MAX_PAGE) -> Span:
    """The part of the last thirty days that is asked for; devices may be a day ahead. Raises BadInput.

    A start beyond the end is an empty page: the last one of a walk ends so.
    """
    if not 1 <= asked.page_size <= most:
        raise BadInput(field="pageSize", rule="range", low=1, high=most)
    start, end = max(asked.start, now_ms - WINDOW_MS), min(asked.end, now_ms + NEWEST_MS)
    return Span(start, end, asked.page_size, asked.ordered)


def local_time(ms: int, zone: str) -> str:
    """`yyyy-MM-dd HH:mm:ss` in the platform's zone."""
    return datetime.fromtimestamp(ms / 1000, _zone(zone)).strftime("%Y-%m-%d %H:%M:%S")


def utc_time(ms: int) -> str:
    """`2019-12-12T12:13:35.164Z`."""
    moment = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


@functools.lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


class Rows[R](msgspec.Struct, rename="camel"):
    """A page as these APIs shape it, inside the envelope's data."""

    total: Annotated[int, Meta(description="总记录数 / records in all")]
    page_no: Annotated[int, Meta(description="页码 / page")]
    page_size: Annotated[int, Meta(description="每页数量 / rows a page")]
    data: Annotated[list[R], Meta(description="记录 / rows")]
