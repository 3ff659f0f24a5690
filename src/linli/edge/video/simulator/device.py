"""A camera, or a recorder with channels, that answers ONVIF over HTTP and checks who asks."""

import asyncio
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import Final

from linli.edge.video.simulator import answers
from linli.edge.video.simulator.call import Call, serving
from linli.edge.video.simulator.events import SimulatedEvents
from linli.edge.video.simulator.head import HeadRefused, SimulatedHead
from linli.kernel.clock import Clock
from linli.kernel.http import HttpServer
from linli.protocols import onvif
from linli.protocols.onvif import Node

STALE_MS: Final = 300_000
"""A log-in's time may be so far from the camera's."""
_FIELD: Final = re.compile(r'(\w+)=(?:"([^"]*)"|([^,\s]+))')
_BODY: Final = 64 * 1024
_OPEN: Final = ("GetSystemDateAndTime", "GetServices", "GetCapabilities")
"""What is told without a log-in (ONVIF core, access class PRE_AUTH)."""


@dataclass
class Faults:
    """What is wrong with it."""

    clock_off_ms: int = 0
    digest_alone: bool = False
    """Takes HTTP Digest and no token in the envelope."""
    other_host: str = ""
    """Names this host as its own."""
    hidden: set[int] = field(default_factory=set)
    """Channels that it does not list."""
    silent: bool = False
    """Takes the question and never answers."""
    broken: bytes = b""
    """Answered to everything."""
    closed: bool = False
    """Tells its clock only after a log-in."""
    old: bool = False
    """Has GetCapabilities and no GetServices."""


