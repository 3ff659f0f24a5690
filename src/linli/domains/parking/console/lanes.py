"""Console: entrances and exits with their devices, barriers and screens; the provider of a community."""

from typing import Final, Literal

from linli.delivery.queries import counts_of_devices
from linli.domains.accounts.service.sessions import Session
from linli.domains.communities.queries import spaces
from linli.domains.communities.rows import Space
from linli.domains.communities.service import spaces as space_service
from linli.domains.communities.space_rules import LANE, PARKING_AREA, path_ids
from linli.domains.parking.claims.errors import LaneClaimed
from linli.domains.parking.claims.service import note_shown, require_free
from linli.domains.parking.console.shapes import (
    DeviceNameIn,
    GateMoved,
    GateOrderIn,
    GateOrderRow,
    LaneDetail,
    LaneDeviceAdded,
    LaneDeviceIn,
    LaneList,
    LaneMade,
    LaneRow,
    LaneScreen,
    LinesIn,
    NewLane,
    ParkingArea,
    ParkingSettings,
    QrIn,
)
from linli.domains.parking.errors import (
    DeviceTaken,
    LaneEmpty,
    LaneTaken,
    LedRefused,
    NoLaneDevice,
    NoQrCode,
    NotMixed,
    OtherProvider,
    ProviderInUse,
    SerialUnknown,
    ServiceOff,
)
from linli.domains.parking.fees.reasons import checked_reason
from linli.domains.parking.queries import lanes as queries
from linli.domains.parking.queries.screens import read_screen, whole
from linli.domains.parking.queries.settings import require_own, settings_of
from linli.domains.parking.rows import Action, GateOrder, LaneDevice
from linli.domains.parking.service import displays, gates, lanes, settings
from linli.domains.people.queries.callers import caller_names
from linli.domains.people.rights import Right, Rights
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.downlink.invoker import Invoker
from linli.things.errors import DeviceBoundElsewhere, DeviceOffline, DeviceRefused, DeviceSilent
from linli.things.queries.devices import DeviceRow, find_devices
from linli.things.queries.history import LatestValue, latest

SEE: Final = Right.VEHICLES_SEE.value
ACT: Final = Right.DOORS_OPEN.value
HISTORY = (Kind(name=settings.HISTORY, see=SEE, manage=Right.VEHICLES_MANAGE.value),)
CONFIRMED, GONE = "transferred", "transferDeleted"
_UNDER_WAY: Final = frozenset(("toBeTransferred", "transferring", "deviceOffline"))
_GATES: Final = ("opened", "closed", "opening", "closing")
_CALL_FAULTS: Final = (DeviceOffline, DeviceSilent, DeviceRefused)

lane_routes = Routes("/communities/{community_id:int}/parking", tags=("parking",))


@lane_routes.get("/lanes", right=SEE)
async def list_lanes(community_id: int, scope: Scope, db: Database) -> LaneList:
    """Entrances and exits by area, with their devices and how far rights have got on them."""
    await spaces.require_root(scope, db, community_id)
    areas, at = await queries.lanes_of(scope, db, community_id)
    names = {area.space_id: area.name for area in areas}
    setting = await settings_of(scope, db, community_id=community_id)
    return LaneList(
        ParkingSettings("local" if setting.provider == "local" else "linli", bool(setting.service_on)),
        [
            ParkingArea(str(area.space_id), area.name, " / ".join([*_around(area, names), area.name]))
            for area in areas
        ],
        await _rows(scope, db, at, names),
    )


@lane_routes.get("/lanes/{lane_id:int}", right=SEE, raises=(NotFound,))
async def show_lane(community_id: int, lane_id: int, scope: Scope, db: Database) -> LaneDetail:
    """One lane with its screen and the last orders to its barrier."""
    lane = await _lane(scope, db, community_id, lane_id)
    names = await spaces.names(scope, db, path_ids(lane.path)[1:])
    (row,) = await _rows(scope, db, [lane], names)
    values: dict[str, LatestValue] = {}
    if row.iot_id:
        (device,) = await find_devices(scope, db, iot_ids=[row.iot_id])
        values = await latest(db, device_no=device.device_no)
    screen = read_screen(values)
    orders = await queries.orders_at(scope, db, lane_id=lane_id)
    callers = await caller_names(db, {order.caller for order in orders})
    return LaneDetail(
        row,
        LaneScreen(screen.rows, screen.mixed, screen.shows_qr),
        [_order(order, callers) for order in orders],
    )


@lane_routes.post("/lanes", right="houses.manage", raises=(NotFound, space_service.SpaceNameTaken))
async def add_lane(
    community_id: int, data: NewLane, scope: Scope, tx: Tx, ids: Ids, clock: Clock
) -> LaneMade:
    """Add an entrance or exit, and the parking area that it leads to where there is none."""
    root, now_ms = await spaces.require_root(scope, tx, community_id), clock.now_ms()
    area_id = data.area_id
    if area_id is None:
        if not data.area_name.strip():
            raise BadInput(field="areaName", rule="required")
        area_id = await space_service.create(
            scope,
            tx,
            parent_id=root,
            kind=PARKING_AREA,
            name=data.area_name,
            direction=None,
            ids=ids,
            now_ms=now_ms,
        )
    elif (await spaces.space(scope, tx, area_id)).community_id != community_id:
        raise NotFound(what="space", id=area_id)
    lane_id = await space_service.create(
        scope,
        tx,
        parent_id=area_id,
        kind=LANE,
        name=data.name,
        direction=int(data.direction == "out"),
        ids=ids,
        now_ms=now_ms,
    )
    return LaneMade(str(lane_id))


