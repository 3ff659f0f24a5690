"""The sound of a call that a page makes: offered to whoever is called, and once one has it, to the page that calls."""

from collections.abc import Hashable
from typing import TYPE_CHECKING

from linli.calls.media import description_of
from linli.calls.relayed_call import RelayedCall
from linli.calls.sides import End
from linli.media.browser_offer import phone_answer
from linli.media.ports import NoPorts
from linli.media.session import NoBrowsers
from linli.protocols import sdp, sip

if TYPE_CHECKING:
    from linli.calls.page_phone import PagePhone


class DialledCall(RelayedCall):
    """Whoever took the call is the one whom the calling page hears, and who hears that page."""

    _taken: sdp.Description | None = None
    """What the page is offered: the answer of who has the call."""

    def carry(self, message: sip.Message, of: End, to: End) -> bytes:
        description = description_of(message)
        if description is None:
            return b""
        if of.key == self._caller:
            return self._call(description, to)
        return self._take(description, of)

    def _call(self, voice: sdp.Description, to: End) -> bytes:
        self._offered = voice
        if to.page is not None:
            self._pages[to.page], to.page.media = to.key, self
            return b""
        host = self._host_for(to.host)
        if to.web and (offer := self.web.offer(to.key, voice, host)):
            return offer
        return self._place(sdp.read(voice.written()), to, host)

    def _take(self, answer: sdp.Description, of: End) -> bytes:
        host = self._host_for(of.host)
        if of.page is not None:
            reply = self._answers.get(of.page)
            if reply is not None and self._offered is not None:
                self._taken = sdp.read(phone_answer(reply, self._offered, host))
        elif of.key in self.web:
            self._taken = self.web.plain(of.key, answer, host) or self._taken
        elif not answer.of_browser:
            try:
                self.session.take(of.key, of.host, answer)
            except NoPorts:
                self.full = True
            self._taken = answer
        return b""

    def offer_page(self, page: "PagePhone") -> bytes:
        key = self._pages.get(page)
        served = self._taken if key is page else self._offered
        if key is None or served is None:
            return b""
        self._answers.pop(page, None)
        try:
            return self.session.offer(key, served, self._host_for(page.host))
        except NoBrowsers:
            return b""

    def connected(self, key: Hashable) -> None:
        self._connected = key
        self.session.turn(key)
        self.session.watched = True

    def hold(self) -> None:
        self.session.turn(self._caller)
