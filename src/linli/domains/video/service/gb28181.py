"""Devices by GB/T 28181: made known here with a password, then registering; their catalogues become cameras (H 4.5)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, update

from linli.domains.communities.queries import spaces
from linli.domains.video.errors import GbIdTaken
from linli.domains.video.events import CameraAlarmed
from linli.domains.video.models import gb_channels, gb_devices
from linli.domains.video.queries import gb28181 as queries
from linli.domains.video.rows import GbChannel, GbDevice, seal_about
from linli.domains.video.service import cameras
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols import gb28181 as gb
from linli.things.queries.devices import find_named_devices
from linli.things.queries.products import list_products
from linli.things.service.devices import DEVICE_NAME, DeviceValues, assign_community, create_device
from linli.things.service.products import ProductValues, create_product

CATEGORY: Final = "community/security/ipcamera"
PRODUCT_NAME: Final = "国标 GB28181 摄像头"
GB28181: Final = 4
"""Of camera_rules.PROTOCOLS."""
WAYS: Final = ("udp", "passive")
_SHORTEST, _LONGEST = 8, 64
MOST_CHANNELS: Final = 1024

_OWN: Final = "the device proved its code; its row says whose it is"


def _change(**values: Any) -> Command:
    return Command(
        update(gb_devices).where(gb_devices.c.device_id == bindparam("row", type_=INT)).values(values),
        unscoped=_OWN,
    )


_registered = _change(
    state="online",
    transport=bindparam("new_transport"),
    host=bindparam("new_host"),
    port=bindparam("new_port", type_=INT),
    registered_ms=bindparam("now", type_=INT),
    trouble="",
)
_offline = _change(state="offline")
_troubled = _change(
    trouble=bindparam("what"), trouble_host=bindparam("from_host"), trouble_ms=bindparam("now", type_=INT)
)
_described = _change(maker=bindparam("new_maker"), model=bindparam("new_model"))
_edited = Command(
    update(gb_devices)
    .where(gb_devices.c.device_id == bindparam("row", type_=INT), in_scope(gb_devices))
    .values(
        name=bindparam("new_name"),
        way=bindparam("new_way"),
        password_sealed=bindparam("sealed"),
        trouble=bindparam("new_trouble"),
        subscribes=bindparam("new_subscribes"),
        changed_ms=bindparam("now", type_=INT),
    )
)
_delete = Command(
    delete(gb_devices).where(gb_devices.c.device_id == bindparam("row", type_=INT), in_scope(gb_devices))
)
_delete_channels = Command(
    delete(gb_channels).where(gb_channels.c.device_id == bindparam("row", type_=INT), in_scope(gb_channels))
)
_forget_thing = Command(
    delete(gb_channels).where(gb_channels.c.iot_id == bindparam("iot"), in_scope(gb_channels))
)
_seen = Command(
    update(gb_channels)
    .where(gb_channels.c.channel_id == bindparam("row", type_=INT))
    .values(
        name=bindparam("new_name"),
        maker=bindparam("new_maker"),
        model=bindparam("new_model"),
        steers=bindparam("new_steers", type_=INT),
        online=bindparam("new_online", type_=INT),
        listed=1,
        changed_ms=bindparam("now", type_=INT),
    ),
    unscoped=_OWN,
)


def check_password(password: str) -> None:
    """Raises BadInput."""
    if not _SHORTEST <= len(password) <= _LONGEST or not password.isascii() or not password.isprintable():
        raise BadInput(field="password", rule="gb28181.password", low=_SHORTEST, high=_LONGEST)


class NewDevice(NamedTuple):
    gb_id: str
    name: str
    password: str
    way: str


async def add_device(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    new: NewDevice,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> GbDevice:
    """Make a device known that may register from now on. Raises NotFound, BadInput, GbIdTaken."""
    gb_id, name, password, way = new
    scope.allow(community_id)
    await spaces.require_root(scope, tx, community_id)
    if not gb.is_code(gb_id):
        raise BadInput(field="gbId", rule="gb28181.code")
    check_password(password)
    if await queries.device_named(tx, gb_id) is not None:
        raise GbIdTaken(id=gb_id)
    row = GbDevice(
        device_id=ids.number(), tenant_id=scope.tenant, community_id=community_id, gb_id=gb_id,
        name=_name(name) or gb_id, password_sealed=secrets.seal(password, about=seal_about(gb_id)), way=_way(way),
        product_key=await _product(scope, tx, ids, secrets), maker="", model="", state="new", transport="",
        host="", port=0, trouble="", trouble_host="", trouble_ms=0, registered_ms=0, created_ms=now_ms,
        changed_ms=now_ms,
    )  # fmt: skip
    await tx.insert(gb_devices, row._asdict())
    return row


async def change_device(
    scope: Scope,
    tx: Tx,
    device: GbDevice,
    *,
    name: str | None,
    password: str | None,
    way: str | None,
    subscribes: Sequence[str] | None,
    secrets: Secrets,
    now_ms: int,
) -> None:
    """Absent fields stay. Raises BadInput."""
    sealed, trouble = device.password_sealed, device.trouble
    if password is not None:
        check_password(password)
        trouble = ""
        sealed = secrets.seal(password, about=seal_about(device.gb_id))
    await _edited.run(
        tx,
        scope,
        row=device.device_id,
        new_name=device.name if name is None else _name(name) or device.gb_id,
        new_way=device.way if way is None else _way(way),
        sealed=sealed,
        new_trouble=trouble,
        new_subscribes=device.subscribes if subscribes is None else _subscribes(subscribes),
        now=now_ms,
    )


async def remove_device(scope: Scope, tx: Tx, device: GbDevice) -> None:
    """It can register no more. Its cameras stay as things, without a way to them."""
    await _delete_channels.run(tx, scope, row=device.device_id)
    await _delete.run(tx, scope, row=device.device_id)


def _name(text: str) -> str:
    name = " ".join(text.split())
    if len(name) > 64:
        raise BadInput(field="name", rule="too_long", limit=64)
    return name


def _subscribes(kinds: Sequence[str]) -> str:
    if unknown := [kind for kind in kinds if kind not in gb.COMMANDS]:
        raise BadInput(
            field="subscribes", rule="one_of", allowed=", ".join(gb.COMMANDS), value=unknown[0][:32]
        )
    return ",".join(kind for kind in gb.COMMANDS if kind in kinds)


def _way(way: str) -> str:
    if way not in WAYS:
        raise BadInput(field="way", rule="one_of", allowed=", ".join(WAYS))
    return way


async def _product(scope: Scope, tx: Tx, ids: Ids, secrets: Secrets) -> str:
    whole = Scope.system(scope.tenant, "video")
    first = PageRequest(page_no=1, page_size=100)
    matches = await list_products(whole, tx, page=first, keyword=PRODUCT_NAME, category_code=CATEGORY)
    for row in matches.data:
        if row.name == PRODUCT_NAME:
            return row.product_key
    product = await create_product(
        whole, tx, values=ProductValues(name=PRODUCT_NAME, category_code=CATEGORY), ids=ids, secrets=secrets
    )
    return product.product_key


# ------------------------------------------------------------ what the front writes


async def registered(tx: Tx, device: GbDevice, *, now_ms: int) -> None:
    await _registered.run(
        tx, row=device.device_id, new_transport=device.transport, new_host=device.host, new_port=device.port,
        now=now_ms,
    )  # fmt: skip


async def gone_offline(tx: Tx, device_id: int) -> None:
    await _offline.run(tx, row=device_id)


async def troubled(tx: Tx, device_id: int, *, what: str, host: str, now_ms: int) -> None:
    await _troubled.run(tx, row=device_id, what=what, from_host=host[:64], now=now_ms)


async def described(tx: Tx, device_id: int, *, maker: str, model: str) -> None:
    await _described.run(tx, row=device_id, new_maker=maker[:32], new_model=model[:64])


async def forget_thing(tx: Tx, *, tenant_id: str, iot_id: str) -> None:
    await _forget_thing.run(tx, Scope.system(tenant_id, "video"), iot=iot_id)


async def alarmed(tx: Tx, device: GbDevice, alarms: Mapping[gb.AlarmNotice, int], *, ids: Ids) -> None:
    """`alarms`: how often each was told. Those of cameras that are not this device's are dropped.

    What its own code, an alarm input or an alarm output tells stands at its first camera.
    """
    channels = await queries.channels(Scope.system(device.tenant_id, "video"), tx, device.device_id)
    by_code = {row.channel: row for row in channels}
    for alarm, times in alarms.items():
        channel = by_code.get(alarm.code)
        whole = alarm.code == device.gb_id or gb.kind_of(alarm.code) == "alarm"
        if channel is None and whole and channels:
            channel = channels[0]
        if channel is not None:
            event = CameraAlarmed(
                device.tenant_id, channel.iot_id, ids.request_id(), alarm.code, alarm.method, alarm.kind,
                alarm.priority, alarm.time, alarm.text, times,
            )  # fmt: skip
            await emit(tx, event)


async def take_catalogue(
    tx: Tx,
    device: GbDevice,
    items: Sequence[Mapping[str, str]],
    *,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> None:
    """Cameras of a catalogue: new ones become things of the community with their data; known ones are renewed."""
    scope = Scope.system(device.tenant_id, "video")
    by_code = {row.channel: row for row in await queries.channels(scope, tx, device.device_id)}
    for item in items:
        code = item.get("DeviceID", "")[:32]
        if (
            not code.isascii()
            or not code.isalnum()
            or gb.kind_of(code) != "camera"
            or item.get("Parental") == "1"
        ):
            continue
        channel = GbChannel(
            channel_id=0, tenant_id=device.tenant_id, community_id=device.community_id,
            device_id=device.device_id, channel=code, name=" ".join(item.get("Name", "").split())[:64] or code,
            maker=item.get("Manufacturer", "")[:32], model=item.get("Model", "")[:64],
            steers=int(item.get("PTZType", "") in ("1", "4")),
            online=int(item.get("Status", "ON").upper() in ("ON", "OK", "ONLINE")), iot_id="", changed_ms=now_ms,
        )  # fmt: skip
        if (old := by_code.get(code)) is not None:
            await _seen.run(
                tx, row=old.channel_id, new_name=channel.name, new_maker=channel.maker, new_model=channel.model,
                new_steers=channel.steers, new_online=channel.online, now=now_ms,
            )  # fmt: skip
        elif len(by_code) < MOST_CHANNELS:
            by_code[code] = await _add_camera(scope, tx, device, channel, ids, secrets, now_ms)


async def _add_camera(
    scope: Scope, tx: Tx, device: GbDevice, channel: GbChannel, ids: Ids, secrets: Secrets, now_ms: int
) -> GbChannel:
    key, name = device.product_key, channel.channel
    taken = await find_named_devices(scope, tx, product_key=key, device_names=[name])
    free = not taken and DEVICE_NAME.fullmatch(name)
    triple = await create_device(
        scope,
        tx,
        values=DeviceValues(product_key=key, device_name=name if free else None, nickname=channel.name),
        ids=ids,
        secrets=secrets,
    )
    await assign_community(scope, tx, iot_id=triple.iot_id, community_id=device.community_id)
    channel = channel._replace(channel_id=ids.number(), iot_id=triple.iot_id)
    await tx.insert(gb_channels, channel._asdict())
    values = {
        "name": channel.name,
        "brand": channel.maker,
        "product_model": channel.model,
        "protocol": GB28181,
        "url": f"gb28181://{device.gb_id}/{channel.channel}",
    }
    await cameras.add(
        scope,
        tx,
        community_id=device.community_id,
        iot_id=triple.iot_id,
        values={name: value for name, value in values.items() if value},
        ids=ids,
        secrets=secrets,
        now_ms=now_ms,
    )
    return channel
