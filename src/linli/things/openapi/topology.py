"""Open API: the sub-devices of a gateway, and a device's tags. Spec D 3.1 API-08, API-09, and 3.4."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.kernel.audit import note_secret_reads
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.openapi.registry import Call, Contract, method
from linli.things.device_lists import DeviceFilter, list_devices
from linli.things.openapi.wire import MAX_PAGE, SERVICE, Address, PageNo, PageSize, Place, Rows, device_at
from linli.things.queries.devices import device_tags_of


class Topology(Place, rename="camel", kw_only=True):
    page_no: PageNo
    page_size: PageSize


class SubDevice(msgspec.Struct, rename="camel"):
    """SimpleDeviceDTO."""

    iot_id: Annotated[str, Meta(description="设备 id / device id")]
    device_name: Annotated[str, Meta(description="设备名称 / device name")]
    device_secret: Annotated[str, Meta(description="设备密钥 / device secret")]
    product_key: Annotated[str, Meta(description="产品 key / product key")]


@method(
    "/app/thing/topo/get",
    "1.0.0",
    service=SERVICE,
    token="optional",
    raises=(BadInput, NotFound),
    title="获取物的拓扑关系",
    title_en="List the sub-devices of a gateway",
    contract=Contract(source="spec D 3.1 API-08"),
)
async def get_topology(
    data: Topology, scope: Scope, tx: Tx, call: Call, ids: Ids, secrets: Secrets
) -> Rows[SubDevice]:
    """The devices that the caller may see, the newest first. Their secrets are told; each time is noted."""
    page = PageRequest.of(data.page_no, data.page_size, max_size=MAX_PAGE)
    gateway = await device_at(scope, tx, data)
    devices = await list_devices(scope, tx, page=page, where=DeviceFilter(gateway_no=gateway.device_no))
    await note_secret_reads(
        scope, tx, "device", (row.iot_id for row in devices.data), ids=ids, request_id=call.request_id
    )
    rows = [
        SubDevice(
            row.iot_id,
            row.device_name,
            secrets.open(row.secret, about=f"device:{row.iot_id}"),
            row.product_key,
        )
        for row in devices.data
    ]
    return Rows(devices.total, page.page_no, page.page_size, rows)


@method(
    "/app/thing/prop/get",
    "1.0.1",
    service=SERVICE,
    token="optional",
    raises=(BadInput, NotFound),
    title="获取物的标签列表",
    title_en="Get the tags of a device",
    contract=Contract(source="spec D 3.1 API-09", beside="props"),
)
async def get_tags(data: Address, scope: Scope, db: Database) -> str:
    """The JSON text of an object, tag keys to values; it stands in `props` beside `code`, and in `data`."""
    device = await device_at(scope, db, data)
    tags = await device_tags_of(scope, db, device_no=device.device_no)
    return msgspec.json.encode({key: _value(key, text) for key, text in tags.items()}).decode()


def _value(key: str, text: str) -> object:
    """`Capability` is a list; every other tag is the text it was given as."""
    return msgspec.Raw(text.encode()) if key == "Capability" and text.startswith("[") else text
