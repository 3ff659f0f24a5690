"""Sound and picture of calls through the relay: descriptions get its addresses on their way."""

import socket
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from linli.kernel.telemetry import logger
from linli.media.ports import NoPorts
from linli.protocols import sdp, sip

if TYPE_CHECKING:
    from linli.media.relay import Relay
    from linli.media.session import Quality, Session

log = logger(__name__)
_NOT_SERVED: Final = "speex"
"""No browser plays it, and nothing here decodes."""
_TOLD_LOSS: Final = 0.05
"""Share of lost packets that is worth a line in the log."""


class End(NamedTuple):
    """Who sends or gets a description, and the host that its signalling comes from."""

    key: Hashable
    host: str


class Talk(Protocol):
    """A call, as its media see it."""

    def pressed(self, end: Hashable, key: str) -> None:
        """A key of a phone, which may be of a code: nothing writes it down."""
        ...

    def hang_up(self) -> None: ...


class CallMedia(Protocol):
    """One call's, with a relay or without."""

    full: bool
    """Whether there was no port for some medium."""

    def carry(self, message: sip.Message, of: End, to: End) -> bytes:
        """The body of a message as the other end is to get it."""
        ...

    def talk(self, key: Hashable) -> None:
        """Whom the caller hears."""
        ...

    def connected(self, key: Hashable) -> None:
        """This phone has the call: it talks, and from now on a long silence ends it."""
        ...

    def release(self, key: Hashable) -> None:
        """This phone may open the door: the key that it pressed goes on."""
        ...

    def drop(self, key: Hashable) -> None:
        """This phone is no more in the call."""
        ...

    def close(self) -> None: ...


class Media(Protocol):
    """Of one process."""

    def begin(self, name: str, caller: Hashable, talk: "Talk", *, door: bool) -> CallMedia:
        """The media of a call; `name` stands in the log. `door`: one end opens at a key of the other one."""
        ...

    def unfit(self, message: sip.Message) -> str:
        """Why no call can come of an offer, as the value of a Warning field (RFC 3261, 20.43); empty: it can."""
        ...


class Direct:
    """Phones send sound and picture to each other: nothing of it is touched."""

    full = False

    def begin(self, _name: str, _caller: Hashable, _talk: "Talk", *, door: bool) -> "Direct":
        return self

    def unfit(self, _message: sip.Message) -> str:
        return ""

    def carry(self, message: sip.Message, _of: End, _to: End) -> bytes:
        return message.body

    def talk(self, key: Hashable) -> None:
        return

    def connected(self, key: Hashable) -> None:
        return

    def release(self, key: Hashable) -> None:
        return

    def drop(self, key: Hashable) -> None:
        return

    def close(self) -> None:
        return


def _description(message: sip.Message) -> sdp.Description | None:
    if not message.body or message.content_type != "application/sdp":
        return None
    try:
        return sdp.read(message.body)
    except sdp.Unreadable:
        return None


class Relayed:
    """All goes through the relay. `host`: where its ports are open; `told_host`: what all are told, if anything."""

    def __init__(self, relay: "Relay", host: str, told_host: str) -> None:
        self._relay = relay
        self._host = told_host or ("" if host in ("0.0.0.0", "::") else host)

    def begin(self, name: str, caller: Hashable, talk: "Talk", *, door: bool) -> CallMedia:
        call = RelayedCall(self._host_for, name, talk)
        call.session = self._relay.session(call, caller, guarded=door)
        return call

    def unfit(self, message: sip.Message) -> str:
        description = _description(message)
        if description is None or description.of_browser:
            return ""
        for medium in description.media:
            if medium.kind == "audio" and medium.live and medium.voices == {_NOT_SERVED}:
                return '305 linli "Speex alone is not served: offer PCMA, PCMU or Opus as well"'
        return ""

    def _host_for(self, phone: str) -> str:
        """The address of ours that a phone is told: of the network by which it is reached."""
        if self._host:
            return self._host
        family = socket.AF_INET6 if ":" in phone else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((phone, 9))  # sends nothing: asks for the way
            except OSError:
                return "127.0.0.1"
            return str(probe.getsockname()[0])


class RelayedCall:
    """One call's. What comes before the first description of a phone, or is none, passes as it is."""

    session: "Session"

    def __init__(self, host_for: Callable[[str], str], name: str, talk: "Talk") -> None:
        self._host_for = host_for
        self._name = name
        self._talk = talk
        self._keys = 0
        self.full = False

    def carry(self, message: sip.Message, of: End, to: End) -> bytes:
        description = _description(message)
        if description is None or description.of_browser:
            return message.body
        for medium in description.media:
            medium.leave_out(_NOT_SERVED)
            medium.leave_out("red")  # keys within it would not be seen
        host = self._host_for(to.host)
        try:
            self.session.take(of.key, of.host, description)
            return self.session.place(to.key, to.host, description, host)
        except NoPorts:
            log.warning("call %s: there is no free port for its media", self._name)
            self.full = True
            return description.placed(host, [0] * len(description.media))

    def talk(self, key: Hashable) -> None:
        self.session.talk(key)

    def connected(self, key: Hashable) -> None:
        self.session.talk(key)
        self.session.watched = True

    def release(self, key: Hashable) -> None:
        self.session.release(key)

    def drop(self, key: Hashable) -> None:
        self.session.drop(key)

    def close(self) -> None:
        self.session.close()

    # ------------------------------------------------------------ from the relay

    def pressed(self, end: Hashable, key: str) -> None:
        self._keys += 1  # which ones is written nowhere: they may be of a code
        self._talk.pressed(end, key)

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
