"""Devices that are registered at this process, and the way to each."""

from collections.abc import Callable
from dataclasses import dataclass, field

from linli.domains.video.rows import GbDevice
from linli.kernel.sip.flows import Flow
from linli.protocols import sip


@dataclass(slots=True, eq=False)
class Line:
    device: GbDevice
    seen_ms: int
    """By the steady clock."""
    described: bool = False
    """Whether it has said what it is."""
    number: int = 0
    """SN of the last question."""
    edition_2022: bool = False
    """As it said when it registered."""
    keys_asked: dict[str, float] = field(default_factory=dict)
    """Seconds of the event loop when a key picture was asked for last, by channel."""
    refuses_keys: set[str] = field(default_factory=set)
    """Channels that refused to be asked."""
    transport: str = field(init=False)
    host: str = field(init=False)
    port: int = field(init=False)

    def __post_init__(self) -> None:
        self.place(self.device)

    def place(self, device: GbDevice) -> None:
        self.device = device
        self.transport, self.host, self.port = device.transport, device.host, device.port


class Lines:
    def __init__(self, flow_of: Callable[[Line], Flow | None]) -> None:
        self._lines: dict[str, Line] = {}
        self._flow_of = flow_of

    def know(self, device: GbDevice, now_ms: int) -> Line:
        """It registered, or had before this process began."""
        line = self._lines.get(device.gb_id)
        if line is None:
            line = self._lines[device.gb_id] = Line(device, now_ms)
        else:
            line.place(device)
            line.seen_ms = now_ms
        return line

    def named(self, gb_id: str) -> Line | None:
        return self._lines.get(gb_id)

    def all(self) -> list[Line]:
        return list(self._lines.values())

    def forget(self, line: Line) -> None:
        if self._lines.get(line.device.gb_id) is line:
            del self._lines[line.device.gb_id]

    def silent_since(self, before_ms: int) -> list[Line]:
        return [line for line in self._lines.values() if line.seen_ms < before_ms]

    def flow(self, line: Line) -> Flow | None:
        """None: nothing can be sent to it."""
        return self._flow_of(line)

    def owner(self, request: sip.Request, flow: Flow) -> tuple[str, bool]:
        """The code that a request names, and whether it comes from where that device registered; a recorder may name a
        camera of its own. Raises Malformed."""
        gb_id = request.from_.uri.user or ""
        line = self._lines.get(gb_id)
        if line is None and request.method != "REGISTER":
            line = self._at(flow)
        if line is None:
            return gb_id, False
        # Who registers has still to prove it.
        return line.device.gb_id, line.host == flow.host and request.method != "REGISTER"

    def of(self, request: sip.Request, flow: Flow) -> Line | None:
        """Whose request this is: of a device that registered from this address. Raises Malformed.

        A recorder names a camera of its own in From; then its address and port say who it is.
        """
        line = self._lines.get(request.from_.uri.user or "")
        if line is not None and line.host == flow.host:
            if line.transport == "udp" == flow.transport and line.port != flow.port:
                line.port = flow.port  # its router gave it another one
            return line
        return self._at(flow)

    def _at(self, flow: Flow) -> Line | None:
        for other in self._lines.values():
            if (other.host, other.port, other.transport) == (flow.host, flow.port, flow.transport):
                return other
        return None
