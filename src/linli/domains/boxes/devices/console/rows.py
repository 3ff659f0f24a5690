"""Devices under a protocol as the console shows them, and what it sends."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.domains.boxes.devices.absence import Absence, since_ms
from linli.domains.boxes.devices.forms import Shape
from linli.domains.boxes.devices.queries.devices import DeviceDetail
from linli.domains.boxes.devices.service.devices import Asked
from linli.domains.boxes.schema_check import Fault
from linli.domains.boxes.snapshots import hidden
from linli.domains.communities import space_rules
from linli.domains.communities.addresses import with_word
from linli.domains.communities.queries import spaces
from linli.kernel import i18n
from linli.kernel.db import Reader
from linli.kernel.scope import Scope
from linli.protocols.driver_forms import HIDDEN


class EdgeDeviceRow(msgspec.Struct, rename="camel", frozen=True):
    """A device under a protocol. Hidden values of its form are shown as `***`."""

    id: str
    iot_id: str
    device_name: str
    alias: str
    product_key: str
    product_name: str
    category_code: str
    category_name: str
    state: Annotated[str, Meta(description="unactive (未激活), online, offline, disabled")]
    custom: dict[str, Any]
    space_id: str
    place: Annotated[str, Meta(description="Names of the space and of what it stands in.")]
    last_online_ms: int | None
    since_ms: Annotated[int | None, Meta(description="Since when it is in that state; null: unknown.")]
    reason: Annotated[
        str,
        Meta(
            description="Why it is not online: not_deployed, box_inactive, box_away, driver_down, not_taken, "
            "never_came, silent, unreachable, driver_stopped, told, lost; empty: it is."
        ),
    ]
    detail: Annotated[str, Meta(description="What the box says about it, in its words; may be empty.")]
    created_ms: int
    changed_ms: int


class EdgeDevicePage(msgspec.Struct, rename="camel", frozen=True):
    total: int
    page_no: int
    page_size: int
    data: list[EdgeDeviceRow]
    states: Annotated[dict[str, int], Meta(description="Devices of the protocol by state, unfiltered.")]


class EdgeDeviceShape(msgspec.Struct, rename="camel", frozen=True):
    """How devices of the protocol are described."""

    protocol_id: str
    driver_id: str
    protocol: str
    version: str
    gateway_id: str
    gateway_name: str
    community_id: Annotated[str, Meta(description="Empty: the gateway belongs to none yet.")]
    form: Annotated[
        str,
        Meta(description="A: a device a function; B: the same behind a server; C: a device a machine; json"),
    ]
    schema: Annotated[
        dict[str, Any] | None, Meta(description="JSON schema of the configuration; null: none is known.")
    ]
    categories: Annotated[list[str], Meta(description="Empty: to be chosen.")]
    hidden: list[str]
    edge_port: Annotated[int | None, Meta(description="TCP port of the box that devices come to.")]
    checks_peer: Annotated[
        bool | None,
        Meta(
            description="Whether calls count from doors' own addresses only; null: they do not call the box."
        ),
    ]


class EdgeDeviceIn(msgspec.Struct, rename="camel", frozen=True):
    device_name: str
    alias: str
    custom: dict[str, Any]
    category: Annotated[str, Meta(description="Path of the category, where the form leaves it open.")] = ""
    product_key: Annotated[str, Meta(description="Empty: the tenant's own of the category.")] = ""

    def asked(self) -> Asked:
        return Asked(self.device_name.strip(), self.alias, self.custom, self.category, self.product_key)


class EdgeDevicesIn(msgspec.Struct, rename="camel", frozen=True):
    """One device, or the several of one machine: all are made or none."""

    devices: Annotated[list[EdgeDeviceIn], Meta(min_length=1, max_length=100)]


class EdgeFormFault(msgspec.Struct, rename="camel", frozen=True):
    position: Annotated[int, Meta(description="Of the device in the request, from 0.")]
    field: Annotated[
        str, Meta(description="deviceName, alias, category, productKey, or a field of the configuration.")
    ]
    message: str


class EdgeDevicesAnswer(msgspec.Struct, rename="camel", frozen=True):
    """Devices as they were tried or made."""

    done: bool
    ids: list[str]
    faults: list[EdgeFormFault]
    warnings: list[EdgeFormFault]


class EdgeDeviceChange(msgspec.Struct, rename="camel", frozen=True):
    """A value `***` leaves a hidden field as it is."""

    alias: str
    custom: dict[str, Any]


class EdgeDeviceIds(msgspec.Struct, rename="camel", frozen=True):
    ids: Annotated[list[int], Meta(min_length=1, max_length=1000)]
    expected: Annotated[int, Meta(description="How many the confirming person saw.")]


class EdgeDeviceCount(msgspec.Struct, rename="camel", frozen=True):
    devices: int


class EdgeBinding(msgspec.Struct, rename="camel", frozen=True):
    ids: Annotated[list[int], Meta(min_length=1, max_length=1000)]
    space_id: Annotated[int | None, Meta(description="Null: of no space.")]


class EdgeJson(msgspec.Struct, rename="camel", frozen=True):
    text: str
    device_name: str = ""


class EdgeJsonAnswer(msgspec.Struct, rename="camel", frozen=True):
    """A configuration as it was typed into the editor."""

    valid: bool
    line: Annotated[int, Meta(description="Where it stops being JSON, from 1; 0: it is JSON.")]
    column: int
    faults: list[EdgeFormFault]


def fault_rows(faults: Sequence[tuple[int, Fault]], language: str) -> list[EdgeFormFault]:
    return [
        EdgeFormFault(position, fault.path, i18n.text(f"rule.{fault.rule}", language, **fault.facts))
        for position, fault in faults
    ]


def shown_custom(custom: dict[str, Any], shape: Shape) -> dict[str, Any]:
    """A configuration for a browser."""
    return {
        key: HIDDEN if value not in (None, "") and (key in shape.hidden or hidden(key)) else value
        for key, value in custom.items()
    }


async def device_rows(
    scope: Scope, db: Reader, rows: Sequence[DeviceDetail], shape: Shape, absence: Absence
) -> list[EdgeDeviceRow]:
    places: dict[int, str] = {}
    for space_id in sorted({row.device.space_id for row in rows if row.device.space_id is not None}):
        # Without the community.
        along = space_rules.path_ids((await spaces.space(scope, db, space_id)).path)[1:]
        steps = await spaces.spaces_by_id(scope, db, along)
        places[space_id] = "/".join(with_word(steps[step].kind, steps[step].name) for step in along)
    return [_row(row, shape, places, absence) for row in rows]


def _row(row: DeviceDetail, shape: Shape, places: dict[int, str], absence: Absence) -> EdgeDeviceRow:
    device, thing = row.device, row.thing
    why = absence.of(row)
    return EdgeDeviceRow(
        id=str(device.edge_device_id),
        iot_id=device.iot_id,
        device_name=device.device_name,
        alias=device.alias,
        product_key=device.product_key,
        product_name=thing.product_name if thing else "",
        category_code=thing.category_code if thing else "",
        category_name=thing.category_name if thing else "",
        state=row.state,
        custom=shown_custom(row.custom, shape),
        space_id=str(device.space_id or ""),
        place=places.get(device.space_id or 0, ""),
        last_online_ms=thing.last_online_ms if thing else None,
        since_ms=since_ms(row),
        reason=why.reason,
        detail=why.detail,
        created_ms=device.created_ms,
        changed_ms=device.changed_ms,
    )
