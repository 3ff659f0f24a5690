"""Sound and picture of calls through the relay: what each call is made of, and whose address its ends are told."""

import socket
from collections.abc import Hashable
from typing import TYPE_CHECKING

from linli.calls.bell_media import BellCall
from linli.calls.bell_phone import BellPhone, way_of
from linli.calls.dial import Dial
from linli.calls.dial_media import DialledCall
from linli.calls.media import CallMedia, Talk, description_of
from linli.calls.relayed_call import NOT_SERVED, RelayedCall
from linli.calls.sides import Side
from linli.calls.watch import Watch
from linli.protocols import sip

if TYPE_CHECKING:
    from linli.media.relay import Relay


def host_here(host: str) -> str:
    """How a program on this machine is reached by what is bound to `host`."""
    return "::1" if ":" in host else "127.0.0.1"


class Relayed:
    """All goes through the relay. `host`: where its ports are open; `told_host`: what all are told, if anything."""

    def __init__(self, relay: "Relay", host: str, told_host: str) -> None:
        self._relay = relay
        bound = "" if host in ("0.0.0.0", "::") else host
        self._host = told_host or bound
        self._near = bound or host_here(host)

    def begin(self, name: str, caller: Hashable, talk: Talk, *, door: bool) -> CallMedia:
        way = way_of(caller.flow) if isinstance(caller, Side) else None
        if way is not None and isinstance(caller, Side):
            return way.adopt(caller, name, talk)
        dials = isinstance(caller, Side) and isinstance(caller.flow, Dial)
        call = (DialledCall if dials else RelayedCall)(self._host_for, name, talk, caller)
        call.session = self._relay.session(call, caller, guarded=door)
        if isinstance(caller, Side) and isinstance(caller.flow, Watch):
            call.watched_by(caller.flow)
        return call

    def at_bell(self, phone: BellPhone) -> BellCall:
        """The media of a visitor's phone, before it rings anybody."""
        call = BellCall(self._host_for, phone)
        call.session = self._relay.session(call, phone, guarded=True)
        return call

    def unfit(self, message: sip.Message) -> str:
        description = description_of(message)
        if description is None or description.of_browser:
            return ""
        for medium in description.media:
            if medium.kind == "audio" and medium.live and medium.voices == {NOT_SERVED}:
                return '305 linli "Speex alone is not served: offer PCMA, PCMU or Opus as well"'
        return ""

    def _host_for(self, phone: str) -> str:
        """The address of ours that a phone is told: of the network by which it is reached."""
        if phone == host_here(self._near):
            return self._near
        if self._host:
            return self._host
        family = socket.AF_INET6 if ":" in phone else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((phone, 9))  # sends nothing: asks for the way
            except OSError:
                return "127.0.0.1"
            return str(probe.getsockname()[0])
