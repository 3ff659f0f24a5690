"""The box's part in working from afar: hears `edgeRefresh`, opens tunnels, and serves their kinds. ADR 0069."""

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from ipaddress import IPv4Network
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import msgspec
from msgspec import Meta

from linli.edge.remote import network, report
from linli.edge.remote.diagnosis import Doctor
from linli.edge.remote.drivers import DeviceCall, DriverDesk, DriverName
from linli.edge.remote.duties import Bytes, Desk, Duty, Items, Refused, Say
from linli.edge.remote.files import FileRefused, Folder
from linli.edge.remote.logs import LogBook, Wanted
from linli.edge.remote.shell import Shell
from linli.edge.remote.tunnel import Line, Serves, TunnelClosed, serve
from linli.kernel import telemetry
from linli.kernel.http.client import Client
from linli.protocols.edge_link import Refresh
from linli.protocols.edge_remote import wire
from linli.protocols.edge_remote.wire import PIECE, TUNNEL_PATH

log = telemetry.logger(__name__)

MOST_TUNNELS: Final = 8
KINDS: Final = ("shell", "files", "tools", "http", "video")
_TICKET: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
_HTTP_SECONDS: Final = 30.0
_HTTP_BODY: Final = 160 * 1024
_PASSED: Final = frozenset({"accept", "accept-language", "content-type", "if-none-match", "x-linli-request"})
_RETURNED: Final = frozenset({"content-type", "location", "etag", "content-disposition"})
"""No cookies either way: the page's words travel in a header, and a cookie would be the platform's."""


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class PathAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path: Annotated[str, Meta(max_length=4096)] = "/"


class AddressAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    address: Annotated[str, Meta(pattern=r"^[0-9A-Fa-f.:]{2,45}$")]


class PortAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    address: Annotated[str, Meta(pattern=r"^[0-9A-Fa-f.:]{2,45}$")]
    port: Annotated[int, Meta(ge=1, le=65535)]


class NetworkAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    network: Annotated[str, Meta(pattern=r"^[0-9.]{7,15}/(2[2-9]|3[0-2])$")]
    """IPv4 with its prefix, 1024 addresses at most."""
    port: Annotated[int, Meta(ge=1, le=65535)]


class HttpAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request to the box's own console, and to nothing else on its network."""

    method: Annotated[str, Meta(pattern=r"^(GET|HEAD|POST|PUT|DELETE|PATCH)$")]
    path: Annotated[str, Meta(pattern=r"^/[!-~]*$", max_length=8192)]
    headers: dict[str, str] = {}
    body: Annotated[str, Meta(max_length=_HTTP_BODY * 4 // 3 + 8)] = ""
    """base64"""


class ShellServes:
    """One terminal."""

    def __init__(self, say: Say, folder: Path) -> None:
        self._say = say
        self._shell = Shell(lambda data: say(data, False), folder=folder)

    async def start(self) -> None:
        await self._shell.start()

    async def run(self) -> None:
        code = await self._shell.run()
        await self._say(msgspec.json.encode({"exit": code}), True)

    async def hear(self, data: bytes, text: bool) -> None:
        if text:
            wanted = wire.resize(data)
            self._shell.resize(wanted.cols, wanted.rows)
        else:
            await self._shell.write(data)

    async def stop(self) -> None:
        await self._shell.stop()


class DeskServes:
    """Questions and answers, as long as the other side likes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def hear(self, data: bytes, text: bool) -> None:
        if not text:
            raise wire.WireError("questions come in text frames")
        self._desk.hear(data)

    async def stop(self) -> None:
        await self._desk.stop()


class RemoteAgent:
    """One per box. `headers` signs the opening of a tunnel as the box signs its other calls to the cloud."""

    def __init__(
        self,
        *,
        cloud: str,
        headers: Callable[[str, str], Mapping[str, str]],
        doctor: Doctor,
        logs: LogBook,
        drivers: DriverDesk | None,
        files: Path,
        language: str = "zh-CN",
        page_port: Callable[[str], int] = lambda kind: 0,
        kinds: Sequence[str] = KINDS,
    ) -> None:
        """`kinds`: the kinds that the site allows; a box can be set up without a terminal. `files`: the folder that is
        shown. `page_port`: of the page of a kind (`http`, `video`); 0: it does not run."""
        self._cloud = cloud.rstrip("/")
        self._headers = headers
        self._doctor = doctor
        self._logs = logs
        self._drivers = drivers
        self._folder = Folder(files)
        self._home = files
        self._language = language
        self._page_port = page_port
        self._kinds = frozenset(kinds)
        self._tunnels: set[asyncio.Task[None]] = set()
        self.more: dict[str, Duty] = {}
        """Further questions that tools ask, by name."""

    @property
    def open_tunnels(self) -> int:
        return len(self._tunnels)

    async def wanted(self, wanted: Refresh) -> dict[str, Any]:
        """The cloud asks for a tunnel."""
        self.refresh({"ticket": wanted.ticket, "kind": wanted.kind})
        return {}

    def refresh(self, params: Mapping[str, Any]) -> None:
        """`edgeRefresh` with `what` = `tunnel`: open one. Invalid or too many tickets are left out with a log line."""
        ticket, kind = str(params.get("ticket", "")), str(params.get("kind", ""))
        if not ticket or not set(ticket) <= _TICKET or len(ticket) > 128:
            log.warning("remote: asked for a tunnel without a ticket")
        elif kind not in self._kinds:
            log.warning("remote: a tunnel of kind %r is not allowed on this box", kind)
        elif self.open_tunnels >= MOST_TUNNELS:
            log.warning("remote: %d tunnels are open, no more", self.open_tunnels)
        else:
            task = asyncio.create_task(self._tunnel(ticket, kind), name=f"tunnel-{kind}")
            self._tunnels.add(task)
            task.add_done_callback(self._tunnels.discard)

    async def stop(self) -> None:
        for task in list(self._tunnels):
            task.cancel()
        await asyncio.gather(*self._tunnels, return_exceptions=True)

    async def _tunnel(self, ticket: str, kind: str) -> None:
        path = TUNNEL_PATH + ticket
        try:
            line = await Line.open(self._cloud + path, headers=self._headers("GET", path))
        except TunnelClosed as error:
            log.warning("remote: no tunnel: %s", error)
            return
        log.info("remote: a tunnel (%s) is open", kind)
        try:
            await serve(line, lambda say: self._serves(kind, say))
        except OSError as error:
            log.warning("remote: the tunnel (%s) failed: %s", kind, error)
        finally:
            log.info("remote: the tunnel (%s) is closed", kind)

    async def _serves(self, kind: str, say: Say) -> Serves:
        if kind == "shell":
            shell = ShellServes(say, self._home)
            await shell.start()
            return shell
        if kind in ("http", "video"):
            duties = self._http_duties(partial(self._page_port, kind))
        else:
            duties = self._file_duties() if kind == "files" else self._tools()
        return DeskServes(Desk(duties, say))

    # what each kind answers

    def _file_duties(self) -> dict[str, Duty]:
        async def listed(asked: PathAsked) -> Any:
            try:
                return await asyncio.to_thread(self._folder.list, asked.path)
            except FileRefused as error:
                raise Refused(error.code, str(error), error.field) from error

        async def read(asked: PathAsked) -> Bytes:
            try:
                opened = await asyncio.to_thread(self._folder.open, asked.path)
            except FileRefused as error:
                raise Refused(error.code, str(error), error.field) from error
            return Bytes(_in_thread(opened.pieces), {"name": opened.name, "size": opened.size})

        return {"files.list": Duty(PathAsked, listed), "files.read": Duty(PathAsked, read)}

    def _tools(self) -> dict[str, Duty]:
        duties = {
            "logs.sources": Duty(Nothing, _now(self._logs.sources)),
            "logs.lines": Duty(Wanted, self._logs.lines),
            "logs.save": Duty(Wanted, self._saved_logs),
            "diagnosis.run": Duty(Nothing, self._diagnosed),
            "diagnosis.steps": Duty(Nothing, self._diagnosis_steps),
            "ping": Duty(AddressAsked, _pinged),
            "device.reach": Duty(PortAsked, _reached),
            "device.find": Duty(NetworkAsked, _searched),
        }
        if (drivers := self._drivers) is not None:
            duties |= {
                "drivers.list": Duty(Nothing, _now(drivers.list)),
                "drivers.restart": Duty(DriverName, drivers.restart),
                "drivers.replace": Duty(DriverName, drivers.replace),
                "drivers.call": Duty(DeviceCall, drivers.call),
            }
        return duties | self.more

    async def _saved_logs(self, wanted: Wanted) -> Bytes:
        data = await self._logs.saved(wanted)
        pieces = (data[at : at + PIECE] for at in range(0, len(data), PIECE))
        return Bytes(_in_thread(pieces), {"size": len(data)})

    async def _diagnosed(self, _: Nothing) -> Any:
        """Run all, save it on the box as `linli edge diagnose` does, and give both findings and text."""
        diagnosis = await self._doctor.diagnose()
        folder = self._home / "diagnosis"
        folder.mkdir(exist_ok=True)
        file = await asyncio.to_thread(report.save, diagnosis, folder, self._language)
        return {"diagnosis": diagnosis, "file": file.name, "text": report.text(diagnosis, self._language)}

    async def _diagnosis_steps(self, _: Nothing) -> Items:
        return Items(self._doctor.steps())

    def _http_duties(self, port_of: Callable[[], int]) -> dict[str, Duty]:
        async def asked(asked: HttpAsked) -> Bytes:
            if not (port := port_of()):
                raise Refused("offline", "this page of the box is switched off")
            return await self._asked(port, asked)

        return {"http.ask": Duty(HttpAsked, asked)}

    async def _asked(self, port: int, asked: HttpAsked) -> Bytes:
        try:
            body = base64.b64decode(asked.body, validate=True)
        except binascii.Error as error:
            raise Refused("bad_input", str(error), "body") from error
        headers = {name: value for name, value in asked.headers.items() if name.lower() in _PASSED}
        client = Client(timeout=_HTTP_SECONDS, trust_env=False, follow_redirects=False)
        try:
            wanted = client.build_request(
                asked.method, f"http://127.0.0.1:{port}{asked.path}", headers=headers, content=body
            )
            answer = await client.send(wanted, stream=True)
        except httpx.HTTPError as error:
            await client.aclose()
            raise Refused("offline", str(error) or type(error).__name__) from error
        given = [(name, value) for name, value in answer.headers.multi_items() if name in _RETURNED]
        return Bytes(_streamed(client, answer), {"status": answer.status_code, "headers": given})


def _now(ask: Callable[[], Any]) -> Callable[[Any], Awaitable[Any]]:
    async def answered(_: Any) -> Any:
        return ask()

    return answered


async def _pinged(asked: AddressAsked) -> Any:
    took = await network.ping(asked.address)
    return {"ms": None if took is None else round(took, 1)}


async def _reached(asked: PortAsked) -> Any:
    """Whether a device that is not configured yet answers: an echo in ms, and why its port does not connect."""
    took, why = await asyncio.gather(network.ping(asked.address), network.connects(asked.address, asked.port))
    return {"ms": None if took is None else round(took, 1), "why": why}


async def _searched(asked: NetworkAsked) -> Any:
    """Addresses of the site's network at which something listens on a port of doors."""
    try:
        place = IPv4Network(asked.network, strict=False)
    except ValueError as error:
        raise Refused("bad_input", str(error), "network") from error
    return {"addresses": await network.find(place, asked.port)}


async def _in_thread(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(next, pieces, b""):
        yield piece


async def _streamed(client: Client, answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in answer.aiter_bytes(PIECE):
            yield piece
    finally:
        await answer.aclose()
        await client.aclose()
