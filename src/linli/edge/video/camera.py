"""A camera or recorder by ONVIF: one at a time, by its own address, whatever it says of others.

Both log-ins are tried: WS-UsernameToken by the camera's own clock, and HTTP Digest where it asks for it. Brands whose
form has the port of their own protocol (海康 8000, 大华 37777) are reached by ONVIF on port 80.
"""

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, NamedTuple, Self
from urllib.parse import urlsplit

import httpx

from linli.edge.video.errors import CameraFailed
from linli.edge.video.rows import DAHUA, HIKVISION, DeviceForm, VideoDevice
from linli.kernel.clock import Clock
from linli.kernel.http.client import Client
from linli.protocols import onvif
from linli.protocols.onvif import DEVICE, EVENTS, MEDIA, RECORDING, CameraIdentity, Channel, Node
from linli.protocols.onvif.events import Notice, PullPoint

ANSWER_BYTES: Final = 1024 * 1024
PICTURE_BYTES: Final = 4 * 1024 * 1024
SECONDS: Final = 5.0
WHOLE_SECONDS: Final = 15.0
"""Of one answer from first to last byte: a camera that drips holds nobody up."""
_OWN_PORTS: Final = {HIKVISION: 8000, DAHUA: 37777}
_DEVICE_PATH: Final = "/onvif/device_service"
_SOAP: Final = {"content-type": "application/soap+xml; charset=utf-8"}


class Address(NamedTuple):
    ip: str
    port: int
    user: str
    password: str
    protocol: str = "onvif"

    @classmethod
    def of(cls, row: DeviceForm | VideoDevice) -> Self:
        return cls(row.ip, row.port, row.user, row.password, row.protocol)


class Look(NamedTuple):
    """What a camera said when it was asked."""

    identity: CameraIdentity
    channels: list[Channel]
    clock_off_ms: int


def new_client(most: int = 64) -> Client:
    """For the cameras of one instance. `most`: connections at a time."""
    limits = httpx.Limits(max_connections=most, max_keepalive_connections=16)
    return Client(timeout=SECONDS, trust_env=False, follow_redirects=False, limits=limits)


