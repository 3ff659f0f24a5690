"""The video component's page (设备管理, 上云配置): devices, gateways, certificates, identities. C083, spec D 1.1."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from linli.edge.services.console.parts import Parts
from linli.edge.services.console.requests import Handler, Refusal, Request, read
from linli.edge.video import discovery
from linli.edge.video.room import VideoRoom
from linli.edge.video.rows import ChangeForm, DeviceForm
from linli.edge.video.shown import shown_devices, shown_room
from linli.protocols.edge_link import DeviceKey

PAGE: Final = 100
CSV_MOST: Final = 60_000

type Name = Annotated[str, Meta(min_length=1, max_length=64)]


class _Number(msgspec.Struct):
    no: Annotated[int, Meta(ge=1)]


class _Assignment(msgspec.Struct, rename="camel"):
    no: Annotated[int, Meta(ge=1)]
    device_name: Name


class _Gateway(msgspec.Struct, rename="camel"):
    product_key: Name
    device_name: Name
    device_secret: Annotated[str, Meta(min_length=1, max_length=128)]


class _Certificates(msgspec.Struct):
    csv: Annotated[str, Meta(min_length=1, max_length=CSV_MOST)]


class _Instance(msgspec.Struct):
    instance: Annotated[int, Meta(ge=0, le=2)]


def _room(parts: Parts) -> VideoRoom:
    if parts.video is None or not parts.video.running:
        raise Refusal(404, "no_video")
    return parts.video


async def _state(parts: Parts, request: Request) -> object:
    if parts.video is None or not parts.video.running:
        return {"running": False}
    return {"running": True, **shown_room(parts.video)}


async def _devices(parts: Parts, request: Request) -> object:
    rows = shown_devices(_room(parts), request.language, request.word("search"))
    text = request.word("page", 4)
    page = int(text) if text.isascii() and text.isdigit() else 0
    return {
        "total": len(rows),
        "pageSize": PAGE,
        "devices": msgspec.to_builtins(rows[page * PAGE : (page + 1) * PAGE]),
    }


async def _names(parts: Parts, request: Request) -> object:
    return {"names": [{"deviceName": name, "of": of} for name, of in _room(parts).names.items()]}


async def _test(parts: Parts, request: Request) -> object:
    look, recordings = await _room(parts).test(read(request.data, DeviceForm))
    identity = look.identity
    return {
        "maker": identity.maker,
        "model": identity.model,
        "cameras": len(look.channels),
        "recordings": recordings,
        "clockOffMs": look.clock_off_ms,
    }


async def _discover(parts: Parts, request: Request) -> object:
    """Cameras of this network that answer a probe."""
    room = _room(parts)
    try:
        answers = await discovery.look_around()
    except OSError:  # no network
        answers = []
    return {"cameras": msgspec.to_builtins(discovery.beside_kept(answers, room.devices))}


async def _look(parts: Parts, request: Request) -> object:
    _room(parts).look_soon()
    return {}


async def _stream(parts: Parts, request: Request) -> object:
    """Without user and password."""
    return {"address": await _room(parts).stream_uri(read(request.data, _Number).no)}


async def _links(parts: Parts, request: Request) -> object:
    count, missing = await _room(parts).take_links(read(request.data, _Certificates).csv)
    return {"matched": count, "missing": missing}


async def _add(parts: Parts, request: Request) -> object:
    return await _room(parts).add(read(request.data, DeviceForm))


async def _change(parts: Parts, request: Request) -> object:
    await _room(parts).change(read(request.data, ChangeForm))
    return {}


async def _pull(parts: Parts, request: Request) -> object:
    return await _room(parts).pull(read(request.data, _Number).no)


async def _delete(parts: Parts, request: Request) -> object:
    return {"deleted": await _room(parts).delete(read(request.data, _Number).no)}


async def _gateway(parts: Parts, request: Request) -> object:
    given = read(request.data, _Gateway)
    await _room(parts).set_gateway(
        DeviceKey(
            product_key=given.product_key.strip(),
            device_name=given.device_name.strip(),
            device_secret=given.device_secret.strip(),
        )
    )
    return {}


async def _certificates(parts: Parts, request: Request) -> object:
    count, matched = await _room(parts).take_certificates(read(request.data, _Certificates).csv)
    return {"count": count, "matched": matched}


async def _assign(parts: Parts, request: Request) -> object:
    given = read(request.data, _Assignment)
    await _room(parts).assign(given.no, given.device_name)
    return {}


async def _unassign(parts: Parts, request: Request) -> object:
    await _room(parts).unassign(read(request.data, _Number).no)
    return {}


async def _restart(parts: Parts, request: Request) -> object:
    await _room(parts).restart(read(request.data, _Instance).instance)
    return {}


async def _snapshot(parts: Parts, request: Request) -> Any:
    picture = await _room(parts).snapshot(read(request.data, _Number).no)
    await request.call.answer(
        200,
        picture,
        "application/octet-stream",
        [(b"Cache-Control", b"no-store"), (b"X-Content-Type-Options", b"nosniff")],
    )


HANDLERS: Final[dict[tuple[str, str], Handler]] = {
    ("GET", "video"): _state,
    ("GET", "video/devices"): _devices,
    ("GET", "video/names"): _names,
    ("POST", "video/test"): _test,
    ("POST", "video/look"): _look,
    ("POST", "video/discover"): _discover,
    ("POST", "video/stream"): _stream,
    ("POST", "video/links"): _links,
    ("POST", "video/add"): _add,
    ("POST", "video/change"): _change,
    ("POST", "video/pull"): _pull,
    ("POST", "video/delete"): _delete,
    ("POST", "video/gateway"): _gateway,
    ("POST", "video/certificates"): _certificates,
    ("POST", "video/assign"): _assign,
    ("POST", "video/unassign"): _unassign,
    ("POST", "video/restart"): _restart,
    ("POST", "video/snapshot"): _snapshot,
}
