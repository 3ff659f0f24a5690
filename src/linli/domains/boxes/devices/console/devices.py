"""Console: devices under a protocol: list, add, edit, remove, bind, check a configuration. Spec C 8.2-8.8."""

import json
from collections import Counter
from typing import Annotated

from msgspec import Meta

from linli.domains.access.service.keys import DoorKeys
from linli.domains.boxes.console.hand import Hand
from linli.domains.boxes.devices import forms
from linli.domains.boxes.devices.absence import absence_of
from linli.domains.boxes.devices.console.rows import (
    EdgeBinding,
    EdgeDeviceChange,
    EdgeDeviceCount,
    EdgeDeviceIds,
    EdgeDevicePage,
    EdgeDeviceRow,
    EdgeDevicesAnswer,
    EdgeDeviceShape,
    EdgeDevicesIn,
    EdgeFormFault,
    EdgeJson,
    EdgeJsonAnswer,
    device_rows,
    fault_rows,
)
from linli.domains.boxes.devices.errors import CountChanged, NoCommunity
from linli.domains.boxes.devices.queries import devices as queries
from linli.domains.boxes.devices.service import binding
from linli.domains.boxes.devices.service import devices as service
from linli.domains.boxes.service import protocols
from linli.domains.people.rights import Right
from linli.kernel import i18n
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

SEE, MANAGE = Right.DEVICES_SEE.value, Right.DEVICES_MANAGE.value
_JSON_MOST = 64 * 1024


edge_device_routes = Routes("/edge/protocols/{protocol_id:int}", tags=("boxes",))


class EdgeDeviceListFilter(queries.EdgeDeviceFilter, frozen=True):
    """The filter of the list, with its order."""

    q: Annotated[str, Meta(description="A part of name, alias, IP, brand, model or unique number.")] = ""
    bound: Annotated[bool | None, Meta(description="Whether bound to a space.")] = None
    sort: Annotated[str, Meta(description="name, alias, changed, state; - turns round")] = "name"


@edge_device_routes.get("/devices", right=SEE, raises=(NotFound,))
async def list_devices(
    protocol_id: int, page: PageRequest, where: EdgeDeviceListFilter, hand: Hand
) -> EdgeDevicePage:
    """Devices of a protocol with their state: 未激活, 在线, 离线."""
    for field, value, allowed in (
        ("state", where.state, queries.STATES),
        ("sort", where.sort, queries.ORDERS),
    ):
        if value and value not in allowed:
            raise BadInput(field=field, rule="one_of", allowed=", ".join(allowed))
    gateway, protocol = await service.protocol_of(hand.within, hand.db, protocol_id)
    rows = await queries.of_protocol(hand.within, hand.db, protocol_id)
    everything = await queries.with_things(hand.within, hand.db, rows, hand.secrets)
    fitting = queries.sifted(everything, where, bound=where.bound)
    fitting = queries.ordered(fitting, where.sort or "name")
    shown = fitting[page.offset : page.offset + page.page_size]
    shape = await queries.shape(hand.within, hand.db, protocol)
    absence = await absence_of(hand.within, hand.db, gateway, protocol, hand.secrets, now_ms=hand.now_ms)
    return EdgeDevicePage(
        len(fitting),
        page.page_no,
        page.page_size,
        await device_rows(hand.within, hand.db, shown, shape, absence),
        dict(Counter(row.state for row in everything)),
    )


@edge_device_routes.get("/shape", right=SEE, raises=(NotFound,))
async def shape(protocol_id: int, scope: Scope, db: Database, secrets: Secrets) -> EdgeDeviceShape:
    """The form of the protocol's devices."""
    gateway, protocol = await service.protocol_of(scope, db, protocol_id)
    device_shape = await queries.shape(scope, db, protocol)
    return EdgeDeviceShape(
        protocol_id=str(protocol.protocol_id),
        driver_id=protocol.driver_id,
        protocol=protocol.name,
        version=protocol.version,
        gateway_id=str(gateway.gateway_id),
        gateway_name=gateway.name,
        community_id=str(gateway.community_id or ""),
        form=device_shape.form,
        schema=device_shape.schema,
        categories=list(device_shape.categories),
        hidden=sorted(device_shape.hidden),
        edge_port=forms.edge_port(protocol.driver_id),
        checks_peer=protocols.checks_peers(protocol, secrets),
    )


DryRun = Annotated[bool, Meta(description="Only look: every fault and warning at once.")]


@edge_device_routes.post("/devices", right=MANAGE, status=200, raises=(NotFound,))
async def add(
    protocol_id: int, data: EdgeDevicesIn, tx: Tx, hand: Hand, dry_run: DryRun = False
) -> EdgeDevicesAnswer:
    """Add devices, all or none; the box has them with the next deployment."""
    asked = [device.asked() for device in data.devices]
    language = hand.within.language
    if dry_run:
        gateway, protocol = await service.protocol_of(hand.within, tx, protocol_id)
        wanted = await service.plan(hand.within, tx, gateway, protocol, asked, secrets=hand.secrets)
        return EdgeDevicesAnswer(
            False, [], fault_rows(wanted.faults, language), fault_rows(wanted.warnings, language)
        )
    gateway, protocol = await service.protocol_of(hand.within, tx, protocol_id)
    wanted = await service.plan(hand.within, tx, gateway, protocol, asked, secrets=hand.secrets)
    service.refuse_faulty(wanted)
    edge_devices = await service.add(
        hand.within,
        tx,
        gateway,
        protocol,
        wanted.items,
        ids=hand.ids,
        secrets=hand.secrets,
        now_ms=hand.now_ms,
    )
    return EdgeDevicesAnswer(
        True, [str(row.edge_device_id) for row in edge_devices], [], fault_rows(wanted.warnings, language)
    )


