"""Camera information: add, change, restore, and delete with its device. A TOP-02, B §2.11."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, delete, update

from linli.domains.communities.queries import spaces
from linli.domains.video import camera_rules as rules
from linli.domains.video.errors import CameraExists
from linli.domains.video.events import CamerasChanged
from linli.domains.video.models import cameras
from linli.domains.video.queries import cameras as queries
from linli.domains.video.rows import Camera, data_row
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, any_of, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.events import emit
from linli.kernel.history import Change
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.queries.devices import DeviceRow, get_device

HISTORY: Final = "camera"
_WRITTEN: Final = (*(name for name in rules.FIELDS if name != "password"), "password_sealed", "changed_ms")

_update = Command(
    update(cameras)
    .where(cameras.c.camera_id == bindparam("row", type_=INT), in_scope(cameras))
    .values({name: bindparam(f"new_{name}", type_=cameras.c[name].type) for name in _WRITTEN})
)
_delete = Command(delete(cameras).where(any_of(cameras.c.camera_id, "rows"), in_scope(cameras)))


def wire_name(field: str) -> str:
    """`product_model` → `productModel`."""
    head, *rest = field.split("_")
    return head + "".join(part.capitalize() for part in rest)


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The given fields, normalized. Raises BadInput."""
    clean_values: dict[str, Any] = {}
    for field, value in values.items():
        clean = rules.clean(field, value)
        if (broken := rules.problem(field, clean)) is not None:
            raise BadInput(field=wire_name(field), rule=broken[0], **broken[1])
        clean_values[field] = clean
    return clean_values


async def add(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    iot_id: str,
    values: Mapping[str, Any],
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> int:
    """Add information to a camera of the community. Returns its number.

    Raises NotFound (also for a community under review, a device of another one), BadInput, CameraExists.
    """
    await lock(scope, tx, community_id)
    device = await get_device(scope, tx, iot_id=iot_id)
    if device.community_id != community_id:
        raise NotFound(what="device", id=iot_id)
    if not rules.is_camera(device.category_code, device.category_name):
        raise BadInput(
            field="iotId", rule="camera.other_device", device=device.category_name or device.product_name
        )
    if await queries.of_devices(scope, tx, community_id, [iot_id]):
        raise CameraExists(device=device.device_name)
    facts = checked({"name": "", **values})
    await _check_whole(scope, tx, community_id, facts)
    camera = new_camera(
        scope, device, facts, community_id=community_id, ids=ids, secrets=secrets, now_ms=now_ms
    )
    await insert(tx, [camera])
    after = history_view(None, camera)
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, camera.camera_id, community_id),
        "created",
        after=after,
        now_ms=now_ms,
    )
    await tell(scope, tx, community_id, written=[camera])
    return camera.camera_id


async def change(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    camera_id: int,
    values: Mapping[str, Any],
    secrets: Secrets,
    now_ms: int,
) -> None:
    """Change information. Absent fields stay; an empty password deletes it. Raises NotFound, BadInput."""
    await lock(scope, tx, community_id)
    camera = await queries.camera(scope, tx, camera_id, community_id=community_id)
    facts = checked(values)
    await _check_whole(scope, tx, community_id, {**camera.values, **facts})
    await rewrite(scope, tx, [(camera, merged(camera, facts, secrets=secrets, now_ms=now_ms))], now_ms=now_ms)


async def restore(scope: Scope, tx: Tx, change: Change, *, ids: Ids, now_ms: int) -> None:
    """Restore the values before a change, except the password, because no history has it. Raises NotFound, BadInput."""
    community_id = change.community_id or 0
    await lock(scope, tx, community_id)
    camera = await queries.camera(scope, tx, int(change.target), community_id=community_id)
    values = {
        name: was if was is not None or name not in rules.LENGTHS else ""
        for name, (was, _) in change.differences.items()
        if name in rules.FIELDS and name != "password"
    }
    facts = checked(values)
    await _check_whole(scope, tx, community_id, {**camera.values, **facts})
    back = camera._replace(**facts, changed_ms=now_ms)
    await rewrite(scope, tx, [(camera, back)], now_ms=now_ms, action="restored")


async def forget_device(tx: Tx, *, tenant_id: str, iot_id: str, stays_in: int | None, now_ms: int) -> None:
    """Delete the information of a device that was deleted or left a community."""
    scope = Scope.system(tenant_id, "video")
    for camera in await queries.of_device(scope, tx, iot_id):
        if camera.community_id != stays_in:
            await drop(scope, tx, camera.community_id, [camera], now_ms=now_ms, reason=camera.device_name)


