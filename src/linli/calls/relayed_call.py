"""Sound and picture of one call through the relay, for phones, pages and phones in browsers."""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Final

from linli.calls.media import Talk, description_of
from linli.calls.sides import End
from linli.calls.watch import Watch
from linli.calls.web_media import WebEnds
from linli.kernel.telemetry import logger
from linli.media.browser_offer import phone_answer
from linli.media.ports import NoPorts
from linli.media.session import NoBrowsers
from linli.protocols import sdp, sip

if TYPE_CHECKING:
    from linli.calls.page_phone import PagePhone
    from linli.media.session import Quality, Session

log = logger(__name__)
NOT_SERVED: Final = "speex"
"""No browser plays it, and nothing here decodes."""
_TOLD_LOSS: Final = 0.05
"""Share of lost packets that is worth a line in the log."""


class RelayedCall:
    """One call's. What comes before the first description of a phone, or is none, passes as it is."""

    session: "Session"

    def __init__(self, host_for: Callable[[str], str], name: str, talk: "Talk", caller: Hashable) -> None:
        self._host_for = host_for
        self._caller = caller
        self._name = name
        self._talk = talk
        self._keys = 0
        self._offered: sdp.Description | None = None
        """What pages are offered: the caller's."""
        self._pages: dict[PagePhone, Hashable] = {}
        self._voices: set[PagePhone] = set()
        """Those that get no picture."""
        self._answers: dict[PagePhone, sdp.Description] = {}
        self._shown: sdp.Description | None = None
        """The last one of an end that was called."""
        self._settled: sdp.Description | None = None
        """What the caller was answered: it sends that, whoever has the call later."""
        self._joined = False
        self._web: WebEnds | None = None
        self._connected: Hashable = None
        self._watch: Watch | None = None
        """Whose call to a door this is, if it is one for pages that look."""
        self.full = False

    def carry(self, message: sip.Message, of: End, to: End) -> bytes:
        description = description_of(message)
        if self._watch is not None and description is not None:
            return self._carry_watch(description, of, to)
        if of.page is not None:
            return self._from_page(of.page, to)
        if of.key in self.web and description is not None:
            return self._from_web(of.key, description, to)
        if description is None or description.of_browser:
            return message.body if to.page is None else b""
        for medium in description.media:
            medium.leave_out(NOT_SERVED)
            medium.leave_out("red")  # keys within it would not be seen
        if of.voice:
            description.without_picture()
        if of.key != self._caller:
            self._shown = description
        host = self._host_for(to.host)
        try:
            self.session.take(of.key, of.host, description)
            if of.key == self._caller and self._connected is not None and self._settled is not None:
                description.keep_as(self._settled)
            if to.page is not None:
                self._offered = description
                self._pages[to.page], to.page.media = to.key, self
                if to.voice:
                    self._voices.add(to.page)
                return b""  # it is offered more than this when it asks
            if to.voice:
                description.without_picture()
            if to.web and to.key != self._caller and (offer := self.web.offer(to.key, description, host)):
                return offer
            if to.codecs:
                description.voice_only(to.codecs)
            return self._settle(description, to, host)
        except NoPorts:
            log.warning("call %s: there is no free port for its media", self._name)
            self.full = True
            return description.placed(host, [0] * len(description.media))

    def _settle(self, description: sdp.Description, to: End, host: str) -> bytes:
        """Raises NoPorts."""
        if to.key == self._caller:
            self._settled = description
        return self.session.place(to.key, to.host, description, host)

    # ------------------------------------------------------------ phones in browsers

    @property
    def web(self) -> WebEnds:
        if self._web is None:
            self._web = WebEnds(self.session, self._host_for)
        return self._web

    def _from_web(self, key: Hashable, answer: sdp.Description, to: End) -> bytes:
        host = self._host_for(to.host)
        plain = self.web.plain(key, answer, host)
        return b"" if plain is None else self._place(plain, to, host)

    def _place(self, plain: sdp.Description, to: End, host: str) -> bytes:
        try:
            return self._settle(plain, to, host)
        except NoPorts:
            self.full = True
            return plain.placed(host, [0] * len(plain.media))

    def renew(self, message: sip.Message, of: End, to: End) -> bytes | None:
        if of.key in self.web:
            return self.renew_web(of.key, message, of.host)
        if to.page is None and to.key not in self.web:
            return None
        return self._renew_phone(message, of)

    def _renew_phone(self, message: sip.Message, of: End) -> bytes:
        """The answer to a phone that holds a browser, or goes on: the browser itself is asked nothing."""
        offer = description_of(message)
        if offer is None or offer.of_browser or self._settled is None or of.key != self._caller:
            return b""  # what it sees and says stays as it is
        answer = sdp.common(offer, self._settled)
        if not any(medium.live for medium in answer.media):
            return b""
        for asked, medium in zip(offer.media, answer.media, strict=True):
            medium.direct(sends=asked.receives, receives=asked.sends)
        try:
            self.session.take(of.key, of.host, offer)
            self.session.hear(of.key, [medium.receives for medium in offer.media])
            return self.session.place(of.key, of.host, answer, self._host_for(of.host))
        except NoPorts:
            return b""

    def join_web(self, key: Hashable, message: sip.Message, host: str) -> bytes:
        """One more looks through the door of a watch. Empty: nothing of it fits."""
        offer = description_of(message)
        if offer is None or self._offered is None:
            return b""
        return self.web.join(key, offer, self._offered, host)

    def renew_web(self, key: Hashable, message: sip.Message, host: str) -> bytes:
        offer = description_of(message)
        return b"" if offer is None else self.web.again(key, offer, host)

    def drop_web(self, key: Hashable) -> None:
        self.web.drop(key)

    # ------------------------------------------------------------ pages

    def offer_page(self, page: "PagePhone") -> bytes:
        if self._offered is None or page not in self._pages:
            return b""
        self._answers.pop(page, None)
        offered = self._offered_to(page, self._offered)
        try:
            return self.session.offer(self._pages[page], offered, self._host_for(page.host))
        except NoBrowsers:
            return b""

    def _offered_to(self, page: "PagePhone", description: sdp.Description) -> sdp.Description:
        return sdp.read(description.written()).without_picture() if page in self._voices else description

    def answer_page(self, page: "PagePhone", description: bytes) -> bool:
        try:
            answer = sdp.read(description)
        except sdp.Unreadable:
            return False
        if page in self._answers or not self.session.answer(self._pages[page], answer):
            return False
        self._answers[page] = answer
        return True

    def _from_page(self, page: "PagePhone", to: End) -> bytes:
        """A page's answer as the caller gets it: as a phone's."""
        answer = self._answers.get(page)
        if answer is None or self._offered is None:
            return b""
        host = self._host_for(to.host)
        offered = self._offered_to(page, self._offered)
        return self._place(sdp.read(phone_answer(answer, offered, host)), to, host)

    def watched_by(self, watch: Watch) -> None:
        self._watch, watch.media = watch, self

    def _carry_watch(self, description: sdp.Description, of: End, to: End) -> bytes:
        """What pages that look offer a door, and its answer, which each of them is offered then."""
        host = self._host_for(to.host)
        try:
            if to.key == self._caller:
                self.session.take(of.key, of.host, description)
                self._offered = description
                return b""
            self.session.turn(to.key)
            return self.session.place(to.key, to.host, description, host)
        except NoPorts:
            self.full = True
            return description.placed(host, [0] * len(description.media))

    def add_viewer(self, page: "PagePhone") -> None:
        self._pages[page], page.media = page, self

    def drop_viewer(self, page: "PagePhone") -> None:
        self._pages.pop(page, None)
        self._answers.pop(page, None)
        self.session.drop(page)

    def talk_viewer(self, page: Hashable) -> None:
        self.session.talk(page)

    def talk(self, key: Hashable) -> None:
        if self._watch is None:
            self.session.talk(key)

    def connected(self, key: Hashable) -> None:
        self._connected = key
        self.talk(key)
        self.session.watched = True

    def hold(self) -> None:
        self.session.talk(None)

    def release(self, key: Hashable) -> None:
        self.session.release(key)

    def drop(self, key: Hashable) -> None:
        self.session.drop(key)

    def join(self, message: sip.Message, viewer: End, door: Hashable) -> bytes:
        offer = description_of(message)
        if offer is None or offer.of_browser or self._shown is None:
            return b""
        answer, host = sdp.common(offer, self._shown), self._host_for(viewer.host)
        if not any(medium.live for medium in answer.media):
            return b""
        for medium, taken in zip(offer.media, answer.media, strict=True):
            medium.port = medium.port if taken.live else 0
        try:
            self.session.take(viewer.key, viewer.host, offer)
            body = self.session.place(viewer.key, viewer.host, answer, host)
        except NoPorts:
            self.session.drop(viewer.key)
            return b""
        if not self._joined:
            self._joined = True
            self.session.turn(door)
            self.session.talk(self._caller)
        return body

    def close(self) -> None:
        self.session.close()

    # ------------------------------------------------------------ from the relay

    def pressed(self, end: Hashable, key: str) -> None:
        self._keys += 1  # which ones is written nowhere: they may be of a code
        self._talk.pressed(end, key)

    def lost(self, end: Hashable) -> None:
        page = next((page for page, key in self._pages.items() if key == end), None)
        if page is not None:
            page.lost()
        elif end in self.web and self._watch is not None:
            self._watch.lost(end)
        elif end in self.web and end == self._connected:
            self._talk.hang_up()

    def silent(self) -> None:
        log.info("call %s: nothing comes from either end any more", self._name)
        self._talk.hang_up()

    def closed(self, quality: "Quality") -> None:
        if quality.one_way:
            log.warning("call %s: only one side was heard", self._name)
        for heard in quality.media:
            counts = heard.counts
            if counts.lost > (counts.packets + counts.lost) * _TOLD_LOSS:
                log.info(
                    "call %s: of a %s %d of %d packets were lost on the way here",
                    self._name,
                    "picture" if heard.video else "voice",
                    counts.lost,
                    counts.packets + counts.lost,
                )
        if self._keys:
            log.info("call %s: %d keys were pressed", self._name, self._keys)
