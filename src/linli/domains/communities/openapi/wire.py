"""Spellings that the open API of communities shares: ids as strings, pages, device identities."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.kernel.db import Reader
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.things.queries.devices import DeviceRow, get_device
from linli.things.serials.queries import device_by_serial_number

type SpaceId = Annotated[str | int, Meta(description="空间 id / space id")]
type CommunityId = Annotated[int, Meta(description="小区 id / community id")]


def space_number(value: str | int, what: str = "space") -> int:
    """An id as sent, in digits or as a number. Raises NotFound for what can be no id of ours."""
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 16:
        raise NotFound(what=what, id=text[:64])
    return int(text)


class DeviceIdentity(msgspec.Struct, rename="camel"):
    """A device, by iotId, by product key and device name, or by the serial number on its back."""

    type: Annotated[str, Meta(description="IOT_ID、PK_AND_DN 或 SN / IOT_ID, PK_AND_DN or SN")]
    iot_id: Annotated[str | None, Meta(description="设备 id（type=IOT_ID） / device id")] = None
    product_key: Annotated[str | None, Meta(description="产品 PK（type=PK_AND_DN） / product key")] = None
    device_name: Annotated[str | None, Meta(description="设备名称 DN（type=PK_AND_DN） / device name")] = None
    sn: Annotated[str | None, Meta(description="设备序列号（type=SN） / serial number")] = None


async def device_of(scope: Scope, db: Reader, identity: DeviceIdentity) -> DeviceRow:
    """The device meant, in the caller's scope; fields of the other type do not count. Raises BadInput, NotFound."""
    if identity.type == "IOT_ID":
        if not identity.iot_id:
            raise BadInput(field="deviceIdentity.iotId", rule="required")
        return await get_device(scope, db, iot_id=identity.iot_id)
    if identity.type == "PK_AND_DN":
        for field, value in (("productKey", identity.product_key), ("deviceName", identity.device_name)):
            if not value:
                raise BadInput(field=f"deviceIdentity.{field}", rule="required")
        return await get_device(
            scope, db, product_key=identity.product_key or "", device_name=identity.device_name or ""
        )
    if identity.type == "SN":
        if not identity.sn:
            raise BadInput(field="deviceIdentity.sn", rule="required")
        return await device_by_serial_number(scope, db, sn=identity.sn)
    raise BadInput(field="deviceIdentity.type", rule="one_of", allowed="IOT_ID, PK_AND_DN, SN")


class WirePage(msgspec.Struct, rename="camel"):
    """One page: the rows stand beside the totals, inside the envelope's data."""

    total: Annotated[int, Meta(description="总数 / total rows")]
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
    page_size: Annotated[int, Meta(description="每页数量 / page size")]
    data: list[Any]
