"""The client's machines. Timer letters as in RFC 3261, 17.1."""

from ..answers import acknowledge
from ..message import Request, Response
from .machine import DEFAULT_TIMES, Action, Deliver, Failure, Machine, Send, Times


class ClientInvite(Machine):
    """An INVITE we send (17.1.1; 2xx as in RFC 6026, 7.2)."""

    __slots__ = ("_ack", "_pause")

    def __init__(self, request: Request, *, reliable: bool, times: Times = DEFAULT_TIMES) -> None:
        super().__init__(request, "calling", reliable=reliable, times=times)
        self._pause = times.t1
        self._ack: Request | None = None

    def start(self, now_ms: int) -> list[Action]:
        self._timers["B"] = now_ms + self.times.patience
        if not self.reliable:
            self._timers["A"] = now_ms + self._pause
        return [Send(self.request)]

    def receive(self, response: Response, now_ms: int) -> list[Action]:
        if response.status < 200:
            if self.state not in ("calling", "proceeding"):
                return []
            self._go("proceeding")
            return [Deliver(response)]
        if response.status < 300:
            if self.state in ("calling", "proceeding"):
                self._go("accepted", M=now_ms + self.times.patience)
            # Each 2xx goes up: repeated ones are acknowledged anew, those of another fork are ended there.
            return [Deliver(response)] if self.state == "accepted" else []
        if self.state == "completed":
            return [Send(self._ack)] if self._ack is not None else []
        if self.state not in ("calling", "proceeding"):
            return []
        self._ack = acknowledge(self.request, response)
        self._linger("completed", now_ms + self.times.d, "D")
        return [Send(self._ack), Deliver(response)]

    def _fire(self, name: str, now_ms: int) -> list[Action]:
        if name == "A":
            self._pause *= 2
            self._timers["A"] = now_ms + self._pause
            return [Send(self.request)]
        self._end()
        return [Failure("timeout")] if name == "B" else []


class ClientRequest(Machine):
    """Any other request we send, except ACK (17.1.2)."""

    __slots__ = ("_pause",)

    def __init__(self, request: Request, *, reliable: bool, times: Times = DEFAULT_TIMES) -> None:
        super().__init__(request, "trying", reliable=reliable, times=times)
        self._pause = times.t1

    def start(self, now_ms: int) -> list[Action]:
        self._timers["F"] = now_ms + self.times.patience
        if not self.reliable:
            self._timers["E"] = now_ms + self._pause
        return [Send(self.request)]

    def receive(self, response: Response, now_ms: int) -> list[Action]:
        if self.state not in ("trying", "proceeding"):
            return []
        if response.status < 200:
            self.state = "proceeding"
        else:
            self._linger("completed", now_ms + self.times.t4, "K")
        return [Deliver(response)]

    def _fire(self, name: str, now_ms: int) -> list[Action]:
        if name == "E":
            self._pause = self.times.t2 if self.state == "proceeding" else min(self._pause * 2, self.times.t2)
            self._timers["E"] = now_ms + self._pause
            return [Send(self.request)]
        self._end()
        return [Failure("timeout")] if name == "F" else []
