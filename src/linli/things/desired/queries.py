"""Desired property values (期望属性值) of one device. The caller knows the device."""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, select

from linli.kernel.db import INT, Query, Reader
from linli.things.models import desired_properties


class Desired(NamedTuple):
    identifier: str
    version: int
    """Rises with every change of the value."""
    value: Any
    modified_ms: int


_of_device = Query(
    select(*(desired_properties.c[name] for name in Desired._fields))
    .where(desired_properties.c.device_no == bindparam("device_no", type_=INT))
    .order_by(desired_properties.c.identifier)
)


async def desired_of(db: Reader, *, device_no: int) -> dict[str, Desired]:
    """Desired values that the device has not applied yet, by property."""
    return {
        identifier: Desired(identifier, version, msgspec.json.decode(value), modified_ms)
        for identifier, version, value, modified_ms in await _of_device.all(db, device_no=device_no)
    }