class SimulatedCamera:
    """`channels`: number and name of each video source."""

    def __init__(
        self, channels: dict[int, str], *, clock: Clock, recorder: bool = False, host: str = "127.0.0.1",
        user: str = "admin", password: str = "cam-2026", model: str = "DS-2CD2626FD-BRC",
        head: SimulatedHead | None = None, events: SimulatedEvents | None = None,
    ) -> None:  # fmt: skip
        self.channels = channels
        self.recorder = recorder
        self.head = head
        self.events = events
        self.host = host
        self.user, self.password = user, password
        self.model = model
        self.picture = b""
        """What it shows; empty: the head of a JPEG that nobody can read."""
        self.faults = Faults()
        self.stream_port = 554
        """Of its streams; see `stream.SimulatedStream`."""
        self.asked: list[str] = []
        """Operations, in the order in which they came."""
        self._clock = clock
        self._port = 0
        self._nonce = secrets.token_hex(8)
        self._server: HttpServer | None = None
        self._nonces: set[bytes] = set()

    @property
    def port(self) -> int:
        return self._port

    async def plug_in(self) -> None:
        """Again on the same port after `unplug`."""
        self._server = HttpServer(serving(self._serve), host=self.host, port=self._port)
        await self._server.start()
        self._port = self._server.port

    async def unplug(self) -> None:
        if self._server is not None:
            await self._server.stop(grace_seconds=0.1)
            self._server = None

    @property
    def _listed(self) -> list[tuple[int, str]]:
        return [row for row in self.channels.items() if row[0] not in self.faults.hidden]

    @property
    def _now_ms(self) -> int:
        return self._clock.now_ms() + self.faults.clock_off_ms

    async def _serve(self, call: Call) -> None:
        body = await call.body(_BODY)
        if self.faults.silent:
            await asyncio.Event().wait()
        if self.faults.broken:
            await call.answer(200, self.faults.broken, "text/html")
        elif call.path.startswith("/onvif/snapshot/"):
            await self._picture(call)
        elif call.method != "POST" or not call.path.startswith("/onvif/"):
            await call.answer(404, b"", "text/plain")
        else:
            await self._soap(call, body)

    async def _picture(self, call: Call) -> None:
        if not self._digest_fits(call):
            await self._challenge(call)
            return
        torn = b"\xff\xd8\xff\xe0" + call.path.encode() + b"\xff\xd9"
        await call.answer(200, self.picture or torn, "image/jpeg")

    async def _soap(self, call: Call, body: bytes) -> None:
        kind = "application/soap+xml; charset=utf-8"
        try:
            envelope, action = onvif.action_of(body)
        except onvif.OnvifBroken as error:
            await call.answer(400, onvif.fault("WellFormed", str(error)), kind)
            return
        self.asked.append(action.name)
        if (
            (self.faults.closed or action.name not in _OPEN)
            and not self._token_fits(envelope)
            and not self._digest_fits(call)
        ):
            if self.faults.digest_alone:
                await self._challenge(call)
            else:
                await call.answer(400, onvif.fault("NotAuthorized", "Sender not Authorized"), kind)
            return
        try:
            answer = await self._event_answer(action, envelope, call.path) or self._answer(action)
        except KeyError:
            await call.answer(400, onvif.fault("InvalidArgVal", "unknown subscription"), kind)
            return
        except HeadRefused as refused:
            await call.answer(400, onvif.fault(refused.code, str(refused)), kind)
            return
        if answer is None:
            await call.answer(400, onvif.fault("ActionNotSupported", action.name), kind)
        else:
            await call.answer(200, onvif.envelope(answer), kind)

    @property
    def _base(self) -> str:
        return f"http://{self.faults.other_host or f'{self.host}:{self._port}'}"

    async def _event_answer(self, action: Node, envelope: Node, path: str) -> str | None:
        return None if self.events is None else await self.events.answer(action, envelope, path, self._base)

    def _answer(self, action: Node) -> str | None:
        base = self._base
        match action.name:
            case "GetSystemDateAndTime":
                return answers.clock(self._now_ms)
            case "GetDeviceInformation":
                return answers.information("Hikvision", self.model, f"SIM{self._port}")
            case "GetServices" if not self.faults.old:
                return answers.services(
                    base, recorder=self.recorder, steers=self.head is not None, tells=self.events is not None
                )
            case "GetCapabilities":
                return answers.capabilities(base)
            case "GetProfiles":
                return answers.profiles(self._listed, steers=self.head is not None)
            case "GetVideoSources":
                return answers.video_sources(self._listed)
            case "GetStreamUri":
                host = base.removeprefix("http://").partition(":")[0]
                return answers.media_uri(
                    "GetStreamUri",
                    f"rtsp://{host}:{self.stream_port}/Streaming/{action.words('ProfileToken')}?transport=unicast",
                )
            case "GetSnapshotUri":
                return answers.media_uri(
                    "GetSnapshotUri", f"{base}/onvif/snapshot/{action.words('ProfileToken')}"
                )
            case "GetRecordings" if self.recorder:
                return answers.recordings(self._listed)
        return self.head.answer(action, self._clock.now_ms()) if self.head is not None else None

    # who asks

    def _token_fits(self, envelope: Node) -> bool:
        token = onvif.read_token(envelope)
        if token is None or self.faults.digest_alone or token.nonce in self._nonces:
            return False
        try:
            at = onvif.created_ms(token.created)
        except ValueError:
            return False
        if abs(at - self._now_ms) > STALE_MS or not token.fits(self.user, self.password):
            return False
        self._nonces.add(token.nonce)
        return True

    def _digest_fits(self, call: Call) -> bool:
        """RFC 7616 with MD5 and qop auth, as cameras speak it."""
        scheme, _, rest = call.header("authorization").partition(" ")
        if scheme.lower() != "digest":
            return False
        words = {name: quoted or plain for name, quoted, plain in _FIELD.findall(rest)}
        if words.get("nonce") != self._nonce or words.get("username") != self.user:
            return False
        first = _md5(f"{self.user}:onvif:{self.password}")
        second = _md5(f"{call.method}:{words.get('uri', '')}")
        wanted = _md5(f"{first}:{self._nonce}:{words.get('nc', '')}:{words.get('cnonce', '')}:auth:{second}")
        return secrets.compare_digest(wanted, words.get("response", ""))

    async def _challenge(self, call: Call) -> None:
        words = f'Digest realm="onvif", qop="auth", nonce="{self._nonce}", algorithm=MD5'
        await call.answer(401, b"", "text/plain", [(b"WWW-Authenticate", words.encode())])


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def ipc(clock: Clock, *, password: str = "cam-2026") -> SimulatedCamera:
    return SimulatedCamera({1: "Camera 01"}, clock=clock, password=password)


def dome(clock: Clock, *, password: str = "cam-2026", steps: bool = True) -> SimulatedCamera:
    """A camera that turns and zooms."""
    head = SimulatedHead(steps=steps)
    return SimulatedCamera({1: "Dome 01"}, clock=clock, password=password, model="DS-2DC4223IW-DE", head=head)


def nvr(clock: Clock, channels: dict[int, str], *, password: str = "cam-2026") -> SimulatedCamera:
    return SimulatedCamera(channels, clock=clock, recorder=True, model="DS-8632N-E8-V2", password=password)
