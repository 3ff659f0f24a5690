"""Console: upper platforms by GB/T 28181, and the cameras that each of them sees (级联)."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from linli.domains.communities.console.spaces import root_of
from linli.domains.people.rights import Right
from linli.domains.video.cascade.room import UpperRoom
from linli.domains.video.errors import UppersFull, UpperTaken, VideoOff
from linli.domains.video.queries import cameras as cameras_queries
from linli.domains.video.queries import masks as masks_queries
from linli.domains.video.queries import uppers as queries
from linli.domains.video.queries.gb28181 import channels_of
from linli.domains.video.service import uppers as service
from linli.domains.video.upper_rows import Upper
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

SEE = Right.DEVICES_SEE.value
MANAGE = Right.RECORDINGS_MANAGE.value
"""Upper platforms get whole pictures and recordings: who lets them must be one who sees both himself."""
UPPER_HISTORY = Kind(name=service.HISTORY, see=SEE, manage=MANAGE)
_TEST_S: Final = 15.0

Port = Annotated[int, Meta(ge=1, le=65_535)]
Name = Annotated[str, Meta(max_length=256)]


class UpperForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    host: Name
    server_id: Annotated[str, Meta(max_length=64, description="The 20 digits of the upper platform.")]
    gb_id: Annotated[
        str, Meta(max_length=64, description="The 20 digits with which this platform registers there.")
    ]
    name: Name = ""
    port: Port = 5060
    domain: Annotated[
        str, Meta(max_length=64, description="SIP domain; empty: the first 10 digits of its code.")
    ] = ""
    password: Annotated[str, Meta(max_length=256, description="Empty: the one that is there stays.")] = ""
    transport: Literal["udp", "tcp"] = "udp"
    edition: Annotated[
        Literal["2016", "2022"], Meta(description="Of GB/T 28181; 2022 says so with X-GB-Ver.")
    ] = "2016"
    register_s: Annotated[int, Meta(description="So long a registration lasts; it is renewed before.")] = (
        3_600
    )
    keepalive_s: int = 60
    most_streams: Annotated[int, Meta(description="Cameras that it may watch at once.")] = 4
    steers: Annotated[bool, Meta(description="It may turn cameras, and ask for their presets.")] = False
    alarms: Annotated[bool, Meta(description="Alarms of its cameras are passed on.")] = False
    off: Annotated[bool, Meta(description="This platform is not registered there.")] = False
    media_hosts: Annotated[
        str,
        Meta(
            max_length=512,
            description="Addresses of its media servers, by spaces, 8 at most. Pictures go there and to its own"
            " address, and nowhere else.",
        ),
    ] = ""

    @property
    def values(self) -> service.UpperValues:
        return service.UpperValues(**{name: getattr(self, name) for name in service.UpperValues._fields})


class UpperWatched(msgspec.Struct, rename="camel", frozen=True):
    code: str
    camera: str
    since_ms: int
    recorded: Annotated[bool, Meta(description="It plays a recording.")]


class UpperRow(msgspec.Struct, rename="camel", frozen=True):
    upper_id: str
    name: str
    host: str
    port: int
    server_id: str
    domain: str
    gb_id: str
    transport: Literal["udp", "tcp"]
    edition: Literal["2016", "2022"]
    register_s: int
    keepalive_s: int
    most_streams: int
    steers: bool
    alarms: bool
    off: bool
    media_hosts: str
    refused_host: Annotated[
        str, Meta(description="Where it asked for pictures last and does not get them; empty: nowhere.")
    ]
    cameras: Annotated[int, Meta(description="How many it sees.")]
    masked: Annotated[int, Meta(description="How many were chosen and are not shown, since they have masks.")]
    state: Annotated[
        Literal["off", "elsewhere", "connecting", "registered", "failed"],
        Meta(description="elsewhere: another process of this installation is registered there."),
    ]
    why: Annotated[
        Literal["", "unreachable", "silent", "wrong_password", "refused", "lost"],
        Meta(description="Why the registration failed."),
    ]
    status: Annotated[int, Meta(description="SIP status of a refusal; else 0.")]
    since_ms: Annotated[int, Meta(description="When the state began; 0: unknown.")]
    alive_ms: Annotated[int, Meta(description="Its last answer to a keepalive; 0: none yet.")]
    watches: list[UpperWatched]
    subscribed: Annotated[list[str], Meta(description="Catalog, Alarm.")]
    alarms_lost: Annotated[int, Meta(description="That it did not take, since the registration was set up.")]


class AddedUpper(msgspec.Struct, rename="camel", frozen=True):
    upper_id: str


class UpperCameraRow(msgspec.Struct, rename="camel", frozen=True):
    camera_id: str
    name: str
    chosen: bool
    code: Annotated[str, Meta(description="By which the upper platform knows it; empty: it does not see it.")]
    own_code: Annotated[str, Meta(description="Its own one, in the catalogue of its device.")]
    masked: Annotated[bool, Meta(description="It has privacy masks, which are not in what goes out.")]
    unmasked: Annotated[
        bool, Meta(description="It goes out without its masks; a masked one without this is not shown.")
    ]


class UpperChoice(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    camera_id: int
    code: Annotated[str, Meta(max_length=64, description="20 digits; empty: one is given.")] = ""
    unmasked: Annotated[bool, Meta(description="Yes: it goes out without the masks that it has.")] = False


class UpperChoices(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    cameras: Annotated[list[UpperChoice], Meta(max_length=service.MOST_CAMERAS)]


upper_routes = Routes("/communities/{community_id:int}/upper-platforms", tags=("cameras",))


@upper_routes.get(right=SEE, raises=(NotFound,))
async def list_upper_platforms(
    community_id: int, scope: Scope, db: Database, uppers: UpperRoom
) -> list[UpperRow]:
    """Where this platform registers, how that stands, and what is watched there now."""
    await root_of(scope, db, community_id)
    here = scope.narrowed(community_id)
    return [
        await _row(here, db, uppers, upper) for upper in await queries.of_community(here, db, community_id)
    ]


async def _row(scope: Scope, db: Database, uppers: UpperRoom, upper: Upper) -> UpperRow:
    platform = uppers.of(upper.upper_id)
    link = None if platform is None else platform.link
    chosen = await queries.chosen(scope, db, upper.upper_id)
    bare = await masks_queries.masked(scope, db, upper.community_id)
    masked = sum(row.iot_id in bare and not row.unmasked for row in chosen)
    watched = [] if platform is None else [call for call in platform.calls.list() if call.sends]
    idle: Literal["off", "elsewhere"] = "off" if upper.off or uppers.cascade is None else "elsewhere"
    return UpperRow(
        upper_id=str(upper.upper_id), name=upper.name, host=upper.host, port=upper.port,
        server_id=upper.server_id, domain=upper.domain, gb_id=upper.gb_id,
        transport=upper.transport, edition=upper.edition,  # type: ignore[arg-type]
        register_s=upper.register_s, keepalive_s=upper.keepalive_s, most_streams=upper.most_streams,
        steers=bool(upper.steers), alarms=bool(upper.alarms), off=bool(upper.off), media_hosts=upper.media_hosts,
        refused_host="" if platform is None else platform.calls.refused_host,
        cameras=len(chosen) - masked, masked=masked,
        state=idle if link is None else link.state, why="" if link is None else link.why,
        status=0 if link is None else link.status, since_ms=0 if link is None else link.since_ms,
        alive_ms=0 if link is None else link.alive_ms,
        watches=[
            UpperWatched(call.shown.code, call.shown.name, call.since_ms, bool(call.offer.end_s))
            for call in watched
        ],
        subscribed=[] if platform is None else platform.served.commands,
        alarms_lost=0 if platform is None else platform.alarms_lost,
    )  # fmt: skip


@upper_routes.post(right=MANAGE, raises=(NotFound, BadInput, UpperTaken, UppersFull))
async def add_upper_platform(
    community_id: int,
    data: UpperForm,
    scope: Scope,
    tx: Tx,
    ids: Ids,
    secrets: Secrets,
    clock: Clock,
    uppers: UpperRoom,
) -> AddedUpper:
    """Register there from now on; it sees no camera before some are chosen."""
    upper = await service.add_upper(
        scope, tx, community_id=community_id, values=data.values, password=data.password, ids=ids,
        secrets=secrets, now_ms=clock.now_ms(),
    )  # fmt: skip
    tx.after_commit(uppers.look)
    return AddedUpper(str(upper.upper_id))


@upper_routes.put("/{upper_id:int}", right=MANAGE, status=204, raises=(NotFound, BadInput, UpperTaken))
async def change_upper_platform(
    community_id: int,
    upper_id: int,
    data: UpperForm,
    scope: Scope,
    tx: Tx,
    secrets: Secrets,
    clock: Clock,
    uppers: UpperRoom,
) -> None:
    """Register anew with other data; what is watched ends."""
    upper = await queries.upper(scope, tx, upper_id, community_id=community_id)
    await service.change_upper(
        scope, tx, upper, values=data.values, password=data.password, secrets=secrets, now_ms=clock.now_ms()
    )
    tx.after_commit(uppers.look)


@upper_routes.delete("/{upper_id:int}", right=MANAGE, raises=(NotFound,))
async def remove_upper_platform(
    community_id: int, upper_id: int, scope: Scope, tx: Tx, clock: Clock, uppers: UpperRoom
) -> None:
    """Leave it; it sees nothing more."""
    upper = await queries.upper(scope, tx, upper_id, community_id=community_id)
    await service.remove_upper(scope, tx, upper, now_ms=clock.now_ms())
    tx.after_commit(uppers.look)


@upper_routes.post("/{upper_id:int}/test", right=MANAGE, status=200, raises=(NotFound, VideoOff))
async def test_upper_platform(
    community_id: int, upper_id: int, scope: Scope, db: Database, uppers: UpperRoom
) -> UpperRow:
    """Register anew at once, and what comes of it; what is watched ends."""
    upper = await queries.upper(scope, db, upper_id, community_id=community_id)
    if uppers.cascade is None:
        raise VideoOff()
    await uppers.cascade.looked()
    platform = uppers.of(upper_id)
    if platform is not None:
        await platform.link.try_now(_TEST_S)
    return await _row(scope.narrowed(community_id), db, uppers, upper)


@upper_routes.get("/{upper_id:int}/cameras", right=SEE, raises=(NotFound,))
async def list_upper_cameras(
    community_id: int, upper_id: int, scope: Scope, db: Database
) -> list[UpperCameraRow]:
    """All cameras that could be chosen: those with pictures at this platform."""
    await queries.upper(scope, db, upper_id, community_id=community_id)
    here = scope.narrowed(community_id)
    chosen = {row.iot_id: row for row in await queries.chosen(here, db, upper_id)}
    masked = await masks_queries.masked(here, db, community_id)
    cameras = await cameras_queries.all_of_community(here, db, community_id)
    channels = await channels_of(here, db, [camera.iot_id for camera in cameras])
    return [
        UpperCameraRow(
            str(camera.camera_id), camera.name, camera.iot_id in chosen,
            chosen[camera.iot_id].code if camera.iot_id in chosen else "", channels[camera.iot_id].channel,
            camera.iot_id in masked, camera.iot_id in chosen and bool(chosen[camera.iot_id].unmasked),
        )
        for camera in sorted(cameras, key=lambda row: (row.name, row.camera_id))
        if camera.iot_id in channels
    ]  # fmt: skip


@upper_routes.put("/{upper_id:int}/cameras", right=MANAGE, status=204, raises=(NotFound, BadInput))
async def choose_upper_cameras(
    community_id: int,
    upper_id: int,
    data: UpperChoices,
    scope: Scope,
    tx: Tx,
    clock: Clock,
    uppers: UpperRoom,
) -> None:
    """It sees these and no others from now on."""
    upper = await queries.upper(scope, tx, upper_id, community_id=community_id)
    choices = [service.Choice(choice.camera_id, choice.code, choice.unmasked) for choice in data.cameras]
    await service.choose(scope, tx, upper, choices, now_ms=clock.now_ms())
    tx.after_commit(uppers.look)


__all__ = ["UPPER_HISTORY", "upper_routes"]
