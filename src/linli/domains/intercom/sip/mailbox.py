"""What takes messages of visitors whom nobody answers: to the call engine a phone that answers at once.

A prompt tells the visitor; what the door sends then is recorded until the visitor leaves, presses # or the time is over.
"""

import asyncio
import base64
import binascii
import contextlib
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final, Protocol

from linli.calls.rows import Binding
from linli.calls.ways import MAILBOX
from linli.domains.intercom.sip.prompts import PROMPT_S, prompt
from linli.kernel.sip.flows import Flow, Receiver
from linli.kernel.telemetry import logger
from linli.media.recording import Recording
from linli.protocols import sdp, sip

log = logger(__name__)
MOST_S: Final = 30.0
"""Of a message, behind the prompt."""
LEAST_S: Final = 1.0
"""A shorter one is none: the visitor left at the prompt."""
MOST_AT_ONCE: Final = 8
_SOUNDS: Final = ("pcma", "pcmu")
_PICTURES: Final = ("h264", "vp8")


class Talking(Protocol):
    def hang_up(self) -> None: ...


class Calls(Protocol):
    def by_id(self, call_id: int) -> Talking | None: ...


class Keeper(Protocol):
    """What keeps recordings."""

    def has_room(self) -> bool:
        """Whether the disk takes another one."""
        ...

    def begun(self, call_id: int) -> None: ...

    def recorded(self, call_id: int, recording: Recording, *, codec: str, spoken_s: float) -> None:
        """It is closed. `codec`: of its picture; `spoken_s`: how long the visitor stayed behind the prompt."""
        ...


class MailboxPhone:
    """Of one call. Implements `flows.Flow`."""

    transport = MAILBOX
    reliable = True
    port = 0

    def __init__(self, box: "Mailbox", number: str, call_id: int) -> None:
        self.host = box.host
        self.number = number
        self.call_id = call_id
        self._box = box
        self._tag = f"m{call_id:x}"
        self._invite: sip.Request | None = None
        self._recording: Recording | None = None
        self._codec = ""
        self._target: tuple[str, int] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._begun_s = 0.0
        self._over = False

    @property
    def contact(self) -> str:
        return f"sip:{self.number}@mailbox.invalid"

    def proved(self, number: str) -> None:
        return

    def send(self, data: bytes) -> bool:
        message = sip.read_datagram(data)
        if isinstance(message, sip.Request):
            self._hear(message)
        return True

    def _hear(self, request: sip.Request) -> None:
        match request.method:
            case "INVITE" if self._invite is None:
                self._invite = request
                self._box.work(self._answer(request))
            case "INVITE" | "UPDATE":
                self._respond(request, 488)
            case "ACK":
                self._begin()
            case "CANCEL":
                self._respond(request, 200)
                if self._invite is not None and not self._over:
                    self._respond(self._invite, 487)
                self.end()
            case "BYE":
                self._respond(request, 200)
                self.end()
            case _:
                self._respond(request, 200)

    async def _answer(self, request: sip.Request) -> None:
        """Open the ports of what is offered, and take the call."""
        try:
            offer = sdp.read(request.body)
        except sdp.Unreadable:
            self._refuse(488)
            return
        sound, picture = _chosen(offer, "audio", _SOUNDS), _chosen(offer, "video", _PICTURES)
        if sound is None:
            self._refuse(488)
            return
        recording = Recording(self._box.folder / f"{self.call_id}.mkv", sound, picture)
        try:
            ports = await recording.open(self.host)
        except OSError as error:
            log.warning("call %s: no message can be taken: %s", self.call_id, error)
            recording.close()
            self._box.forget(self, recording)
            self._refuse(480)
            return
        if self._over:
            recording.close()
            self._box.forget(self, recording)
            return
        self._recording, self._codec = recording, picture[0] if picture is not None else ""
        medium = next(medium for medium in offer.media if medium.kind == "audio" and medium.live)
        place = offer.address(medium)
        self._target = None if place is None else (place.host, place.port)
        for unit in _told_parameters(offer, picture):
            recording.know(unit)
        self._respond(request, 200, _answer_to(offer, self.host, (sound, picture), ports))

    def _begin(self) -> None:
        if self._recording is None or self._timer is not None or self._over:
            return
        loop = asyncio.get_running_loop()
        self._begun_s = loop.time()
        if self._target is not None and self._recording.sound is not None:
            self._recording.begin(self._target, prompt(self._recording.sound[0]))
        self._timer = loop.call_later(PROMPT_S + MOST_S, self._box.hang_up, self.call_id)
        self._box.keeper.begun(self.call_id)

    def _refuse(self, status: int) -> None:
        if self._invite is not None and not self._over:
            self._respond(self._invite, status)
        self.end()

    def end(self) -> None:
        """Once; in any state."""
        if self._over:
            return
        self._over = True
        recording, self._recording = self._recording, None
        if self._timer is not None:
            self._timer.cancel()
        if recording is not None:
            recording.close()
        if recording is None or self._timer is None:
            self._box.forget(self, recording)
            return
        spoken_s = asyncio.get_running_loop().time() - self._begun_s - PROMPT_S
        self._box.forget(self, None)
        codec = self._codec if recording.pictures else ""
        self._box.keeper.recorded(self.call_id, recording, codec=codec, spoken_s=spoken_s)

    def _respond(self, request: sip.Request, status: int, body: bytes = b"") -> None:
        fields = [("contact", f"<{self.contact}>")] if request.method == "INVITE" and status < 300 else []
        if body:
            fields.append(("content-type", "application/sdp"))
        response = bytes(sip.respond(request, status, to_tag=self._tag, fields=fields, body=body))
        # Not at once: the engine is still in the middle of what it sent.
        asyncio.get_running_loop().call_soon(self._deliver, response)

    def _deliver(self, response: bytes) -> None:
        self._box.receiver.receive(sip.read_datagram(response), self)


