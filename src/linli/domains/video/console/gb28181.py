"""Console: devices that register by GB/T 28181, and how they are set up (spec H 4.5)."""

from functools import partial
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.communities.console.spaces import root_of
from linli.domains.people.rights import Right
from linli.domains.video.errors import CameraAway, CameraSilent, GbIdTaken, VideoOff
from linli.domains.video.gb28181.subscriptions import kinds_of
from linli.domains.video.live.desk import VideoDesk
from linli.domains.video.queries import gb28181 as queries
from linli.domains.video.rows import GbDevice
from linli.domains.video.service import gb28181 as service
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings

SEE, MANAGE = Right.DEVICES_SEE.value, Right.DEVICES_MANAGE.value

Way = Annotated[
    Literal["udp", "passive"],
    Meta(description="How pictures come: udp, or passive: TCP that the camera opens."),
]

News = Literal["catalogue", "alarm", "position"]


class GbDeviceRow(msgspec.Struct, rename="camel", frozen=True):
    device_id: str
    gb_id: Annotated[str, Meta(description="The 20 digits with which it registers.")]
    name: str
    way: Way
    maker: str
    model: str
    state: Annotated[Literal["new", "online", "offline"], Meta(description="new: it never registered.")]
    host: str
    trouble: Annotated[str, Meta(description="wrong_password: its last registration had one; else empty.")]
    trouble_host: str
    trouble_ms: int
    registered_ms: int
    cameras: Annotated[int, Meta(description="How many cameras its catalogue has.")]
    subscribes: Annotated[list[News], Meta(description="What it is asked to tell by itself.")]


class GbServer(msgspec.Struct, rename="camel", frozen=True):
    """What a camera is set up with."""

    on: Annotated[bool, Meta(description="Whether cameras can register at this installation.")]
    host: Annotated[str, Meta(description="Empty: the address of this installation in the camera's network.")]
    port: int
    server_id: str
    domain: str


class GbDevices(msgspec.Struct, rename="camel", frozen=True):
    server: GbServer
    devices: list[GbDeviceRow]


class NewGbDevice(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    gb_id: str
    password: Annotated[str, Meta(description="As it is set on the device.")]
    name: str = ""
    way: Way = "udp"


class GbDeviceForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    name: str | None = None
    password: str | None = None
    way: Way | None = None
    subscribes: Annotated[list[News], Meta(max_length=3)] | None = None


class AddedGbDevice(msgspec.Struct, rename="camel", frozen=True):
    device_id: str


class FoundCameras(msgspec.Struct, rename="camel", frozen=True):
    entries: Annotated[int, Meta(description="Entries of its catalogue that came.")]


gb_routes = Routes("/communities/{community_id:int}/gb-devices", tags=("cameras",))


@gb_routes.get(right=SEE, raises=(NotFound,))
async def list_gb_devices(
    community_id: int, scope: Scope, db: Database, settings: Settings, video: VideoDesk
) -> GbDevices:
    """Devices that may register, and with what they are set up."""
    await root_of(scope, db, community_id)
    gb = settings.gb28181
    port = video.front.port if video.on else gb.port
    server = GbServer(video.on, gb.public_host, port, gb.server_id, gb.domain)
    rows = [
        _row(device, len(await queries.channels(scope, db, device.device_id)))
        for device in await queries.devices(scope, db, community_id)
    ]
    return GbDevices(server, rows)


def _row(device: GbDevice, cameras: int) -> GbDeviceRow:
    return GbDeviceRow(
        device_id=str(device.device_id), gb_id=device.gb_id, name=device.name, way=device.way,  # type: ignore[arg-type]
        maker=device.maker, model=device.model, state=device.state, host=device.host,  # type: ignore[arg-type]
        trouble=device.trouble, trouble_host=device.trouble_host, trouble_ms=device.trouble_ms,
        registered_ms=device.registered_ms, cameras=cameras, subscribes=kinds_of(device),
    )  # fmt: skip


@gb_routes.post(right=MANAGE, raises=(NotFound, GbIdTaken))
async def add_gb_device(
    community_id: int,
    data: NewGbDevice,
    scope: Scope,
    tx: Tx,
    ids: Ids,
    secrets: Secrets,
    clock: Clock,
    video: VideoDesk,
) -> AddedGbDevice:
    """Let a device register; its cameras come by themselves then."""
    row = await service.add_device(
        scope,
        tx,
        community_id=community_id,
        new=service.NewDevice(data.gb_id.strip(), data.name, data.password, data.way),
        ids=ids,
        secrets=secrets,
        now_ms=clock.now_ms(),
    )
    video.doctor.know([row.gb_id])
    return AddedGbDevice(str(row.device_id))


async def _own(scope: Scope, db: Database | Tx, community_id: int, device_id: int) -> GbDevice:
    device = await queries.device(scope, db, device_id)
    if device.community_id != community_id:
        raise NotFound(what="gb_device", id=device_id)
    return device


@gb_routes.put("/{device_id:int}", right=MANAGE, raises=(NotFound,))
async def change_gb_device(
    community_id: int,
    device_id: int,
    data: GbDeviceForm,
    scope: Scope,
    tx: Tx,
    secrets: Secrets,
    clock: Clock,
    video: VideoDesk,
) -> None:
    """Change it; absent fields stay. A new password counts from its next registration on."""
    device = await _own(scope, tx, community_id, device_id)
    await service.change_device(
        scope, tx, device, name=data.name, password=data.password, way=data.way, subscribes=data.subscribes,
        secrets=secrets, now_ms=clock.now_ms(),
    )  # fmt: skip
    if data.way is not None:
        video.take_way(device, data.way)
    if data.subscribes is not None:
        tx.after_commit(partial(video.subscribe, device, list(data.subscribes)))
    if data.password is not None:
        video.doctor.visits(device.gb_id).note_password(clock.now_ms())


@gb_routes.delete("/{device_id:int}", right=MANAGE, raises=(NotFound,))
async def remove_gb_device(
    community_id: int, device_id: int, scope: Scope, db: Database, video: VideoDesk
) -> None:
    """It can register no more; data of its cameras stay."""
    device = await _own(scope, db, community_id, device_id)
    await db.run(lambda tx: service.remove_device(scope, tx, device))
    video.leave(device)


@gb_routes.post(
    "/{device_id:int}/refresh",
    right=MANAGE,
    status=200,
    raises=(NotFound, VideoOff, CameraAway, CameraSilent),
)
async def refresh_gb_device(
    community_id: int, device_id: int, scope: Scope, db: Database, video: VideoDesk
) -> FoundCameras:
    """Ask it for its catalogue again."""
    return FoundCameras(await video.refresh(await _own(scope, db, community_id, device_id)))


__all__ = ["gb_routes"]
