"""A stream that runs: its port, its call, its pictures, and why there are none."""

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Callable
from typing import Final

from linli.domains.video import errors
from linli.domains.video.doctor.watch import AttemptWatch
from linli.domains.video.gb28181.front import GbFront
from linli.domains.video.gb28181.line import Line
from linli.domains.video.live.call import Call
from linli.domains.video.live.key_pictures import ask_key
from linli.domains.video.live.part import Part
from linli.kernel.errors import Unavailable
from linli.media.cameras.hub import Stream
from linli.media.cameras.pump import Place, Pump
from linli.media.cameras.wire import Facts, Take
from linli.protocols import gb28181 as gb

_REFUSED_MEDIA: Final = 488
STALL_S: Final = 10.0
"""Without a picture for so long, the camera knows no more of the call: who watches asks again."""


class Running:
    """`start`, then wait with `playing`; `end` in any state. `ended` is called once when it is over."""

    def __init__(
        self,
        front: GbFront,
        pump: Pump,
        line: Line,
        *,
        channel: str,
        number: int,
        idle_s: float,
        ended: Callable[["Running"], None],
        part: Part,
    ) -> None:
        self._front = front
        self._pump = pump
        self.line = line
        self.channel = channel
        self._number = number
        self._idle_s = idle_s
        self._ended = ended
        self._sub = part.sub
        self._span = (part.begin_s, part.end_s)
        self.stream = Stream(self._rest)
        self.place: Place | None = None
        self.call: Call | None = None
        self._news = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._deaf = self.stream.listen(self._news.set)
        self.watch: AttemptWatch | None = None
        """Of a live stream."""
        self.over = False
        self.began_ms = 0
        self.glimpsed = False
        """It runs for a look at one picture only."""

    def start(self) -> None:
        """Raises NoPorts."""
        way = self.line.device.way
        self.place, here = self._pump.reserve(listens=way == "passive")
        ssrc = gb.ssrc_of(self._front.settings.domain, self._number, recorded=bool(self._span[1]))
        take = Take(self.place.number, [self.line.host], int(ssrc), way == "passive")
        to_host = told_host(self._front, self.line.host)
        if not self._span[1]:
            attempt = self._front.doctor.start(self.line.device.gb_id, self.channel, sub=self._sub)
            attempt.way, attempt.port, attempt.ssrc = way, self.place.port, int(ssrc)
            attempt.camera, attempt.to_host = self.line.host, to_host
            self.watch = AttemptWatch(self._front.doctor, self.line.device.gb_id, self.channel, attempt)
        self.began_ms = self._front.doctor.now_ms()
        self._pump.take(take, here, self.stream.take, self._take_facts)
        wanted = gb.Wanted(
            self.channel,
            to_host,
            self.place.port,
            ssrc,
            way,
            *self._span,
            self._sub,
        )
        self.call = Call(self._front, self.line, wanted, self._call_changed, self._also_from)
        self.call.start()
        self._rest()
        self._look(-1)

    def _also_from(self, host: str) -> None:
        """An address that the camera names itself; never one of this machine or of many."""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return
        if (
            self.place is not None
            and host != self.line.host
            and address.is_private
            and not address.is_loopback
        ):
            self._pump.allow(self.place.number, host)

    def _take_facts(self, facts: Facts) -> None:
        if self.watch is not None:
            self.watch.measured(facts, self.stream.shape)
        before = self.stream.facts
        self.stream.take_facts(facts)
        begins = facts.packets and not self.stream.head and not facts.foreign and not facts.h265
        if begins or facts.lost > before.lost:  # nothing is given before the next one
            self.ask_key()

    def _call_changed(self) -> None:
        self._news.set()
        if self.watch is not None and self.call is not None:
            self.watch.call_changed(self.call.state, self.call.status)
        if self.call is not None and self.call.state in ("refused", "silent", "over"):
            self.end()

    async def playing(self, seconds: float) -> None:
        """Wait for the first picture. Raises Unavailable with why there is none."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.stream.head and not self.over and not self.stream.facts.h265:
                    self._news.clear()
                    await self._news.wait()
        if not self.stream.head:
            raise self.why()

    def why(self) -> Unavailable:
        """Why there is no picture, as far as one can tell."""
        call, facts = self.call, self.stream.facts
        if call is None or call.state == "silent":
            return errors.CameraSilent()
        if call.state == "refused":
            if self._span[1] and call.status in (404, _REFUSED_MEDIA):
                return errors.NoRecording()
            return errors.CameraRefuses(status=call.status)
        if facts.h265:
            return errors.IsH265()
        if facts.foreign:
            return errors.NotProgramStream()
        if facts.packets:
            return errors.NoKeyPicture(packets=facts.packets)
        if facts.strangers:
            return errors.FromStranger(host=facts.stranger, camera=self.line.host)
        if call.state == "asked":
            return errors.CameraSilent()
        return errors.NoPackets(port=self.place.port if self.place else 0, way=self.line.device.way)

    def notes(self) -> list[str]:
        """What deviates and is taken all the same."""
        facts = self.stream.facts
        notes = ["wrong_ssrc"] if facts.wrong_ssrc else []
        return [*notes, *(["strangers"] if facts.strangers else []), *(["lost"] if facts.lost else [])]

    def ask_key(self) -> None:
        """Somebody waits for a key picture."""
        if not self.over and not self._span[1]:
            ask_key(self._front, self.line, self.channel)

    def seek(self, seconds: int) -> None:
        if self.call is not None:
            self.call.steer(gb.play(self.call.next_step(), seek_s=seconds))

    def leave_glimpse(self) -> None:
        """The look is over; whoever came meanwhile goes on."""
        if self.glimpsed and not self.stream.players:
            self.end()
        self.glimpsed = False

    # ------------------------------------------------------------ the end

    def touched(self) -> None:
        """Somebody looks."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _rest(self) -> None:
        """Nobody looks: it ends after a while."""
        self.touched()
        if not self.over:
            self._timer = asyncio.get_running_loop().call_later(self._idle_s, self._idle)

    def _idle(self) -> None:
        if self.stream.players:
            return
        self.end()

    def _look(self, before: int) -> None:
        """End it when no picture came since the last look; one that never had any is told why by `playing`."""
        came = self.stream.pictures
        if came and came == before:
            self.end()
        elif not self.over:
            self._stall = asyncio.get_running_loop().call_later(STALL_S, self._look, came)

    def end(self) -> None:
        if self.over:
            return
        self.over = True
        if self.watch is not None:
            self.watch.ended()
        self.touched()
        if self._stall is not None:
            self._stall.cancel()
        if self.call is not None and self.call.state in ("asked", "there"):
            self.call.end()
        if self.place is not None:
            self._pump.drop(self.place.number)
        self.stream.end()
        self._news.set()
        self._deaf()
        self._ended(self)


def told_host(front: GbFront, towards: str) -> str:
    """The address that a camera is told to send to: the public one, else ours in its network."""
    if front.settings.public_host:
        return front.settings.public_host
    family = socket.AF_INET6 if ":" in towards else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((towards, 9))
        host: str = probe.getsockname()[0]
        return host