async def lock(scope: Scope, tx: Tx, community_id: int) -> None:
    """Lock a community's cameras until the end of the transaction. Raises NotFound, also for a community under review."""
    scope.allow(community_id)
    root = await spaces.require_root(scope, tx, community_id)
    await spaces.space(scope, tx, root, lock=True)


async def _check_whole(scope: Scope, tx: Tx, community_id: int, facts: Mapping[str, Any]) -> None:
    if (broken := rules.pair_problem(facts.get("longitude"), facts.get("latitude"))) is not None:
        raise BadInput(field="longitude", rule=broken[0], **broken[1])
    if (space_id := facts.get("space_id")) is not None:
        space = await spaces.space(scope, tx, space_id)
        if space.community_id != community_id:
            raise NotFound(what="space", id=space_id)


def new_camera(
    scope: Scope,
    device: DeviceRow,
    facts: Mapping[str, Any],
    *,
    community_id: int,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> Camera:
    """A new row for a camera."""
    empty = Camera(
        camera_id=ids.number(), tenant_id=scope.tenant, community_id=community_id, iot_id=device.iot_id,
        product_key=device.product_key, device_name=device.device_name, name="", brand="", product_model="",
        resolution="", protocol=None, ip="", port=None, nvr_ip="", channel="", url="", username="",
        password_sealed="", group_name="", status=rules.IN_USE, address="", space_id=None, direction=None,
        longitude=None, latitude=None, installed_on="", manager="", manager_phone="", remark="", created_ms=now_ms,
        changed_ms=now_ms,
    )  # fmt: skip
    return merged(empty, facts, secrets=secrets, now_ms=now_ms)


def merged(camera: Camera, facts: Mapping[str, Any], *, secrets: Secrets, now_ms: int) -> Camera:
    """A camera with changed fields; the password is sealed for its device."""
    plain = {name: value for name, value in facts.items() if name != "password"}
    if plain.get("status", rules.IN_USE) is None:
        plain["status"] = rules.IN_USE
    if (password := facts.get("password")) is not None:
        plain["password_sealed"] = secrets.seal(password, about=f"camera:{camera.iot_id}") if password else ""
    return camera._replace(**plain, changed_ms=now_ms)


async def insert(tx: Tx, new_cameras: Sequence[Camera]) -> None:
    await tx.insert_many(cameras, [row._asdict() for row in new_cameras])


async def write(scope: Scope, tx: Tx, rows: Sequence[Camera]) -> None:
    """Update existing rows."""
    binds = [
        {"row": row.camera_id, **{f"new_{name}": getattr(row, name) for name in _WRITTEN}} for row in rows
    ]
    if binds:
        await _update.run_many(tx, binds, scope)


async def rewrite(
    scope: Scope,
    tx: Tx,
    pairs: Sequence[tuple[Camera, Camera]],
    *,
    now_ms: int,
    action: str = "changed",
    reason: str = "",
) -> None:
    """Write (before, after) with their histories, and raise the event."""
    await write(scope, tx, [after for _, after in pairs])
    for before, after in pairs:
        await history.note(
            scope,
            tx,
            history.Record(HISTORY, after.camera_id, after.community_id),
            action,
            before=history_view(None, before),
            after=history_view(before, after),
            reason=reason,
            now_ms=now_ms,
        )
    if pairs:
        await tell(scope, tx, pairs[0][1].community_id, written=[after for _, after in pairs])


async def drop(
    scope: Scope,
    tx: Tx,
    community_id: int,
    gone: Sequence[Camera],
    *,
    now_ms: int,
    action: str = "deleted",
    reason: str = "",
) -> None:
    """Delete cameras' information with a line in each history, and raise the event."""
    await _delete.run(tx, scope, rows=[row.camera_id for row in gone])
    await history.note_many(
        scope,
        tx,
        HISTORY,
        [row.camera_id for row in gone],
        action,
        community_id=community_id,
        now_ms=now_ms,
        reason=reason,
    )
    await tell(scope, tx, community_id, removed=[row.iot_id for row in gone])


async def tell(
    scope: Scope, tx: Tx, community_id: int, *, written: Sequence[Camera] = (), removed: Sequence[str] = ()
) -> None:
    """Raise the event with the changed rows of the data model."""
    if written or removed:
        rows = [data_row(row) for row in written]
        await emit(tx, CamerasChanged(scope.tenant, community_id, rows, list(removed)))


def history_view(before: Camera | None, camera: Camera) -> dict[str, Any]:
    """The values for the history: whether a password is set or was changed, never the password."""
    view = camera.values
    view["password"] = "set" if camera.password_sealed else ""
    if before is not None and before.password_sealed and camera.password_sealed != before.password_sealed:
        view["password"] = "changed" if camera.password_sealed else ""
    return view