@lane_routes.post(
    "/lanes/{lane_id:int}/device",
    right="devices.manage",
    raises=(
        NotFound, SerialUnknown, NoLaneDevice, LaneTaken, DeviceTaken, DeviceBoundElsewhere, ServiceOff, OtherProvider,
    ),
)  # fmt: skip
async def add_device(
    community_id: int, lane_id: int, data: LaneDeviceIn, scope: Scope, tx: Tx, ids: Ids, secrets: Secrets
) -> LaneDeviceAdded:
    """Put a device at a lane by the number on its back; an unknown one is created, and its secret is shown once."""
    await _lane(scope, tx, community_id, lane_id)
    new = lanes.NewLaneDevice(lane_id=lane_id, sn=data.sn, name=data.name, product_key=data.product_key)
    row, triple = await lanes.add(scope, tx, new=new, ids=ids, secrets=secrets, now_ms=tx.db.clock.now_ms())
    secret = triple.device_secret if triple else None
    return LaneDeviceAdded(row.iot_id, row.product_key, row.device_name, secret)


@lane_routes.put("/lanes/{lane_id:int}/device", right="devices.manage", raises=(NotFound, LaneEmpty))
async def rename_device(
    community_id: int, lane_id: int, data: DeviceNameIn, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Change what people call the device of a lane."""
    device = await _device(scope, tx, community_id, lane_id)
    await lanes.rename(scope, tx, iot_id=device.iot_id, name=data.name, now_ms=clock.now_ms())


@lane_routes.delete("/lanes/{lane_id:int}/device", right="devices.manage", raises=(NotFound, LaneEmpty))
async def remove_device(community_id: int, lane_id: int, scope: Scope, tx: Tx) -> None:
    """Take the device off its lane; what it held is taken off it."""
    device = await _device(scope, tx, community_id, lane_id)
    await lanes.unbind(scope, tx, iot_id=device.iot_id)


@lane_routes.post(
    "/lanes/{lane_id:int}/gate",
    right=ACT,
    status=200,
    raises=(NotFound, LaneEmpty, ServiceOff, OtherProvider, LaneClaimed, *_CALL_FAULTS),
)
async def move_gate(
    community_id: int,
    lane_id: int,
    data: GateOrderIn,
    scope: Scope,
    db: Database,
    clock: Clock,
    ids: Ids,
    invoker: Invoker,
    session: Session,
) -> GateMoved:
    """Open or close a barrier, or hold it open, and wait for its answer. The history keeps who, when and why."""
    await _device(scope, db, community_id, lane_id)
    action: Action = data.action
    done = await gates.move(
        scope,
        db,
        invoker=invoker,
        lane_id=lane_id,
        action=action,
        reason=data.reason,
        ids=ids,
        clock=clock,
        seat=session.id,
    )
    return GateMoved((done.answered_ms or done.asked_ms) - done.asked_ms)


@lane_routes.post(
    "/lanes/{lane_id:int}/recognise",
    right=ACT,
    raises=(NotFound, LaneEmpty, ServiceOff, OtherProvider, LaneClaimed, *_CALL_FAULTS),
)
async def recognise(
    community_id: int,
    lane_id: int,
    scope: Scope,
    db: Database,
    invoker: Invoker,
    session: Session,
    clock: Clock,
) -> None:
    """Have the camera read the plate of the car that waits. What it read comes as a pass."""
    device = await _device(scope, db, community_id, lane_id)
    await _free(scope, db, device, session, clock)
    await require_own(scope, db, community_id=community_id)
    await invoker.invoke(scope, device.iot_id, "TriggerRecognition", {}, timeout_s=gates.TIMEOUT_S)


@lane_routes.post(
    "/lanes/{lane_id:int}/lines",
    right=ACT,
    raises=(NotFound, BadInput, LaneEmpty, NotMixed, LedRefused, LaneClaimed, *_CALL_FAULTS),
)
async def show_lines(
    community_id: int,
    lane_id: int,
    data: LinesIn,
    scope: Scope,
    db: Database,
    invoker: Invoker,
    session: Session,
    clock: Clock,
    rights: Rights,
) -> None:
    """Show lines on a lane's screen for some seconds, and speak. Who only works at lanes says why."""
    device = await _device(scope, db, community_id, lane_id)
    reason = data.reason.strip()
    if not rights.may(Right.VEHICLES_MANAGE, tenant_id=scope.tenant, community_id=community_id):
        reason = checked_reason(reason)
    await _free(scope, db, device, session, clock)
    await displays.show_lines(
        scope, db, invoker, iot_id=device.iot_id, lines=data.lines, seconds=data.seconds, voice=data.voice
    )

    async def work(tx: Tx) -> None:
        words = " / ".join(filter(None, [*data.lines, data.voice]))
        await note_shown(scope, tx, device, words=words, reason=reason, now_ms=clock.now_ms())

    await db.run(work)


@lane_routes.post(
    "/lanes/{lane_id:int}/qr",
    right=Right.VEHICLES_MANAGE.value,
    raises=(NotFound, LaneEmpty, NoQrCode, LaneClaimed, *_CALL_FAULTS),
)
async def show_qr(
    community_id: int,
    lane_id: int,
    data: QrIn,
    scope: Scope,
    db: Database,
    invoker: Invoker,
    session: Session,
    clock: Clock,
) -> None:
    """Show a QR code on a lane's screen."""
    device = await _device(scope, db, community_id, lane_id)
    await _free(scope, db, device, session, clock)
    await displays.show_qr(scope, db, invoker, iot_id=device.iot_id, text=data.text)


@lane_routes.put("/settings", right=Right.VEHICLES_MANAGE.value, raises=(NotFound, ProviderInUse))
async def change_settings(
    community_id: int, data: ParkingSettings, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Choose the one provider of the community, and whether its parking service runs."""
    await spaces.require_root(scope, tx, community_id)
    await settings.choose(
        scope,
        tx,
        community_id=community_id,
        provider=data.provider,
        service_on=data.service_on,
        now_ms=clock.now_ms(),
    )


async def _lane(scope: Scope, db: Reader, community_id: int, lane_id: int) -> Space:
    lane = await spaces.space(scope, db, lane_id)
    if lane.community_id != community_id or lane.kind != LANE:
        raise NotFound(what="lane", id=lane_id)
    return lane


async def _device(scope: Scope, db: Reader, community_id: int, lane_id: int) -> LaneDevice:
    await _lane(scope, db, community_id, lane_id)
    return await queries.device_at(scope, db, lane_id=lane_id)


async def _free(scope: Scope, db: Database, device: LaneDevice, session: Session, clock: Clock) -> None:
    """No other seat sees to a lane. Raises LaneClaimed."""
    await db.run(
        lambda tx: require_free(
            scope,
            tx,
            [device.lane_id],
            community_id=device.community_id,
            seat=session.id,
            now_ms=clock.now_ms(),
        )
    )


def _around(space: Space, names: dict[int, str]) -> list[str]:
    """Names of the parking areas around a space, outermost first."""
    return [names[space_id] for space_id in path_ids(space.path)[:-1] if space_id in names]


async def _rows(scope: Scope, db: Reader, at: list[Space], names: dict[int, str]) -> list[LaneRow]:
    communities = {lane.community_id for lane in at}
    by_lane = {row.lane_id: row for row in await queries.devices_of(scope, db, community_ids=communities)}
    iot_ids = [by_lane[lane.space_id].iot_id for lane in at if lane.space_id in by_lane]
    devices = {device.iot_id: device for device in await find_devices(scope, db, iot_ids=iot_ids)}
    counts: dict[str, list[int]] = {}
    for count in await counts_of_devices(scope, db, devices=iot_ids):
        numbers = counts.setdefault(count.device, [0, 0, 0])
        if count.status != GONE:
            numbers[0 if count.status == CONFIRMED else 1 if count.status in _UNDER_WAY else 2] += count.rows
    rows = []
    for lane in at:
        row = by_lane.get(lane.space_id)
        device = devices.get(row.iot_id) if row else None
        values = await latest(db, device_no=device.device_no) if device else {}
        rows.append(_row(lane, " / ".join(_around(lane, names)), row, device, values, counts))
    return rows


def _row(
    lane: Space,
    place: str,
    row: LaneDevice | None,
    device: DeviceRow | None,
    values: dict[str, LatestValue],
    counts: dict[str, list[int]],
) -> LaneRow:
    gate, waiting = whole(values, "GateState"), whole(values, "VehicleState")
    state: Literal["opened", "closed", "opening", "closing"] | None = None
    if gate is not None and 0 <= gate < len(_GATES):
        state = _GATES[gate]
    confirmed, pending, failed = counts.get(row.iot_id, [0, 0, 0]) if row else (0, 0, 0)
    return LaneRow(
        id=str(lane.space_id),
        name=lane.name,
        area_id=str(lane.parent_id or ""),
        place=place,
        direction="out" if lane.direction else "in",
        iot_id=row.iot_id if row else "",
        device=row.name if row else "",
        sn=row.sn if row else "",
        online=bool(device and device.online),
        last_seen_ms=device.last_seen_ms if device else None,
        gate=state,
        waiting=None if waiting not in (0, 1) else waiting == 1,
        confirmed=confirmed,
        pending=pending,
        failed=failed,
    )


def _order(order: GateOrder, callers: dict[str, str]) -> GateOrderRow:
    action: Action = "open" if order.action == "open" else "hold" if order.action == "hold" else "close"
    return GateOrderRow(
        str(order.id), action, callers.get(order.caller, ""), order.reason, order.result, order.asked_ms
    )
