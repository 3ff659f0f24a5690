"""What calls ask of their sound and picture, and calls whose phones send it to each other."""

from collections.abc import Hashable
from typing import Protocol

from linli.calls.sides import End
from linli.protocols import sdp, sip


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

    def renew(self, message: sip.Message, of: End, to: End) -> bytes | None:
        """The answer to an offer that is not for the other end; empty: it fits nothing. None: it goes on to it."""
        ...

    def talk(self, key: Hashable) -> None:
        """Whom the caller hears."""
        ...

    def connected(self, key: Hashable) -> None:
        """This phone has the call: it talks, and from now on a long silence ends it."""
        ...

    def hold(self) -> None:
        """The caller hears nobody, until the next one has the call; who had it hears and sees the caller."""
        ...

    def release(self, key: Hashable) -> None:
        """This phone may open the door: the key that it pressed goes on."""
        ...

    def drop(self, key: Hashable) -> None:
        """This phone is no more in the call."""
        ...

    def join(self, message: sip.Message, viewer: End, door: Hashable) -> bytes:
        """What another phone gets that wants to see the door of this call, too; empty: it cannot."""
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

    def carry(self, message: sip.Message, of: End, to: End) -> bytes:
        voice = of.voice or to.voice
        description = description_of(message) if to.codecs or voice else None
        if description is None:
            return message.body
        if voice:
            description.without_picture()
        return (description.voice_only(to.codecs) if to.codecs else description).written()

    def renew(self, _message: sip.Message, _of: End, _to: End) -> bytes | None:
        return None

    def talk(self, key: Hashable) -> None:
        return

    def connected(self, key: Hashable) -> None:
        return

    def hold(self) -> None:
        return

    def release(self, key: Hashable) -> None:
        return

    def drop(self, key: Hashable) -> None:
        return

    def join(self, message: sip.Message, viewer: End, door: Hashable) -> bytes:
        return b""

    def close(self) -> None:
        return


def description_of(message: sip.Message) -> sdp.Description | None:
    if not message.body or message.content_type != "application/sdp":
        return None
    try:
        return sdp.read(message.body)
    except sdp.Unreadable:
        return None
