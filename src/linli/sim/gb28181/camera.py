"""A camera, or a recorder with several, as it comes to a platform by GB/T 28181."""

import asyncio
import contextlib
import itertools
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, cast

from linli.protocols import gb28181 as gb
from linli.protocols import h26x, sdp, sip
from linli.sim.gb28181.clip import CLOCK, drawn
from linli.sim.gb28181.controls import Controls
from linli.sim.gb28181.faults import Faults
from linli.sim.gb28181.news import News
from linli.sim.gb28181.sender import Sender, SendsPictures
from linli.sim.gb28181.speaker import Speaker

_WAIT_S: Final = 2.0
_TRIES: Final = 15


@dataclass
class Channel:
    code: str
    name: str
    steers: bool = True
    pictures: Callable[[], Iterator[h26x.Picture]] = drawn
    sub_pictures: Callable[[], Iterator[h26x.Picture]] | None = None
    rate: int = 10
    recordings: list[tuple[str, str, str, int]] = field(default_factory=list)
    """Begin and end as messages have them, kind (time, alarm, manual), bytes."""
    faults: Faults | None = None
    """Of this camera alone, in place of the recorder's."""


class Camera(asyncio.DatagramProtocol):
    """`start` registers; `stop` leaves without a word. What it was told stands in its fields."""

    def __init__(
        self,
        gb_id: str,
        password: str,
        channels: list[Channel],
        *,
        server: tuple[str, int],
        faults: Faults | None = None,
        domain: str = "3402000000",
        server_id: str = "34020000002000000001",
        host: str = "127.0.0.1",
    ) -> None:
        self.host = host
        self.gb_id = gb_id
        self.password = password
        self.channels = {channel.code: channel for channel in channels}
        self.faults = faults or Faults()
        self.server = server
        self._domain = domain
        self._server_id = server_id
        self._wire: asyncio.DatagramTransport | None = None
        self._answers: dict[str, asyncio.Future[sip.Response]] = {}
        self._numbers = itertools.count(1)
        self.senders: dict[str, SendsPictures] = {}
        """By Call-ID."""
        self._invited: dict[str, tuple[bytes, SendsPictures | None]] = {}
        self.moves: list[str] = []
        """PTZCmd, in hexadecimal."""
        self.presets: dict[int, str] = {}
        self.edition_2022 = False
        self.alarms_taken: list[str] = []
        """Numbers of alarms that the platform said it has."""
        self.seeks: list[str] = []
        self.status = 0
        """Of the last registration."""
        self.notices = asyncio.Condition()
        self.news, self.controls, self.speaker = News(self), Controls(self), Speaker(self)
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """The status of the registration."""
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, local_addr=(self.host, 0))
        return await self.register()

    async def move(self, host: str) -> int:
        """It comes back elsewhere, after a power cut there: its calls are gone. The status of the registration."""
        await self.stop()
        self.senders.clear()
        self._invited.clear()
        self.host = host
        return await self.start()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast("asyncio.DatagramTransport", transport)

    @property
    def here(self) -> str:
        assert self._wire is not None
        host, port = self._wire.get_extra_info("sockname")[:2]
        return f"{host}:{port}"

    async def stop(self) -> None:
        for sender in list(self.senders.values()):
            await sender.stop()
        await self.speaker.stop()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._wire is not None:
            self._wire.close()

    # ------------------------------------------------------------ what it says

    def request(self, method: str, call_id: str, number: int) -> sip.Request:
        request = sip.Request(method, f"sip:{self._server_id}@{self._domain}")
        request.set("via", f"SIP/2.0/UDP {self.here};rport;branch={sip.COOKIE}{secrets.token_hex(10)}")
        request.set("max-forwards", "70")
        request.set("from", f"<sip:{self.gb_id}@{self._domain}>;tag={secrets.token_hex(6)}")
        to = self.gb_id if method == "REGISTER" else self._server_id
        request.set("to", f"<sip:{to}@{self._domain}>")
        request.set("call-id", call_id)
        request.set("cseq", f"{number} {method}")
        return request

    async def ask(self, request: sip.Request) -> sip.Response:
        """The final answer; asked again while none comes."""
        key = f"{request.call_id} {request.cseq}"
        answer = self._answers[key] = asyncio.get_running_loop().create_future()
        try:
            for _ in range(_TRIES):
                self.send(bytes(request))
                with contextlib.suppress(TimeoutError):
                    return await asyncio.wait_for(asyncio.shield(answer), _WAIT_S)
            raise TimeoutError
        finally:
            self._answers.pop(key, None)

    def send(self, data: bytes) -> None:
        if self._wire is not None and not self._wire.is_closing():
            self._wire.sendto(data, self.server)

    async def register(self, seconds: int = 3600) -> int:
        call_id = secrets.token_hex(12)
        answer = None
        for number in (1, 2):
            request = self.request("REGISTER", call_id, number)
            request.set("contact", f"<sip:{self.gb_id}@{self.here}>")
            request.set("expires", str(seconds))
            if self.edition_2022:
                request.set("x-gb-ver", "3.0")
            if answer is not None and not self.faults.shy:
                challenge = sip.read_challenge(answer.get("www-authenticate") or "")
                if challenge is not None:
                    request.set("authorization", self._credentials(challenge))
            answer = await self.ask(request)
            if answer.status != 401:
                break
        self.status = answer.status if answer is not None else 0
        return self.status

    def _credentials(self, challenge: sip.Challenge) -> str:
        uri = f"sip:{self._server_id}@{self._domain}"
        credentials = sip.Credentials(self.gb_id, challenge.realm, challenge.nonce, uri, "")
        user = sip.user_hash(self.gb_id, challenge.realm, self.password)
        return str(
            sip.Credentials(
                self.gb_id, challenge.realm, challenge.nonce, uri,
                sip.digest_answer(user, "REGISTER", credentials),
            )
        )  # fmt: skip

    async def tell(self, body: bytes, method: str = "MESSAGE") -> int:
        """A message of its own; its status."""
        request = self.request(method, secrets.token_hex(12), 1)
        request.set("content-type", "Application/MANSCDP+xml")
        request.body = body
        return (await self.ask(request)).status

    async def keep_alive(self) -> int:
        return await self.tell(
            gb.build("Notify", "Keepalive", next(self._numbers), self.gb_id, {"Status": "OK"})
        )

    async def alarm(
        self, channel: str, when: str, *, method: int = 5, kind: int = 0, text: str = "移动侦测"
    ) -> int:
        """Something moved, or another thing happened. `when`: Beijing's time, as messages have it."""
        return await self.tell(self.alarm_body(channel, when, method=method, kind=kind, text=text))

    def alarm_body(
        self, channel: str, when: str, *, method: int = 5, kind: int = 0, text: str = "移动侦测"
    ) -> bytes:
        """An alarm of a number of its own."""
        facts: dict[str, str | int] = {
            "AlarmPriority": 4, "AlarmMethod": method, "AlarmTime": when, "AlarmDescription": text,
        }  # fmt: skip
        body = gb.build("Notify", "Alarm", next(self._numbers), channel, facts)
        if kind:
            info = f"<Info><AlarmType>{kind}</AlarmType></Info>\r\n</Notify>"
            body = body.replace(b"</Notify>", info.encode())
        return body

    # ------------------------------------------------------------ what it hears

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        try:
            message = sip.read_datagram(data)
        except (sip.Malformed, sip.NotSip):
            return
        if isinstance(message, sip.Response):
            answer = self._answers.get(f"{message.call_id} {message.cseq}")
            if answer is not None and message.status >= 200 and not answer.done():
                answer.set_result(message)
            return
        if message.method == "MESSAGE":
            heard = gb.read(message.body)
            refused = self.controls.refuses(heard)
            self.send(bytes(sip.respond(message, refused or 200, to_tag=secrets.token_hex(4))))
            if not refused:
                self._later(self._hear(heard))
        elif message.method == "INVITE":
            self._later(self._invite(message))
        elif message.method == "SUBSCRIBE":
            self.news.hear(message)
            self._later(self.notice())
        elif message.method == "ACK":
            _, sender = self._invited.get(message.call_id, (b"", None))
            if sender is not None:
                sender.start()
        elif message.method in ("BYE", "CANCEL", "INFO"):
            self.send(bytes(sip.respond(message, 200, to_tag=secrets.token_hex(4))))
            if message.method == "INFO":
                self.seeks.append(message.body.decode())
                self._later(self.notice())
            else:
                self._later(self._hang_up(message.call_id))

    def _later(self, job: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.get_running_loop().create_task(job)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def notice(self) -> None:
        async with self.notices:
            self.notices.notify_all()

    async def until(self, there: Callable[[], object], seconds: float = 60.0) -> None:
        """Wait for what it is told."""
        async with asyncio.timeout(seconds), self.notices:
            await self.notices.wait_for(there)

    async def _hang_up(self, call_id: str) -> None:
        sender = self.senders.pop(call_id, None)
        if sender is not None:
            await sender.stop()
        await self.speaker.hang_up(call_id)
        await self.notice()

    async def _hear(self, message: gb.Message) -> None:
        answer = {
            "Catalog": self._catalogue,
            "DeviceInfo": self._device_info,
            "DeviceStatus": self.controls.condition,
            "RecordInfo": self._record_info,
            "PresetQuery": self._preset_query,
        }.get(message.command)
        if message.kind == "Query" and answer is not None:
            for body in answer(message):
                await self.tell(body)
        elif message.command == "Alarm" and message.kind == "Response":
            self.alarms_taken.append(message.number)
        elif message.command == "Broadcast":
            await self.speaker.hear(message)
        elif message.command == "DeviceControl":
            if command := message.get("PTZCmd"):
                self.moves.append(command)
                self._keep_preset(command)
            for body in self.controls.obey(message):
                await self.tell(body)
        await self.notice()

    def _device_info(self, message: gb.Message) -> list[bytes]:
        facts: dict[str, str | int] = {
            "Result": "OK", "Manufacturer": "Linli", "Model": "SIM-1", "Channel": len(self.channels),
        }  # fmt: skip
        return [gb.build("Response", "DeviceInfo", message.number, self.gb_id, facts)]

    def _catalogue(self, message: gb.Message) -> list[bytes]:
        if self.faults.no_catalogue:
            return []
        items: list[dict[str, str | int]] = [
            {
                "DeviceID": channel.code, "Name": channel.name, "Manufacturer": "Linli", "Model": "SIM-1",
                "Parental": 0, "ParentID": self.gb_id, "Status": "ON", "PTZType": 1 if channel.steers else 3,
            }
            for channel in self.channels.values()
        ]  # fmt: skip
        total: dict[str, str | int] = {"SumNum": len(items) + self.faults.short_catalogue}
        parts = [[item] for item in items] if self.faults.slow_catalogue else [items]
        if self.faults.slow_catalogue:
            parts.append(parts[-1])
        return [gb.build("Response", "Catalog", message.number, self.gb_id, total, part) for part in parts]

    def _keep_preset(self, command: str) -> None:
        what, number = int(command[6:8], 16), int(command[10:12], 16)
        if what == gb.SET_PRESET:
            self.presets[number] = f"预置点{number}"
        elif what == gb.DELETE_PRESET:
            self.presets.pop(number, None)

    def _preset_query(self, message: gb.Message) -> list[bytes]:
        items: list[dict[str, str | int]] = [
            {"PresetID": number, "PresetName": name} for number, name in self.presets.items()
        ]
        return [
            gb.build(
                "Response", "PresetQuery", message.number, message.device, {}, items, list_name="PresetList"
            )
        ]

    def _record_info(self, message: gb.Message) -> list[bytes]:
        channel = self.channels.get(message.device)
        begin, end, kind = message.get("StartTime"), message.get("EndTime"), message.get("Type")
        items: list[dict[str, str | int]] = [
            {
                "DeviceID": message.device, "Name": "record", "FilePath": f"/{at}", "Address": "1",
                "StartTime": at, "EndTime": until, "Secrecy": 0, "Type": what, "FileSize": size,
            }
            for at, until, what, size in (channel.recordings if channel else [])
            if until > begin and at < end and kind in ("all", "", what)
        ]  # fmt: skip
        total: dict[str, str | int] = {"Name": "record", "SumNum": len(items)}
        halves = [items[:1], items[1:]] if len(items) > 1 else [items]
        return [
            gb.build(
                "Response", "RecordInfo", message.number, message.device, total, half, list_name="RecordList"
            )
            for half in halves
        ]

    async def _invite(self, request: sip.Request) -> None:
        channel = self.channels.get(request.uri.user or "")
        faults = (channel.faults if channel is not None else None) or self.faults
        if faults.deaf:
            return
        if (answered := self._invited.get(request.call_id)) is not None:
            self.send(answered[0])
            return
        tag = secrets.token_hex(6)
        description = sdp.read(request.body)
        recorded = ("s", "Playback") in description.lines
        refused = faults.refuses or (404 if channel is None else 0)
        if recorded and channel is not None and not channel.recordings:
            refused = 404
        if refused or channel is None:
            answer = bytes(sip.respond(request, refused, to_tag=tag))
            self._invited[request.call_id] = (answer, None)
            self.send(answer)
            return
        self.send(bytes(sip.respond(request, 100)))
        (medium,) = description.media
        place = description.address(medium)
        assert place is not None
        ssrc = int(gb.ssrc_in(request.body) or "0")
        sub = medium.attributes("streamnumber") == ["1"]
        sender = self.sender(
            (place.host, place.port), channel, sub=sub, ssrc=ssrc, tcp="TCP" in medium.profile
        )
        await sender.open()
        self.senders[request.call_id] = sender
        body = (
            f"v=0\r\no={self.gb_id} 0 0 IN IP4 {self.host}\r\ns=Play\r\nc=IN IP4 {self.host}\r\nt=0 0\r\n"
            f"m=video {sender.port} {medium.profile} 96\r\na=sendonly\r\na=rtpmap:96 PS/{CLOCK}\r\n"
            f"y={ssrc:010d}\r\n"
        ).encode()
        fields = [("content-type", "APPLICATION/SDP")]
        if not faults.no_contact:
            fields.append(("contact", f"<sip:{channel.code}@{self.here}>"))
        answer = bytes(sip.respond(request, 200, to_tag=tag, fields=fields, body=body))
        self._invited[request.call_id] = (answer, sender)
        self.send(answer)
        await self.notice()

    def sender(
        self, to: tuple[str, int], channel: Channel, *, sub: bool, ssrc: int, tcp: bool
    ) -> SendsPictures:
        """What sends one call's pictures; campaigns give their own."""
        pictures = channel.sub_pictures if sub and channel.sub_pictures is not None else channel.pictures
        return Sender(
            to,
            pictures(),
            rate=channel.rate,
            ssrc=ssrc,
            faults=channel.faults or self.faults,
            tcp=tcp,
            host=self.host,
        )
