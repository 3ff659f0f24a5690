"""The server's machines. Timer letters as in RFC 3261, 17.2."""

from ..message import Request, Response
from .machine import DEFAULT_TIMES, Action, Deliver, Failure, Machine, Send, Times


class ServerInvite(Machine):
    """An INVITE that came (17.2.1; 2xx as in RFC 6026, 7.1)."""

    __slots__ = ("_pause", "last")

    def __init__(self, request: Request, *, reliable: bool, times: Times = DEFAULT_TIMES) -> None:
        super().__init__(request, "proceeding", reliable=reliable, times=times)
        self._pause = times.t1
        self.last: Response | None = None
        """What was answered last."""

    def respond(self, response: Response, now_ms: int) -> list[Action]:
        """Send an answer. After the final one only a 2xx may be sent again; others are dropped."""
        if self.state == "accepted":
            return [Send(response)] if 200 <= response.status < 300 else []
        if self.state != "proceeding":
            return []
        self.last = response
        if 200 <= response.status < 300:
            self._go("accepted", L=now_ms + self.times.patience)
        elif response.status >= 300:
            self._go("completed", H=now_ms + self.times.patience)
            if not self.reliable:
                self._timers["G"] = now_ms + self._pause
        return [Send(response)]

    def receive(self, request: Request, now_ms: int) -> list[Action]:
        """Take the INVITE again, or its ACK."""
        if request.method == "ACK":
            if self.state == "accepted":
                return [Deliver(request)]
            if self.state == "completed":
                self._linger("confirmed", now_ms + self.times.t4, "I")
            return []
        if self.state in ("proceeding", "completed") and self.last is not None:
            return [Send(self.last)]
        return []

    def _fire(self, name: str, now_ms: int) -> list[Action]:
        if name == "G" and self.last is not None:
            self._pause = min(self._pause * 2, self.times.t2)
            self._timers["G"] = now_ms + self._pause
            return [Send(self.last)]
        self._end()
        return [Failure("timeout")] if name == "H" else []


class ServerRequest(Machine):
    """Any other request that came (17.2.2)."""

    __slots__ = ("last",)

    def __init__(self, request: Request, *, reliable: bool, times: Times = DEFAULT_TIMES) -> None:
        super().__init__(request, "trying", reliable=reliable, times=times)
        self.last: Response | None = None

    def respond(self, response: Response, now_ms: int) -> list[Action]:
        if self.state not in ("trying", "proceeding"):
            return []
        if response.status < 200:
            self.last = response
            self.state = "proceeding"
        else:
            # Half a minute it waits for repeats: thousands of phones log in within that time.
            self.last, self.request = response.written(), self.request.outline()
            self._linger("completed", now_ms + self.times.patience, "J")
        return [Send(self.last)]

    def receive(self, _request: Request, _now_ms: int) -> list[Action]:
        """Take the request again."""
        return [Send(self.last)] if self.last is not None and not self.over else []

    def _fire(self, _name: str, _now_ms: int) -> list[Action]:
        self._end()
        return []


class AnswerRepeat:
    """Repeats a 2xx to an INVITE until its ACK comes, on any transport (13.3.1.4). Not a transaction of its own."""

    __slots__ = ("_pause", "_times", "_until_ms", "deadline_ms", "response")

    def __init__(self, response: Response, now_ms: int, times: Times = DEFAULT_TIMES) -> None:
        self.response = response
        self._times = times
        self._pause = times.t1
        self._until_ms = now_ms + times.patience
        self.deadline_ms: int | None = now_ms + times.t1

    def acknowledged(self) -> None:
        self.deadline_ms = None

    def tick(self, now_ms: int) -> list[Action]:
        """Failure means that no ACK came: the call is to be ended with BYE."""
        if self.deadline_ms is None or now_ms < self.deadline_ms:
            return []
        if now_ms >= self._until_ms:
            self.deadline_ms = None
            return [Failure("timeout")]
        self._pause = min(self._pause * 2, self._times.t2)
        self.deadline_ms = min(now_ms + self._pause, self._until_ms)
        return [Send(self.response)]