class Camera:
    """Asks one device. Every method raises CameraFailed."""

    def __init__(
        self,
        address: Address,
        http: Client,
        clock: Clock,
        nonce: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._address = address
        self._http = http
        self._clock = clock
        self._nonce = nonce
        self._auth = httpx.DigestAuth(address.user, address.password) if address.user else None
        self._port = 0
        self._offset_ms: int | None = None
        self._paths: dict[str, str] = {}

    @property
    def address(self) -> Address:
        return self._address

    def anew(self) -> "Camera":
        """The same, of which nothing is known yet."""
        return Camera(self._address, self._http, self._clock, self._nonce)

    async def look(self) -> Look:
        """Who it is, and its video sources."""
        await self._find()
        answer = await self._ask(DEVICE, "GetDeviceInformation")
        channels = onvif.channels_of(onvif.profiles(await self._ask(MEDIA, "GetProfiles")))
        return Look(onvif.camera_identity(answer), channels, self._offset_ms or 0)

    async def snapshot(self, profile: str) -> bytes:
        """A JPEG of a stream."""
        await self._find()
        answer = await self._ask(MEDIA, "GetSnapshotUri", _profile(profile))
        path = self._own(self._read(onvif.media_uri, answer))
        try:
            picture, status = await self._get(path)
        except (httpx.HTTPError, TimeoutError) as error:
            raise CameraFailed("unreachable", _words(error)) from None
        if status == httpx.codes.UNAUTHORIZED:
            raise CameraFailed("wrong_password")
        if status != httpx.codes.OK or not picture.startswith(b"\xff\xd8"):
            raise CameraFailed("no_picture", f"HTTP {status}")
        return picture

    async def stream_uri(self, profile: str) -> str:
        """The RTSP address of a stream, without user and password, at the camera's own address.

        The port for those who pull streams (the media process): they log in with the words of the device's row. A camera
        that names another host, as one behind NAT or with a second card does, is asked at the address of its row.
        """
        await self._find()
        setup = (
            "<trt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol>"
            "</tt:Transport></trt:StreamSetup>"
        )
        answer = await self._ask(MEDIA, "GetStreamUri", setup + _profile(profile))
        uri = self._read(onvif.media_uri, answer)
        try:
            parts = urlsplit(uri)
            port = parts.port or 554
        except ValueError:
            raise CameraFailed("not_onvif", "rtsp") from None
        if parts.scheme not in ("rtsp", "rtsps"):
            raise CameraFailed("not_onvif", "rtsp")
        query = f"?{parts.query}" if parts.query else ""
        return f"{parts.scheme}://{_host(self._address.ip)}:{port}{parts.path}{query}"

    async def recordings(self) -> list[tuple[str, str]]:
        """(token, source) of what a recorder keeps; empty where it has no such service."""
        await self._find()
        if RECORDING not in self._paths:
            return []
        return onvif.recordings(await self._ask(RECORDING, "GetRecordings"))

    async def serves(self, service: str) -> bool:
        """Whether it has a service, by its namespace."""
        await self._find()
        return service in self._paths

    # asking

    async def ask(self, service: str, operation: str, inner: str = "") -> Node:
        await self._find()
        return await self._ask(service, operation, inner)

    async def say(self, service: str, body: str) -> Node:
        """A question that is written already."""
        await self._find()
        return await self._say(service, body)

    # what it tells of by itself

    async def pull_point(self) -> PullPoint:
        return self._read(onvif.events.pull_point, await self.say(EVENTS, onvif.events.create()))

    async def pull(self, point: PullPoint) -> list[Notice]:
        """What it has to tell; it holds the answer for a while where that is nothing."""
        answer = await self._say_to(point, "PullMessages", onvif.events.pull(), longer=onvif.events.PULL_S)
        return list(onvif.events.notices(answer))

    async def renew(self, point: PullPoint) -> None:
        await self._say_to(point, "Renew", onvif.events.renew())

    async def unsubscribe(self, point: PullPoint) -> None:
        await self._say_to(point, "Unsubscribe", onvif.events.unsubscribe())

    async def _say_to(self, point: PullPoint, operation: str, body: str, *, longer: float = 0.0) -> Node:
        headers = self._security() + onvif.events.addressed(point, operation)
        path = self._own(point.address)
        return await self._post(self._port, path, body, headers, log_in=True, longer=longer)

    def _read[T](self, read: Callable[[Node], T], answer: Node) -> T:
        try:
            return read(answer)
        except onvif.OnvifBroken as error:
            raise CameraFailed("not_onvif", str(error)) from None

    async def _find(self) -> None:
        """Its port, its clock, its services; once."""
        if self._port:
            return
        ports = [self._address.port]
        if self._address.port == _OWN_PORTS.get(self._address.protocol):
            ports.append(80)
        failure = CameraFailed("unreachable")
        for port in ports:
            try:
                answer = await self._clock_of(port)
            except CameraFailed as error:
                failure = error
                continue
            clock_ms = onvif.utc_ms(answer)
            self._offset_ms = None if clock_ms is None else clock_ms - self._clock.now_ms()
            self._port = port
            break
        else:
            raise failure
        self._paths = {DEVICE: _DEVICE_PATH}
        try:
            asked = await self._ask(
                DEVICE, "GetServices", "<tds:IncludeCapability>false</tds:IncludeCapability>"
            )
            addresses = onvif.services(asked)
        except CameraFailed as error:
            self._port = 0
            if error.why == "not_onvif":  # older ones have capabilities alone
                addresses, self._port = {}, port
            else:
                raise
        self._paths |= {space: self._own(address) for space, address in addresses.items()}
        self._paths.setdefault(MEDIA, "/onvif/media_service")

    async def _clock_of(self, port: int) -> Node:
        """Asked without a log-in, as the standard has it; with one by our own clock where the camera wants it."""
        body = onvif.request(DEVICE, "GetSystemDateAndTime")
        try:
            return await self._post(port, _DEVICE_PATH, body)
        except CameraFailed as error:
            if error.why != "wrong_password" or not self._address.user:
                raise
        return await self._post(port, _DEVICE_PATH, body, self._security(), log_in=True)

    async def _ask(self, service: str, operation: str, inner: str = "") -> Node:
        return await self._say(service, onvif.request(service, operation, inner))

    async def _say(self, service: str, body: str) -> Node:
        if service not in self._paths:
            raise CameraFailed("not_onvif", service)
        return await self._post(self._port, self._paths[service], body, self._security(), log_in=True)

    def _security(self) -> str:
        """A token for now, by the camera's clock; empty without a user."""
        if not self._address.user:
            return ""
        now = self._clock.now_ms() + (self._offset_ms or 0)
        created = datetime.fromtimestamp(now / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return onvif.security_header(self._address.user, self._address.password, self._nonce(16), created)

    async def _post(
        self,
        port: int,
        path: str,
        body: str,
        security: str = "",
        *,
        log_in: bool = False,
        longer: float = 0.0,
    ) -> Node:
        """`longer`: seconds that an answer may take besides."""
        url = f"http://{_host(self._address.ip)}:{port}{path}"
        content = onvif.envelope(body, security)
        auth = self._auth if log_in else None
        try:
            timeout = SECONDS + longer
            request = self._http.build_request("POST", url, content=content, headers=_SOAP, timeout=timeout)
            async with asyncio.timeout(WHOLE_SECONDS + longer):
                answer = await self._http.send(request, auth=auth, stream=True)
                try:
                    data = await _bounded(answer, ANSWER_BYTES)
                finally:
                    await answer.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise CameraFailed("unreachable", _words(error)) from None
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise CameraFailed("wrong_password")
        try:
            return onvif.body_of(data)
        except onvif.OnvifFault as fault:
            raise CameraFailed("wrong_password" if fault.is_refusal else "not_onvif", str(fault)) from None
        except onvif.OnvifBroken as error:
            raise CameraFailed("not_onvif", f"HTTP {answer.status_code}: {error}"[:200]) from None

    async def _get(self, path: str) -> tuple[bytes, int]:
        request = self._http.build_request("GET", f"http://{_host(self._address.ip)}:{self._port}{path}")
        async with asyncio.timeout(WHOLE_SECONDS):
            answer = await self._http.send(request, auth=self._auth or httpx.USE_CLIENT_DEFAULT, stream=True)
            try:
                return await _bounded(answer, PICTURE_BYTES), answer.status_code
            finally:
                await answer.aclose()

    def _own(self, address: str) -> str:
        """The path of an address, to be asked at the camera's own: what it says of other hosts is not followed."""
        try:
            parts = urlsplit(address)
        except ValueError:
            raise CameraFailed("not_onvif", "address") from None
        path = parts.path or "/"
        return f"{path}?{parts.query}" if parts.query else path


async def _bounded(answer: httpx.Response, most: int) -> bytes:
    data = bytearray()
    async for piece in answer.aiter_bytes():
        data += piece
        if len(data) > most:
            raise CameraFailed("not_onvif", f"more than {most} bytes")
    return bytes(data)


def _profile(token: str) -> str:
    return f"<trt:ProfileToken>{onvif.escaped(token)}</trt:ProfileToken>"


def _host(ip: str) -> str:
    return f"[{ip}]" if ":" in ip else ip


def _words(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:200]
