"""Phones in browsers of one call, as its media see them: what each was offered, and how it answered."""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from linli.media.browser_offer import phone_answer
from linli.media.session import NoBrowsers
from linli.protocols import sdp

if TYPE_CHECKING:
    from linli.media.session import Session


class WebEnds:
    """`host_for`: the address of ours that an end at this host is told."""

    def __init__(self, session: "Session", host_for: Callable[[str], str]) -> None:
        self._session = session
        self._host_for = host_for
        self._served: dict[Hashable, sdp.Description] = {}
        """What each was offered, or gets."""
        self._answers: dict[Hashable, sdp.Description] = {}

    def __contains__(self, key: Hashable) -> bool:
        return key in self._served

    def offer(self, key: Hashable, description: sdp.Description, host: str) -> bytes:
        """What a phone is for one in a browser; empty: browsers are not served now."""
        try:
            offer = self._session.offer(key, description, host)
        except NoBrowsers:
            return b""
        self._served[key] = description
        self._answers.pop(key, None)
        return offer

    def plain(self, key: Hashable, answer: sdp.Description, host: str) -> sdp.Description | None:
        """Its answer as a phone's; that of an early picture comes again when the call is taken. None: it fits nothing."""
        if key not in self._answers:
            if not self._session.answer(key, answer):
                return None
            self._answers[key] = answer
        return sdp.read(phone_answer(self._answers[key], self._served[key], host))

    def join(self, key: Hashable, offer: sdp.Description, served: sdp.Description, host: str) -> bytes:
        """The answer to one that offers itself; empty: nothing of it fits."""
        try:
            body = self._session.join(key, offer, served, self._host_for(host))
        except NoBrowsers:
            return b""
        if body:
            self._served[key] = served
        return body

    def again(self, key: Hashable, offer: sdp.Description, host: str) -> bytes:
        """The answer to what it wants now."""
        if key not in self._served:
            return b""
        try:
            return self._session.again(key, offer, self._served[key], self._host_for(host))
        except NoBrowsers:
            return b""

    def drop(self, key: Hashable) -> None:
        self._served.pop(key, None)
        self._answers.pop(key, None)
        self._session.drop(key)
