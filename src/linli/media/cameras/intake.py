"""One stream of a camera by GB28181: RTP packets in, whole pictures out. Without sockets and clock.

After a loss nothing is given before the next key picture. What cameras do in the field and is taken: another SSRC than
agreed, packets a little out of order, packets of a program stream without times or lengths, clocks that jump. Two senders
at one port are told apart by their SSRC, for a recorder goes on with a call of which a killed platform knows no more.
"""

import struct

from linli.media.cameras.wire import Facts, Frame
from linli.protocols import rtp
from linli.protocols.h26x import Picture, Pictures
from linli.protocols.mpeg_ps import H265, Demuxer

MOST_EARLY = 32
"""Packets that wait for one that is missing."""
_WRAP = 1 << 33
_JUMP = 90_000 * 5
"""A clock that goes on further than this at once was set anew."""
_USUAL = 3_600
_MOST_OTHERS = 64
"""Packets in a row by another SSRC: the camera began anew with it."""
_PACK = b"\x00\x00\x01"
_HEAD = struct.Struct("!BBHII")
_PLAIN = 0x80
"""Begin of a packet without padding, extension and sources."""


class Intake:
    def __init__(self, number: int, ssrc: int) -> None:
        self._number = number
        self._ssrc = ssrc
        self._source: int | None = None
        """The SSRC whose packets count."""
        self._others = 0
        self._next: int | None = None
        self._early: dict[int, tuple[rtp.Head, bytes]] = {}
        self._demuxer = Demuxer()
        self._pictures = Pictures()
        self._broken = True
        self._rtp_time: int | None = None
        self._ended = False
        self._marks_lie = False
        self._last_dts = -1
        self._last_raw: int | None = None
        self._step = _USUAL
        self._seen_pack = False
        self.packets = self.octets = self.lost = self.wrong_ssrc = self.given = self.keys = 0
        self.foreign = False
        self._other_ssrc = 0
        self._key_dts = -1
        self._key_gap = 0

    def facts(self, strangers: int, stranger: str) -> Facts:
        return Facts(
            packets=self.packets,
            octets=self.octets,
            lost=self.lost,
            strangers=strangers,
            stranger=stranger,
            wrong_ssrc=self.wrong_ssrc,
            pictures=self.given,
            keys=self.keys,
            h265=self._pictures.h265 or self._demuxer.stream_type == H265,
            foreign=self.foreign,
            other_ssrc=self._other_ssrc,
            key_gap=self._key_gap,
            since_key=self._last_dts - self._key_dts if self._key_dts >= 0 else 0,
        )

    def take(self, packets: list[bytes]) -> list[Frame]:
        """What the camera sent, packet by packet."""
        frames: list[Frame] = []
        run: list[bytes] = []
        time = 0
        for data in packets:
            if len(data) > rtp.HEAD_BYTES and not self._early and self._seen_pack:
                first, second, sequence, timestamp, ssrc = _HEAD.unpack_from(data)
                if (
                    first == _PLAIN
                    and sequence == self._next
                    and ssrc == self._source
                    and second & 0x60 == 0x60
                ):
                    # Nearly all packets: the next one of the same sender, of a kind agreed on the way (96 and above).
                    if run and timestamp != time:
                        self._end_run(time, run, frames)
                    time = timestamp
                    self._next = (sequence + 1) & 0xFFFF
                    run.append(data)
                    if second > 0x7F:
                        self._end_run(time, run, frames, marker=True)
                    continue
            self._end_run(time, run, frames)
            self._sort(data, frames)
        self._end_run(time, run, frames)
        return frames

    def _end_run(
        self, timestamp: int, run: list[bytes], frames: list[Frame], *, marker: bool = False
    ) -> None:
        """Packets without a gap, of one picture: they are read as one."""
        if run:
            body = b"".join([data[rtp.HEAD_BYTES :] for data in run])
            self._count(self._source, len(run), len(body) + rtp.HEAD_BYTES * len(run))
            run.clear()
            self._in_order(timestamp, marker, body, frames)

    def _count(self, ssrc: int | None, packets: int, octets: int) -> None:
        self._others = 0
        self.packets += packets
        self.octets += octets
        self.wrong_ssrc += packets * (ssrc != self._ssrc)

    def _sort(self, data: bytes, frames: list[Frame]) -> None:
        head = rtp.read_head(data)
        if head is None or (body := rtp.payload(data)) is None:
            return
        if head.ssrc != self._source and not self._is_new_source(head):
            return
        self._count(head.ssrc, 1, len(data))
        if self._next is None:
            self._next = head.sequence
        ahead = (head.sequence - self._next) & 0xFFFF
        if ahead > 0x8000:
            if ahead < 0x10000 - 512:  # it began to count anew
                self._skip_to(head.sequence, 0)
            else:
                return  # late or doubled
        elif ahead > MOST_EARLY:
            self._skip_to(head.sequence, ahead)
        self._early[head.sequence] = (head, body)
        if len(self._early) > MOST_EARLY:
            first = min(self._early, key=lambda at: (at - (self._next or 0)) & 0xFFFF)
            self._skip_to(first, (first - (self._next or 0)) & 0xFFFF, keep=True)
        while (waiting := self._early.pop(self._next, None)) is not None:
            self._next = (self._next + 1) & 0xFFFF
            packet, carried = waiting
            self._in_order(packet.timestamp, packet.marker, carried, frames)

    def _is_new_source(self, head: rtp.Head) -> bool:
        """Whether to go on with this sender: the agreed one, the first one, or one that is alone by now."""
        self._others += 1
        if self._source is not None:
            if head.ssrc != self._ssrc and self._others <= _MOST_OTHERS:
                return False
            self._skip_to(head.sequence, 0)
        self._source = head.ssrc
        if head.ssrc != self._ssrc:
            self._other_ssrc = head.ssrc
        return True

    def _skip_to(self, sequence: int, missing: int, *, keep: bool = False) -> None:
        self.lost += missing
        if not keep:
            self._early.clear()
        self._next = sequence
        self._demuxer.lost()
        self._pictures.lost()
        self._broken = True
        self._rtp_time = None

    def _in_order(self, timestamp: int, marker: bool, body: bytes, frames: list[Frame]) -> None:
        if not self._seen_pack:
            self._seen_pack = body.startswith(_PACK)
            self.foreign = not self._seen_pack and self.packets > 200
            if not self._seen_pack:
                return
            self.foreign = False
        whole: list[Picture] = []
        if timestamp != self._rtp_time and self._rtp_time is not None:
            whole += self._pictures.flush()
        elif self._ended:
            self._marks_lie = True
        self._rtp_time, self._ended = timestamp, False
        for packet in self._demuxer.feed(body):
            if packet.kind == "picture":
                whole += self._pictures.feed(packet.data, packet.times)
        if marker:
            self._ended = True
            if not self._marks_lie:
                whole += self._pictures.flush()
        for picture in whole:
            self._give(picture, frames)

    def _give(self, picture: Picture, frames: list[Frame]) -> None:
        if self._broken and not picture.key:
            return
        self._broken = False
        raw = picture.dts
        if raw < 0:
            step = self._step
        elif self._last_raw is None:
            step = _USUAL
        else:
            step = (raw - self._last_raw) % _WRAP
            step = step if 0 < step < _JUMP else self._step
            self._step = step
        self._last_raw = (raw if raw >= 0 else (self._last_raw or 0) + step) % _WRAP
        self._last_dts = dts = self._last_dts + step if self._last_dts >= 0 else 0
        shift = (picture.pts - picture.dts) % _WRAP if picture.pts >= 0 else 0
        sps, pps = self._pictures.parameters if picture.key else (b"", b"")
        self.given += 1
        self.keys += picture.key
        if picture.key:
            self._key_gap = dts - self._key_dts if self._key_dts >= 0 else 0
            self._key_dts = dts
        frames.append(
            Frame(self._number, picture.key, dts, shift if shift < _JUMP else 0, picture.sized, sps, pps)
        )
