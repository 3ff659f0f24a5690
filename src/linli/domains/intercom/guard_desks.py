"""Pages that ring: guard desks and indoor terminals, each as long as its live line is open."""

import asyncio
from collections.abc import Callable
from typing import Final

BACK_S: Final = 10.0
"""How long a page whose line broke may take to come back before its talk ends."""


class Seat:
    """One open page."""

    def __init__(self, community_id: int, number: str, page: str, tell: Callable[[], None]) -> None:
        """`number`: of the member of staff; `page`: the name that it gave itself; `tell`: the desks' calls changed."""
        self.community_id = community_id
        self.number = number
        self.page = page
        self.tell = tell

    @property
    def key(self) -> tuple[int, str, str]:
        return self.community_id, self.number, self.page


class GuardDesks:
    """Of one process."""

    def __init__(self) -> None:
        self._seats: dict[Seat, None] = {}
        self.on_left: list[Callable[[int, str, str], None]] = []
        """Told when a page (community, number, name) is no desk any more."""

    def sit(self, seat: Seat) -> None:
        self._seats[seat] = None

    def leave(self, seat: Seat, *, for_good: bool) -> None:
        """The line is closed. `for_good`: it may not come back, as its right is gone."""
        self._seats.pop(seat, None)
        if for_good:
            self._left(*seat.key)
        else:
            asyncio.get_running_loop().call_later(BACK_S, self._left, *seat.key)

    def sits(self, community_id: int, number: str, page: str) -> bool:
        return any(seat.key == (community_id, number, page) for seat in self._seats)

    def pages(self, community_id: int) -> set[tuple[str, str]]:
        """(number, name) of all desks of a community."""
        return {(seat.number, seat.page) for seat in self._seats if seat.community_id == community_id}

    def is_here(self, number: str) -> bool:
        """Whether any page sits under a number."""
        return any(seat.number == number for seat in self._seats)

    def tell_number(self, number: str) -> None:
        for seat in self._seats:
            if seat.number == number:
                seat.tell()

    def tell(self, community_id: int) -> None:
        for seat in self._seats:
            if seat.community_id == community_id:
                seat.tell()

    def _left(self, community_id: int, number: str, page: str) -> None:
        if not self.sits(community_id, number, page):
            for tell in self.on_left:
                tell(community_id, number, page)
