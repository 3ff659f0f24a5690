"""Looks of guard desks through doors: beside all others who look, each with its trace, one of a page at a time."""

from typing import Final, NamedTuple

from linli.calls.rows import APP, Account, staff_of
from linli.domains.intercom.answering import CallOver, DeskOfLooks, DoorAway, NotAtDesk
from linli.domains.intercom.guard_desks import GuardDesks
from linli.domains.intercom.rows import DoorNumber
from linli.domains.intercom.sip.front import SipFront
from linli.domains.intercom.sip.watch import PageViews

_NO_PASSWORD: Final = ""


class _Page(NamedTuple):
    community_id: int
    number: str
    page: str


class _Look(NamedTuple):
    id: int
    door: str
    """Its number."""


class DeskLooks(DeskOfLooks):
    """Of one process."""

    def __init__(self, front: SipFront, views: PageViews, desks: GuardDesks) -> None:
        self._front = front
        self._views = views
        self._desks = desks
        self._looks: dict[_Page, _Look] = {}
        views.on_left = self._left
        desks.on_left.append(self._desk_left)

    async def look(self, door: DoorNumber, number: str, page: str, host: str) -> str:
        station = await self._front.logins.phones.account(door.number)
        if station is None:
            raise DoorAway()  # of another server, or its service rests
        viewer = Account(number, station.tenant_id, station.project_id, APP, _NO_PASSWORD, 0, 0)
        place = _Page(door.community_id, number, page)
        before = self._looks.get(place)
        if before is not None and before.door != door.number:
            self._views.leave(before.door, number, page)
        offer = await self._views.watch(door.number, number, page, host, caller=viewer)
        if not self._desks.sits(*place):  # it closed meanwhile
            self._views.leave(door.number, number, page)
            raise NotAtDesk()
        if place not in self._looks:
            try:
                look_id = await self._front.log.look_began(door, f"staff:{staff_of(number)}")
            except BaseException:
                self._views.leave(door.number, number, page)
                raise
            self._keep(place, _Look(look_id, door.number))
        return offer

    def see(self, door: DoorNumber, number: str, page: str, description: bytes) -> None:
        self._own(door, number, page)
        self._views.see(door.number, number, page, description)

    def talk(self, door: DoorNumber, number: str, page: str, *, on: bool) -> None:
        look = self._own(door, number, page)
        self._views.talk(door.number, number, page, on=on)
        if on:
            self._front.log.look_talked(look.id)

    def leave(self, door: DoorNumber, number: str, page: str) -> None:
        self._views.leave(door.number, number, page)

    def _keep(self, place: _Page, look: _Look) -> None:
        """From now on it is seen; what was begun twice at once has one trace that goes on."""
        before = self._looks.pop(place, None)
        if before is not None:
            self._front.log.look_ended(before.id)
        self._looks[place] = look
        self._desks.tell(place.community_id)

    def _own(self, door: DoorNumber, number: str, page: str) -> _Look:
        look = self._looks.get(_Page(door.community_id, number, page))
        if look is None or look.door != door.number:
            raise CallOver()
        return look

    def _left(self, door: str, number: str, page: str) -> None:
        for place, look in list(self._looks.items()):
            if (look.door, place.number, place.page) == (door, number, page):
                del self._looks[place]
                self._front.log.look_ended(look.id)
                self._desks.tell(place.community_id)

    def _desk_left(self, community_id: int, number: str, page: str) -> None:
        look = self._looks.get(_Page(community_id, number, page))
        if look is not None:
            self._views.leave(look.door, number, page)
