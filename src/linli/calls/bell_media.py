"""Sound and picture of a visitor's phone: a browser that calls, whose camera all see whom it rings.

Its way is there before anybody is rung, and stays until the visitor is told the end: it looks the same whoever answers,
and where nobody can.
"""

from collections.abc import Callable, Hashable
from typing import Final

from linli.calls.bell_phone import BellPhone
from linli.calls.media import Talk, description_of
from linli.calls.relayed_call import NOT_SERVED, RelayedCall
from linli.calls.sides import End, Side
from linli.media.ports import NoPorts
from linli.media.session import NoBrowsers
from linli.protocols import sdp, sip

_OFFER: Final = (
    b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=audio 9 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
    b"a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
    b"m=video 9 RTP/AVP 96 97\r\na=rtpmap:96 H264/90000\r\n"
    b"a=fmtp:96 profile-level-id=42e01f;packetization-mode=1\r\na=rtpmap:97 VP8/90000\r\na=sendonly\r\n"
)
"""What phones and pages show, the better one first: indoor units know H.264 alone."""


class BellCall(RelayedCall):
    """`caller` of its session is the phone itself; the engine knows it by its side, once it rings."""

    def __init__(self, host_for: Callable[[str], str], phone: BellPhone) -> None:
        super().__init__(host_for, "at a doorbell", _Nobody(phone), phone)
        self._phone = phone
        self._side: Side | None = None
        self._offered = sdp.read(_OFFER)
        self._rung: set[Hashable] = set()

    def offer(self) -> bytes:
        """For the visitor's browser; empty: browsers are not served now."""
        assert self._offered is not None
        try:
            return self.session.offer(
                self._phone, self._offered, self._host_for(self._phone.host), shows=True
            )
        except NoBrowsers:
            return b""

    def answered(self, description: bytes) -> bytes:
        """What the browser sends, as a phone says it: one way of coding, so that all see the same. Empty: it fits not."""
        try:
            answer = sdp.read(description)
        except sdp.Unreadable:
            return b""
        if self._offered is None or not self.session.answer(self._phone, answer):
            return b""
        camera = next(
            (each for each in answer.media if each.kind == "video" and each.live and each.sends), None
        )
        if camera is None or not camera.formats:
            self._offered.without_picture()
        for medium in self._offered.media:
            if camera is not None and medium.kind == "video":
                medium.keep_only({camera.codecs.get(camera.formats[0], "").partition("/")[0]})
        return self._offered.written()

    def adopt(self, side: Side, name: str, talk: Talk) -> "BellCall":
        self._side, self._name, self._talk = side, name, talk
        return self

    def carry(self, message: sip.Message, of: End, to: End) -> bytes:
        if of.key is self._side:
            return self._call(to)
        return self._take(description_of(message), of)

    def _call(self, to: End) -> bytes:
        assert self._offered is not None
        self._rung.add(to.key)
        if to.page is not None:
            self._pages[to.page], to.page.media = to.key, self
            if to.voice:
                self._voices.add(to.page)
            return b""
        description, host = sdp.read(self._offered.written()), self._host_for(to.host)
        if to.voice:
            description.without_picture()
        if to.web and (offer := self.web.offer(to.key, description, host)):
            return offer
        if to.codecs:
            description.voice_only(to.codecs)
        return self._place(description, to, host)

    def _take(self, answer: sdp.Description | None, of: End) -> bytes:
        """What a phone that was rung says. The visitor's browser has its answer already."""
        if of.page is not None or answer is None:
            return b""
        if of.key in self.web:
            self.web.plain(of.key, answer, self._host_for(of.host))
        elif not answer.of_browser:
            for medium in answer.media:
                medium.leave_out(NOT_SERVED)
            try:
                self.session.take(of.key, of.host, answer)
            except NoPorts:
                self.full = True
        return b""

    def lost(self, end: Hashable) -> None:
        if end is self._phone:
            self._phone.gone()
        else:
            super().lost(end)

    def close(self) -> None:
        """The engine's call is over; the visitor may not have been told yet."""
        for end in self._rung:
            self.session.drop(end)
        self._rung.clear()
        self._pages.clear()

    def finish(self) -> None:
        self.session.close()


class _Nobody:
    """Before it rings."""

    def __init__(self, phone: BellPhone) -> None:
        self._phone = phone

    def pressed(self, end: Hashable, key: str) -> None:
        return

    def hang_up(self) -> None:
        self._phone.gone()
