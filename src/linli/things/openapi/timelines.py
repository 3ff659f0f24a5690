"""Open API: a device's reports and calls by time. Spec D 3.1 API-02, API-06, API-10, and 3.4.

A page ends with `timestamp`, the time of its last row; the next page starts one millisecond after it. Rows older than
thirty days are not returned, even if the start is earlier.
"""

from itertools import repeat
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.openapi.registry import Contract, method
from linli.things.inbox.messages import batch_id, batch_ids
from linli.things.openapi.wire import SERVICE, SystemBusy, Timeline, answer_busy, device_at, span_of
from linli.things.queries import timelines
from linli.things.queries.devices import DeviceRow
from linli.things.queries.products import get_product

MAX_POINTS = 2000
"""More than a day of values, one a minute."""


class PropertyTimeline(Timeline, rename="camel", kw_only=True):
    page_size: Annotated[int, Meta(description="每页数量，1 到 2000 / rows a page, 1 to 2000")]


class PropertyPoint(msgspec.Struct, rename="camel", gc=False):
    batch_id: Annotated[str, Meta(description="同次上报的属性相同 / shared by all values of one report")]
    data: Annotated[Any, Meta(description="值，按物模型的类型 / the value in its own type")]
    property: Annotated[str, Meta(description="属性标识 / property identifier")]
    timestamp: Annotated[int, Meta(description="毫秒 / ms")]


class PropertyPage(msgspec.Struct, rename="camel"):
    timestamp: Annotated[int, Meta(description="最后一条的时间；空页为 end / time of the last row, or `end`")]
    items: Annotated[list[PropertyPoint], Meta(description="属性值 / values")]


@method(
    "/app/thing/property/timeline/get",
    "1.0.4",
    service=SERVICE,
    token="optional",
    raises=(BadInput, NotFound),
    title="获取物的属性 timeline 数据",
    title_en="Get the series of a property",
    contract=Contract(source="spec D 3.1 API-02"),
)
async def get_property_timeline(
    data: PropertyTimeline, scope: Scope, db: Database, clock: Clock
) -> PropertyPage:
    """Values by device time, thirty days back at most."""
    span = span_of(data, clock.now_ms(), most=MAX_POINTS)
    device, numbered = await timelines.property_at(
        scope,
        db,
        identifier=data.identifier,
        iot_id=data.iot_id or "",
        product_key=data.product_key or "",
        device_name=data.device_name or "",
    )
    if numbered is None:
        return PropertyPage(data.end, [])
    series = await timelines.property_series(db, device_no=device.device_no, numbered=numbered, span=span)
    ids = batch_ids(device.device_no, series.numbers)
    items = list(map(PropertyPoint, ids, series.values, repeat(data.identifier), series.times))
    return PropertyPage(items[-1].timestamp if items else data.end, items)


class EventTimeline(Timeline, rename="camel", kw_only=True):
    event_type: Annotated[str, Meta(description="info、alert 或 error，空为全部 / empty for all")]


class EventItem(msgspec.Struct, rename="camel"):
    iot_id: Annotated[str, Meta(description="设备 id / device id")]
    event_code: Annotated[str, Meta(description="事件标识 / event identifier")]
    event_name: Annotated[str, Meta(description="事件名称 / name of the event")]
    event_type: Annotated[str, Meta(description="info、alert 或 error / kind of the event")]
    timestamp: Annotated[int, Meta(description="毫秒 / ms")]
    event_body: Annotated[Any, Meta(description="输出参数 / outputs by identifier")]
    batch_id: Annotated[str, Meta(description="所属消息 / the message it came with")]


class EventPage(msgspec.Struct, rename="camel"):
    timestamp: Annotated[int, Meta(description="最后一条的时间；空页为 end / time of the last row, or `end`")]
    items: Annotated[list[EventItem], Meta(description="事件 / events")]


@method(
    "/app/thing/event/timeline/get",
    "1.0.3",
    service=SERVICE,
    token="optional",
    raises=(BadInput, NotFound, SystemBusy),
    title="获取物的事件 timeline 数据",
    title_en="Get the series of an event",
    contract=Contract(source="spec D 3.1 API-10"),
)
@answer_busy()
async def get_event_timeline(data: EventTimeline, scope: Scope, db: Database, clock: Clock) -> EventPage:
    """Events by device time, thirty days back at most."""
    span = span_of(data, clock.now_ms())
    if data.event_type not in ("", "info", "alert", "error"):
        raise BadInput(field="eventType", rule="one_of", allowed="info, alert, error")
    device = await device_at(scope, db, data)
    name = await _event_name(db, device, data.identifier)
    rows = await timelines.event_series(
        db, device=device, identifier=data.identifier, event_type=data.event_type, span=span
    )
    items = [
        EventItem(
            device.iot_id,
            row.identifier,
            name,
            row.type,
            row.ts,
            msgspec.Raw(row.body.encode()),
            batch_id(device.device_no, row.seq),
        )
        for row in rows
    ]
    return EventPage(items[-1].timestamp if items else data.end, items)


class ServiceItem(msgspec.Struct, rename="camel"):
    identifier: Annotated[str, Meta(description="服务标识 / service identifier")]
    name: Annotated[str, Meta(description="服务名称 / name of the service")]
    time: Annotated[int, Meta(description="毫秒 / ms")]
    input_data: Annotated[str, Meta(description="入参的 JSON 文本 / inputs, JSON text")]
    output_data: Annotated[str, Meta(description="设备应答的 JSON 文本 / the device's reply, JSON text")]


class ServicePage(msgspec.Struct, rename="camel"):
    list: Annotated[list[ServiceItem], Meta(description="调用记录 / calls")]
    next_time: Annotated[int, Meta(description="下一页的开始时间 / where the next page starts")]
    next_valid: Annotated[bool, Meta(description="是否还有下一页 / whether there is one")]


@method(
    "/app/thing/service/data/get",
    "1.0.3",
    service=SERVICE,
    token="optional",
    raises=(BadInput, NotFound, SystemBusy),
    title="获取物的服务记录",
    title_en="Get the calls of a service",
    contract=Contract(source="spec D 3.1 API-06"),
)
@answer_busy()
async def get_service_records(data: Timeline, scope: Scope, db: Database, clock: Clock) -> ServicePage:
    """Calls by the time they were made, thirty days back at most; property sets under the identifier `set`."""
    span = span_of(data, clock.now_ms())
    device = await device_at(scope, db, data)
    product = await get_product(Scope.system(device.tenant_id), db, product_key=device.product_key)
    service = product.model().service_by_id.get(data.identifier)
    rows = await timelines.call_series(
        db, device=device, identifier=data.identifier, span=span._replace(size=span.size + 1)
    )
    more, rows = len(rows) > span.size, rows[: span.size]
    name = data.identifier if service is None else service.name
    items = [ServiceItem(row.identifier, name, row.called_ms, row.input, row.output or "") for row in rows]
    step = 1 if data.ordered else -1
    return ServicePage(items, items[-1].time + step if items else data.end, more)


async def _event_name(db: Database, device: DeviceRow, identifier: str) -> str:
    product = await get_product(Scope.system(device.tenant_id), db, product_key=device.product_key)
    event = product.model().event_by_id.get(identifier)
    return identifier if event is None else event.name
