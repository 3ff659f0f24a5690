"""The requests of the pages. Each handler gets the box's parts and one request; its answer is JSON. Texts follow the
page."""

import asyncio
import secrets
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from linli.edge.services.console import cellular, network, parking, video
from linli.edge.services.console.parts import Parts
from linli.edge.services.console.requests import Handler, Refusal, Request, read
from linli.edge.services.keeping.archive import back_up
from linli.edge.services.keeping.facts import facts_of
from linli.edge.services.keeping.moving import progress
from linli.edge.services.keeping.seal import PASSPHRASE_LEAST
from linli.edge.services.keeping.standby import Standby, pairing_key
from linli.kernel.clock import SystemClock
from linli.kernel.errors import LinliError

PAGE: Final = 50
LINES: Final = 300

__all__ = ["HANDLERS", "LinliError", "LogIn", "Refusal", "Request", "read"]


class LogIn(msgspec.Struct, rename="camel"):
    word: Annotated[str, Meta(min_length=1, max_length=128)]
    new_password: Annotated[str, Meta(max_length=200)] = ""


class _Activation(msgspec.Struct, rename="camel"):
    cloud: Annotated[str, Meta(pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$", max_length=200)]
    code: Annotated[str, Meta(min_length=1, max_length=64)]
    serial_number: Annotated[str, Meta(max_length=64)] = ""


class _Path(msgspec.Struct):
    path: Annotated[str, Meta(min_length=1, max_length=512)]


class _Settling(msgspec.Struct):
    device: Annotated[str, Meta(min_length=1, max_length=64)]
    peer: Annotated[str, Meta(min_length=2, max_length=45)]
    confirm: bool


class _Passphrase(msgspec.Struct):
    passphrase: Annotated[str, Meta(min_length=PASSPHRASE_LEAST, max_length=200)]


async def _status(parts: Parts, request: Request) -> object:
    return {
        "box": msgspec.to_builtins(parts.state.summary()),
        "files": parts.files.room._asdict() if parts.files is not None else None,
        "interconnect": _broker(parts),
        "strangers": msgspec.to_builtins(parts.state.strangers()),
        "move": msgspec.to_builtins(progress(parts.home)),
    }


async def _devices(parts: Parts, request: Request) -> object:
    wanted, state = request.word("search").casefold(), request.word("state")
    device_views = [
        device
        for device in parts.state.devices()
        if (state not in ("online", "offline") or device.online == (state == "online"))
        and wanted in f"{device.name} {device.alias} {device.address} {device.protocol}".casefold()
    ]
    page = int(number) if (number := request.word("page", 6)).isascii() and number.isdigit() else 0
    return {
        "total": len(device_views),
        "pageSize": PAGE,
        "devices": msgspec.to_builtins(device_views[page * PAGE : (page + 1) * PAGE]),
    }


async def _logs(parts: Parts, request: Request) -> object:
    """The newest lines of a device; of a driver itself without one. `after` (ms) leaves out what the page has."""
    after = int(text) if (text := request.word("after", 15)).isascii() and text.isdigit() else 0
    level = request.word("level", 10)
    driver, device = request.word("driver"), request.word("device")
    names = {driver_view.id for driver_view in parts.state.summary().drivers} | set(OWN_LOGS)
    if driver not in names or (
        device and device not in {device_view.name for device_view in parts.state.devices()}
    ):
        raise Refusal(404, "no_such_log")
    lines = [
        line._asdict()
        for line in parts.logs.of(driver, device).lines()
        if line.at_ms > after and (level not in ("warning", "error") or line.level in _AT_LEAST[level])
    ]
    return {"lines": lines[-LINES:], "own": list(OWN_LOGS)}


OWN_LOGS: Final = ("runtime", "files", "interconnect", "apps")
_AT_LEAST: Final = {"warning": ("warning", "error"), "error": ("error",)}


# the rest


async def _activate(parts: Parts, request: Request) -> object:
    words = read(request.data, _Activation)
    if parts.state.summary().active:
        raise Refusal(409, "active_already")
    try:
        await parts.state.activate(cloud=words.cloud, serial=words.serial_number, code=words.code)
    except msgspec.ValidationError as error:
        raise Refusal(400, "bad_input", why=str(error)) from None
    return {}


async def _settle(parts: Parts, request: Request) -> object:
    """A person on the site confirms or refuses a door's address."""
    words = read(request.data, _Settling)
    if not parts.state.settle(words.device, words.peer, confirm=words.confirm):
        raise Refusal(404, "no_such_stranger", field="peer")
    return {}


async def _diagnosis(parts: Parts, request: Request) -> object:
    """Takes some seconds: it tries gateway, segment, names and the platform one after the other."""
    if parts.diagnose is None:
        raise Refusal(404, "no_such_call")
    return await parts.diagnose(request.language)


async def _files(parts: Parts, request: Request) -> object:
    if parts.files is None:
        raise Refusal(404, "no_files")
    stored_files = await parts.files.listing(
        begins=request.word("begins", 512), after=request.word("after", 512), most=PAGE + 1
    )
    return {
        "files": [
            {
                "path": stored_file.path,
                "bytes": stored_file.bytes,
                "createdMs": stored_file.created_ms,
                "expiresMs": stored_file.expires_ms,
            }
            for stored_file in stored_files[:PAGE]
        ],
        "more": len(stored_files) > PAGE,
        "room": parts.files.room._asdict(),
    }


async def _delete_file(parts: Parts, request: Request) -> object:
    if parts.files is None or not await parts.files.delete(read(request.data, _Path).path):
        raise Refusal(404, "no_such_file")
    return {}


def _broker(parts: Parts) -> dict[str, Any] | None:
    if parts.broker is None:
        return None
    return {
        "on": parts.broker.is_open,
        "port": parts.broker.port,
        "clients": [{"name": name, "address": address} for name, address in parts.broker.clients],
    }


async def _interconnect(parts: Parts, request: Request) -> object:
    apps = parts.apps.addresses if parts.apps is not None else {}
    return {
        "mqtt": _broker(parts),
        "routePort": parts.route_port,
        "apps": [{"model": model, "address": address} for model, address in sorted(apps.items())],
    }


async def _keeping(parts: Parts, request: Request) -> object:
    standby = Standby(parts.home, SystemClock())
    pairing = standby.pairing
    return {
        "paired": pairing_key(parts.home) is not None,
        "fetchedMs": parts.standby.asked_ms if parts.standby is not None else 0,
        "standsByFor": pairing.address if pairing is not None else "",
        "kept": [{"atMs": int(path.stem), "bytes": path.stat().st_size} for path in standby.kept()],
        "move": msgspec.to_builtins(progress(parts.home)),
        "passphraseLeast": PASSPHRASE_LEAST,
    }


async def _new_key(parts: Parts, request: Request) -> object:
    return {"key": await asyncio.to_thread(lambda: pairing_key(parts.home, make=True))}


async def _back_up(parts: Parts, request: Request) -> None:
    """The sealed file itself; it is gone from the box once it is sent."""
    words = read(request.data, _Passphrase)
    facts = facts_of(parts.home)
    if not facts.serial_number:
        raise Refusal(409, "not_active")
    target = parts.home / "backups" / f"{secrets.token_hex(8)}.linlibox"
    now = parts.state.summary().now_ms
    try:
        await asyncio.to_thread(
            back_up,
            parts.home,
            target,
            passphrase=words.passphrase,
            facts=facts,
            now_ms=now,
            network=parts.network.places(),
        )
        with await asyncio.to_thread(target.open, "rb") as content:
            length = str(target.stat().st_size).encode()
            target.unlink()  # its content lives until it is closed
            await request.call.begin(
                200,
                [
                    (b"Content-Type", b"application/octet-stream"),
                    (b"Content-Length", length),
                    (b"Cache-Control", b"no-store"),
                ],
            )
            while chunk := await asyncio.to_thread(content.read, 256 * 1024):
                await request.call.write(chunk)
            await request.call.end()
    finally:
        target.unlink(missing_ok=True)


HANDLERS: Final[dict[tuple[str, str], Handler]] = {
    ("GET", "status"): _status,
    ("GET", "devices"): _devices,
    ("GET", "logs"): _logs,
    **network.HANDLERS,
    **cellular.HANDLERS,
    **video.HANDLERS,
    **parking.HANDLERS,
    ("POST", "activate"): _activate,
    ("POST", "strangers/settle"): _settle,
    ("POST", "diagnosis"): _diagnosis,
    ("GET", "files"): _files,
    ("POST", "files/delete"): _delete_file,
    ("GET", "interconnect"): _interconnect,
    ("GET", "keeping"): _keeping,
    ("POST", "keeping/key"): _new_key,
    ("POST", "keeping/backup"): _back_up,
}
