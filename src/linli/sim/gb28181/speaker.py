"""The loudspeaker of a simulated device (GB/T 28181-2016, 9.12): it calls for a voice and keeps what came."""

import asyncio
import contextlib
import secrets
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from linli.protocols import gb28181 as gb
from linli.protocols import rtp, sdp, sip

if TYPE_CHECKING:
    from linli.sim.gb28181.camera import Camera

_MOST: Final = 2_048


@dataclass
class SpeakerFaults:
    """What real devices do that cannot be talked to."""

    refuses: int = 0
    """It answers the notice with this status."""
    says: str = "OK"
    """Result of its answer."""
    never_calls: bool = False
    silent: bool = False
    """It neither answers by a message of its own nor calls."""
    codec: str = "8 PCMA/8000"
    direction: str = "recvonly"
    no_audio: bool = False
    """It calls for a picture instead."""
    knows: str = ""
    """The only target that it knows; empty: any."""
    hears_s: float = 0.0
    """It hangs up without a packet for so long; 0: never."""


@dataclass
class Heard:
    """One voice."""

    target: str
    packets: list[rtp.Head] = field(default_factory=list)
    samples: bytes = b""
    over: bool = False


class Speaker:
    """`voices` is what it heard, in its order."""

    def __init__(self, camera: "Camera") -> None:
        self._camera = camera
        self.faults = SpeakerFaults()
        self.way: Literal["udp", "passive", "active"] = "udp"
        self.voices: list[Heard] = []
        self.told: list[str] = []
        """Targets of notices."""
        self._calls: dict[str, tuple[asyncio.Task[None], Heard]] = {}

    async def hear(self, message: gb.Message) -> None:
        """A notice of a voice."""
        target = message.get("TargetID")
        self.told.append(target)
        faults, camera = self.faults, self._camera
        if faults.silent:
            return
        knows = not faults.knows or faults.knows == target
        result = faults.says if knows else "ERROR"
        body = gb.build("Response", "Broadcast", message.number, target, {"Result": result})
        await camera.tell(body)
        if result == "OK" and not faults.never_calls:
            await self._call(message.get("SourceID"), target)

    async def _call(self, source: str, target: str) -> None:
        camera = self._camera
        here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if self.way == "udp" else socket.SOCK_STREAM)
        here.setblocking(False)
        here.bind((camera.host, 0))
        if self.way == "passive":
            here.listen(1)
        request = camera.request("INVITE", secrets.token_hex(12), 1)
        request.target = f"sip:{source}@{camera.server[0]}"
        request.set("contact", f"<sip:{target}@{camera.here}>")
        request.set("subject", f"{source}:0,{target}:0")
        request.set("content-type", "APPLICATION/SDP")
        request.body = self._description(here.getsockname()[1])
        answer = await camera.ask(request)
        if answer.status >= 300:
            here.close()
            return
        dialog = sip.Dialog.of_answer(request, answer)
        ack = dialog.ack()
        ack.set("via", f"SIP/2.0/UDP {camera.here};rport;branch={sip.COOKIE}{secrets.token_hex(10)}")
        heard = Heard(target)
        self.voices.append(heard)
        description = sdp.read(answer.body)
        place = description.address(description.media[0])
        listening = asyncio.get_running_loop().create_task(self._listen(here, heard, place, dialog))
        self._calls[request.call_id] = (listening, heard)
        camera.send(bytes(ack))
        await camera.notice()

    def _description(self, port: int) -> bytes:
        faults, camera = self.faults, self._camera
        profile = "RTP/AVP" if self.way == "udp" else "TCP/RTP/AVP"
        payload = faults.codec.partition(" ")[0]
        medium = f"m=audio {port} {profile} {payload}\r\na=rtpmap:{faults.codec}\r\n"
        if faults.no_audio:
            medium = f"m=video {port} {profile} 96\r\na=rtpmap:96 PS/90000\r\n"
        setup = "" if self.way == "udp" else f"a=setup:{self.way}\r\na=connection:new\r\n"
        return (
            f"v=0\r\no={camera.gb_id} 0 0 IN IP4 {camera.host}\r\ns=Play\r\nc=IN IP4 {camera.host}\r\nt=0 0\r\n"
            f"{medium}a={faults.direction}\r\n{setup}y=0200000001\r\nf=v/////a/1/8/1\r\n"
        ).encode()

    async def _listen(
        self, here: socket.socket, heard: Heard, place: sdp.Address | None, dialog: sip.Dialog
    ) -> None:
        loop = asyncio.get_running_loop()
        with here:
            if self.way == "udp":
                while True:
                    try:
                        async with asyncio.timeout(self.faults.hears_s or None):
                            packet = await loop.sock_recv(here, _MOST)
                    except TimeoutError:
                        break
                    await self._keep(heard, packet)
            else:
                await self._read(here, heard, place)
        heard.over = True
        if self.way == "udp":
            bye = dialog.request("BYE")
            bye.set(
                "via", f"SIP/2.0/UDP {self._camera.here};rport;branch={sip.COOKIE}{secrets.token_hex(10)}"
            )
            await self._camera.ask(bye)
        await self._camera.notice()

    async def _read(self, here: socket.socket, heard: Heard, place: sdp.Address | None) -> None:
        """By a connection that either side opens: two bytes of length before each packet."""
        loop = asyncio.get_running_loop()
        wire = here
        if self.way == "passive":
            wire, _ = await loop.sock_accept(here)
            wire.setblocking(False)
        elif place is not None:
            await loop.sock_connect(here, (place.host, place.port))
        kept = b""
        with wire, contextlib.suppress(ConnectionResetError):
            while data := await loop.sock_recv(wire, _MOST):
                kept += data
                while len(kept) >= 2 and len(kept) >= (size := 2 + int.from_bytes(kept[:2])):
                    await self._keep(heard, kept[2:size])
                    kept = kept[size:]

    async def _keep(self, heard: Heard, packet: bytes) -> None:
        head = rtp.read_head(packet)
        if head is not None:
            heard.packets.append(head)
            heard.samples += rtp.payload(packet) or b""
            await self._camera.notice()

    async def hang_up(self, call_id: str) -> None:
        """The platform ended it."""
        call = self._calls.pop(call_id, None)
        if call is None:
            return
        listening, heard = call
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        heard.over = True

    async def stop(self) -> None:
        for call_id in list(self._calls):
            await self.hang_up(call_id)
