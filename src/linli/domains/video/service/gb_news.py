"""What devices by GB/T 28181 tell of their cameras by subscription: on, off, added, taken away, and where they are."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, update

from linli.domains.video.events import CamerasSeen
from linli.domains.video.models import gb_channels
from linli.domains.video.queries import gb28181 as queries
from linli.domains.video.rows import GbChannel, GbDevice
from linli.domains.video.service import gb28181 as service
from linli.kernel.db import INT, Command, Tx
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols import gb28181 as gb

_OWN: Final = "the device proved its code; its row says whose it is"


def _change(**values: Any) -> Command:
    return Command(
        update(gb_channels)
        .where(
            gb_channels.c.device_id == bindparam("device", type_=INT),
            gb_channels.c.channel == bindparam("code"),
        )
        .values(values),
        unscoped=_OWN,
    )


_shown = _change(online=bindparam("new_online", type_=INT), changed_ms=bindparam("now", type_=INT))
_taken_away = _change(online=0, listed=0, changed_ms=bindparam("now", type_=INT))
_placed = _change(
    longitude=bindparam("new_longitude", type_=gb_channels.c.longitude.type),
    latitude=bindparam("new_latitude", type_=gb_channels.c.latitude.type),
    place_time=bindparam("new_time"),
    place_ms=bindparam("now", type_=INT),
)


async def take_news(
    tx: Tx,
    device: GbDevice,
    items: Sequence[Mapping[str, str]],
    *,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> bool:
    """Items of a catalogue with what happened to each. Whether one is of a camera that nobody knows yet, and says
    nothing else of it: the whole catalogue is to be asked for.

    What a recorder takes out of its catalogue stays, offline: it may come back, and people wrote about it.
    """
    scope = Scope.system(device.tenant_id, "video")
    by_code = {row.channel: row for row in await queries.channels(scope, tx, device.device_id)}
    unknown = False
    for item in items:
        code, event = item.get("DeviceID", "")[:32], item.get("Event", "").upper()
        channel = by_code.get(code)
        if event in gb.WHOLE_EVENTS or not event:
            whole = item if channel is None else {**_as_item(channel), **{k: v for k, v in item.items() if v}}
            await service.take_catalogue(tx, device, [whole], ids=ids, secrets=secrets, now_ms=now_ms)
        elif channel is None:
            unknown = unknown or event == "ON"
        elif event == gb.DELETED:
            await _taken_away.run(tx, device=device.device_id, code=code, now=now_ms)
        elif event == "ON" or event in gb.OFF_EVENTS:
            online = int(event == "ON")
            await _shown.run(tx, device=device.device_id, code=code, new_online=online, now=now_ms)
    await seen(tx, device)
    return unknown


def _as_item(channel: GbChannel) -> dict[str, str]:
    return {
        "Name": channel.name,
        "Manufacturer": channel.maker,
        "Model": channel.model,
        "PTZType": "1" if channel.steers else "3",
        "Status": "ON" if channel.online else "OFF",
    }


async def registered(tx: Tx, device: GbDevice, *, came: bool, now_ms: int) -> None:
    """`came`: it was not there before."""
    await service.registered(tx, device, now_ms=now_ms)
    if came:
        await seen(tx, device)


async def gone_offline(tx: Tx, device: GbDevice) -> None:
    await service.gone_offline(tx, device.device_id)
    await seen(tx, device)


async def seen(tx: Tx, device: GbDevice) -> None:
    """Tell pages that its cameras came or went."""
    channels = await queries.channels(Scope.system(device.tenant_id, "video"), tx, device.device_id)
    iot_ids = [channel.iot_id for channel in channels]
    if iot_ids:
        await emit(tx, CamerasSeen(device.tenant_id, device.community_id, iot_ids))


async def place(tx: Tx, device: GbDevice, places: Mapping[str, gb.Place], *, now_ms: int) -> None:
    """`places`: the last one by code. The device's own is its first camera's; those of others are dropped."""
    channels = await queries.channels(Scope.system(device.tenant_id, "video"), tx, device.device_id)
    codes = {channel.channel for channel in channels}
    for code, where in places.items():
        if code not in codes and code == device.gb_id and channels:
            code = channels[0].channel
        if code in codes:
            await _placed.run(
                tx, device=device.device_id, code=code, new_longitude=where.longitude,
                new_latitude=where.latitude, new_time=where.time, now=now_ms,
            )  # fmt: skip
    await seen(tx, device)
