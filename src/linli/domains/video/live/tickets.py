"""Tokens of players: each for one session. A foreign one, a used one and a late one each have their answer."""

import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from linli.domains.video.service.looks import Watcher
from linli.media.cameras.outputs import Keys

if TYPE_CHECKING:
    from linli.domains.video.live.running import Running

LIFE_MS: Final = 60_000
"""To begin with after it was given."""
MOST: Final = 10_000
_KEPT_MS: Final = 600_000
"""A used one is told apart from one that never was for so long."""

type Scheme = Literal["ws", "flv", "hls", "rtmp"]
type Alive = Callable[[], Awaitable[bool]]


class TicketRefused(Exception):
    """`code`: unknown, used or late."""

    def __init__(self, code: Literal["unknown", "used", "late"]) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True, eq=False)
class Ticket:
    running: "Running"
    scheme: Scheme
    given_ms: int
    alive: Alive
    """Whether who asked may still look; asked again while they do."""
    watcher: Watcher | None = None
    """Of a live picture: as whose look it is kept."""
    keys: Keys | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    session: str = field(default_factory=lambda: secrets.token_hex(8))
    used: bool = False
    closed: bool = False
    address: str = ""
    """Who uses it, where one session has many requests."""


class Tickets:
    def __init__(self) -> None:
        self._tickets: OrderedDict[str, Ticket] = OrderedDict()

    def give(self, ticket: Ticket) -> Ticket:
        while self._tickets:
            oldest = next(iter(self._tickets.values()))
            if len(self._tickets) < MOST and ticket.given_ms - oldest.given_ms < _KEPT_MS:
                break
            self._tickets.popitem(last=False)
        self._tickets[ticket.token] = ticket
        return ticket

    def use(self, token: str, session: str, schemes: tuple[Scheme, ...], now_ms: int) -> Ticket:
        """Begin a session. Raises TicketRefused."""
        ticket = self.find(token, session, schemes)
        if ticket.used:
            raise TicketRefused("used")
        if now_ms - ticket.given_ms > LIFE_MS or ticket.running.over:
            raise TicketRefused("late")
        ticket.used = True
        return ticket

    def find(self, token: str, session: str, schemes: tuple[Scheme, ...]) -> Ticket:
        """Raises TicketRefused."""
        ticket = self._tickets.get(token)
        if (
            ticket is None
            or not secrets.compare_digest(ticket.session.encode(), session.encode(errors="replace"))
            or ticket.scheme not in schemes
        ):
            raise TicketRefused("unknown")
        return ticket