class Mailbox:
    """Of one process. `host`: of this machine, where recordings listen; `folder`: where they are until they are ready."""

    def __init__(self, receiver: Receiver, calls: Calls, keeper: Keeper, folder: Path, *, host: str) -> None:
        self.receiver = receiver
        self.keeper = keeper
        self.folder = folder
        self.host = host
        self._calls = calls
        self._phones: set[MailboxPhone] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def phone(self, number: str, call_id: int) -> list[tuple[Binding, Flow]]:
        """What takes the message of a call; none while too many are left, or the disk is nearly full."""
        if len(self._phones) >= MOST_AT_ONCE or not self.keeper.has_room():
            return []
        phone = MailboxPhone(self, number, call_id)
        self._phones.add(phone)
        bound = Binding(number, "", "", phone.contact, MAILBOX, self.host, 0, "", 0, "", 0, 0)
        return [(bound, phone)]

    def work(self, job: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(job)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def hang_up(self, call_id: int) -> None:
        call = self._calls.by_id(call_id)
        if call is not None:
            call.hang_up()

    def forget(self, phone: MailboxPhone, recording: Recording | None) -> None:
        """`recording`: one of which nothing is kept."""
        self._phones.discard(phone)
        if recording is not None:
            with contextlib.suppress(OSError):
                recording.path.unlink(missing_ok=True)

    def close(self) -> None:
        """What is being left ends, and is kept."""
        for phone in list(self._phones):
            phone.end()


def _chosen(offer: sdp.Description, kind: str, codecs: tuple[str, ...]) -> tuple[str, int] | None:
    """The first of the codecs that the first live medium of a kind offers, and its payload type."""
    medium = next((each for each in offer.media if each.kind == kind and each.live), None)
    if medium is None:
        return None
    offered = {codec.partition("/")[0]: int(type_) for type_, codec in reversed(medium.codecs.items())}
    return next(((codec, offered[codec]) for codec in codecs if codec in offered), None)


def _answer_to(
    offer: sdp.Description,
    host: str,
    taken: tuple[tuple[str, int] | None, tuple[str, int] | None],
    ports: tuple[int, int],
) -> bytes:
    version = "IP6" if ":" in host else "IP4"
    lines = ["v=0", f"o=- 1 1 IN {version} {host}", "s=-", f"c=IN {version} {host}", "t=0 0"]
    left = dict(zip(("audio", "video"), zip(taken, ports, strict=True), strict=True))
    for medium in offer.media:
        chosen, port = left.pop(medium.kind, (None, 0)) if medium.live else (None, 0)
        if chosen is None:
            lines.append(f"m={medium.kind} 0 {medium.profile} {' '.join(medium.formats[:1]) or '0'}")
            continue
        codec, type_ = chosen
        rate = 8_000 if codec in _SOUNDS else 90_000
        lines.append(f"m={medium.kind} {port} {medium.profile} {type_}")
        lines.append(f"a=rtpmap:{type_} {codec.upper()}/{rate}")
        lines += [
            f"a=fmtp:{value}" for value in medium.attributes("fmtp") if value.split(" ", 1)[0] == str(type_)
        ]
        lines.append(f"a=rtcp:{port}")
        lines.append("a=sendrecv" if medium.kind == "audio" else "a=recvonly")
    return "".join(f"{line}\r\n" for line in lines).encode()


def _told_parameters(offer: sdp.Description, picture: tuple[str, int] | None) -> list[bytes]:
    """SPS and PPS, of doors that send them in their description alone (RFC 6184, 8.1)."""
    units = []
    for medium in offer.media:
        for value in medium.attributes("fmtp"):
            type_, _, rest = value.partition(" ")
            if picture is None or type_ != str(picture[1]):
                continue
            for part in rest.split(";"):
                name, _, text = part.strip().partition("=")
                if name == "sprop-parameter-sets":
                    for each in text.split(","):
                        with contextlib.suppress(binascii.Error, ValueError):
                            units.append(base64.b64decode(each, validate=True))
    return units
