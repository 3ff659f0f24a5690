"""Spellings that the device APIs share: how a device is addressed, pages of a timeline. Spec D 3.0, 3.4."""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from linli.kernel.db import Reader
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.things.queries.devices import DeviceRow, get_device
from linli.things.queries.timelines import Span

MAX_PAGE = 200
SERVICE = "thing"


class Address(msgspec.Struct, rename="camel", kw_only=True):
    """Which device: by iotId, or by productKey and deviceName. If both come, they must name the same one."""

    iot_id: Annotated[str | None, Meta(description="设备 id / device id")] = None
    product_key: Annotated[str | None, Meta(description="产品 key / product key")] = None
    device_name: Annotated[str | None, Meta(description="设备名称 / device name")] = None
    lp_instance_id: Annotated[
        str | None, Meta(description="LP 实例 id，不使用 / instance id, accepted and not used")
    ] = None


class Timeline(Address, rename="camel", kw_only=True):
    identifier: Annotated[str, Meta(description="标识符 / identifier")]
    start: Annotated[int, Meta(description="开始时间，毫秒 / from, ms")]
    end: Annotated[int, Meta(description="结束时间，毫秒 / to, ms")]
    page_size: Annotated[int, Meta(description="每页数量，1 到 200 / rows a page, 1 to 200")]
    ordered: Annotated[bool, Meta(description="true 升序，false 降序 / oldest first if true")]


class DeviceUnknown(NotFound):
    """No such device, or not the caller's. `info/get` has a code of its own for it."""

    code = "device.unknown"
    api_code: ClassVar[int | str | None] = 40062


async def device_at(scope: Scope, db: Reader, address: Address) -> DeviceRow:
    """The device meant, in the caller's scope. Raises BadInput, NotFound."""
    return await get_device(
        scope,
        db,
        iot_id=address.iot_id or "",
        product_key=address.product_key or "",
        device_name=address.device_name or "",
    )


def span_of(asked: Timeline) -> Span:
    """A start beyond the end is an empty page: the last one of a walk ends so. Raises BadInput."""
    if not 1 <= asked.page_size <= MAX_PAGE:
        raise BadInput(field="pageSize", rule="range", low=1, high=MAX_PAGE)
    return Span(asked.start, asked.end, asked.page_size, asked.ordered)