@edge_device_routes.get("/devices/{device_id:int}", right=SEE, raises=(NotFound,))
async def show_device(
    protocol_id: int, device_id: int, scope: Scope, db: Database, secrets: Secrets, clock: Clock
) -> EdgeDeviceRow:
    """One device with its form."""
    gateway, protocol = await service.protocol_of(scope, db, protocol_id)
    rows = await queries.some(scope, db, protocol_id, [device_id])
    shape = await queries.shape(scope, db, protocol)
    devices = await queries.with_things(scope, db, rows, secrets)
    absence = await absence_of(scope, db, gateway, protocol, secrets, now_ms=clock.now_ms())
    return (await device_rows(scope, db, devices, shape, absence))[0]


@edge_device_routes.put("/devices/{device_id:int}", right=MANAGE, raises=(NotFound,))
async def change(protocol_id: int, device_id: int, data: EdgeDeviceChange, tx: Tx, hand: Hand) -> None:
    """Change a device's description; the box has it with the next deployment."""
    gateway, protocol = await service.protocol_of(hand.within, tx, protocol_id)
    (device,) = await queries.some(hand.within, tx, protocol_id, [device_id])
    await service.change(
        hand.within,
        tx,
        gateway,
        protocol,
        device,
        alias=data.alias,
        custom=data.custom,
        secrets=hand.secrets,
        now_ms=hand.now_ms,
    )


@edge_device_routes.delete("/devices/{device_id:int}", right=MANAGE, raises=(NotFound, CountChanged))
async def remove_device(protocol_id: int, device_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Take a device off the box; its thing stays."""
    _, protocol = await service.protocol_of(scope, tx, protocol_id)
    await service.remove(scope, tx, protocol, [device_id], expected=1, now_ms=clock.now_ms())


@edge_device_routes.post("/devices/remove", right=MANAGE, status=200, raises=(NotFound, CountChanged))
async def remove(
    protocol_id: int, data: EdgeDeviceIds, scope: Scope, tx: Tx, clock: Clock
) -> EdgeDeviceCount:
    """Take several devices off the box; their things stay."""
    _, protocol = await service.protocol_of(scope, tx, protocol_id)
    gone = await service.remove(scope, tx, protocol, data.ids, expected=data.expected, now_ms=clock.now_ms())
    return EdgeDeviceCount(gone)


@edge_device_routes.put("/devices/space", right=MANAGE, raises=(NotFound, NoCommunity))
async def bind(
    protocol_id: int, data: EdgeBinding, scope: Scope, tx: Tx, door_keys: DoorKeys, clock: Clock
) -> EdgeDeviceCount:
    """Bind devices to a space; doors become the doors of that space."""
    gateway, protocol = await service.protocol_of(scope, tx, protocol_id)
    edge_devices = await binding.bind(
        scope,
        tx,
        gateway,
        protocol,
        ids=data.ids,
        space_id=data.space_id,
        keys=door_keys,
        now_ms=clock.now_ms(),
    )
    return EdgeDeviceCount(len(edge_devices))


@edge_device_routes.post("/check", right=SEE, status=200, raises=(NotFound,))
async def check(protocol_id: int, data: EdgeJson, scope: Scope, db: Database) -> EdgeJsonAnswer:
    """Look at a configuration in the editor: whether it is JSON, and every fault against the form."""
    if len(data.text.encode()) > _JSON_MOST:
        raise BadInput(field="text", rule="too_long", limit=_JSON_MOST)
    _, protocol = await service.protocol_of(scope, db, protocol_id)
    device_shape = await queries.shape(scope, db, protocol)
    return _checked(device_shape, data, scope.language)


def _checked(shape: forms.Shape, data: EdgeJson, language: str) -> EdgeJsonAnswer:
    def broken(rule: str, line: int = 0, column: int = 0) -> EdgeJsonAnswer:
        return EdgeJsonAnswer(
            False, line, column, [EdgeFormFault(0, "", i18n.text(f"rule.{rule}", language))]
        )

    try:
        custom = json.loads(data.text)
    except json.JSONDecodeError as error:
        return broken("edge.json", error.lineno, error.colno)
    except RecursionError:
        return broken("edge.json_deep", 1, 1)
    if not isinstance(custom, dict):
        return broken("type_object")
    checked = forms.check(shape, data.device_name, custom)
    faults = fault_rows([(0, fault) for fault in checked.faults], language)
    return EdgeJsonAnswer(not faults, 0, 0, faults)
