"""The calls to doors for pages that look, and who of them may talk."""

import asyncio
import functools
from collections.abc import Callable
from typing import Final

from linli.calls.page_phone import PagePhone
from linli.calls.rows import Account
from linli.calls.watch import Watch
from linli.domains.intercom.answering import CallOver, CannotSee, DeskOfViews, DoorAway, DoorBusy, VoiceTaken
from linli.kernel.sip.flows import Receiver

WAIT_S: Final = 10.0
"""How long a door may take to answer by itself."""


class PageViews(DeskOfViews):
    """By door number."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._watches: dict[str, Watch] = {}
        self.on_left: Callable[[str, str, str], None] = lambda _door, _number, _page: None
        """A page (number, name) looks no more."""

    async def begin(self, door: str, number: str, caller: Account | None = None) -> Watch:
        """The call to a door, which is begun unless others look already. Raises DoorAway, DoorBusy."""
        watch = self._watches.get(door)
        if watch is None or watch.over:
            watch = self._watches[door] = Watch(self._receiver, door, number, caller=caller)
            watch.on_over = functools.partial(self._over, door, watch)
            watch.begin()
        try:
            async with asyncio.timeout(WAIT_S):
                status = await asyncio.shield(watch.answered)
        except TimeoutError:
            watch.hang_up()
            raise DoorAway() from None
        if status >= 300 or watch.media is None:
            self._forget(door, watch)
            raise DoorBusy() if status == 486 else DoorAway()
        return watch

    async def watch(
        self,
        door: str,
        number: str,
        page: str,
        host: str,
        *,
        terminal: bool = False,
        caller: Account | None = None,
    ) -> str:
        watch = await self.begin(door, number, caller)
        if watch.media is None:
            raise DoorAway()
        viewer = watch.viewers.get((number, page))
        if viewer is None:
            others = {other for other, _ in watch.viewers if other != number}
            if watch.full or (terminal and others & watch.terminals):
                raise DoorBusy()
            if terminal:
                watch.terminals.add(number)
            viewer = watch.viewers[number, page] = PagePhone(self._receiver, number, host, page=page)
            viewer.on_lost = lambda: self.leave(door, number, page)
            watch.media.add_viewer(viewer)
        offer = viewer.offer()
        if not offer:
            raise CannotSee()
        return offer.decode("utf-8", "replace")

    def see(self, door: str, number: str, page: str, description: bytes) -> None:
        _, viewer = self._viewer(door, number, page)
        if not viewer.see(description):
            raise CannotSee()

    def talk(self, door: str, number: str, page: str, *, on: bool) -> None:
        watch, viewer = self._viewer(door, number, page)
        if not watch.hand(viewer, on=on):
            raise VoiceTaken()

    def leave(self, door: str, number: str, page: str) -> None:
        watch = self._watches.get(door)
        viewer = None if watch is None else watch.viewers.pop((number, page), None)
        if watch is None or viewer is None:
            return
        viewer.decline()
        if watch.talker is viewer:
            watch.hand(viewer, on=False)
        if watch.media is not None:
            watch.media.drop_viewer(viewer)
        self.on_left(door, number, page)
        self.end_if_empty(door, watch)

    def end_if_empty(self, door: str, watch: Watch) -> None:
        """Nobody looks any more: the door is hung up."""
        if watch.empty:
            watch.hang_up()
            self._forget(door, watch)

    def _viewer(self, door: str, number: str, page: str) -> tuple[Watch, PagePhone]:
        watch = self._watches.get(door)
        viewer = None if watch is None or watch.over else watch.viewers.get((number, page))
        if watch is None or viewer is None:
            raise CallOver()
        return watch, viewer

    def _over(self, door: str, watch: Watch) -> None:
        """The minute is over, or the door hung up."""
        viewers, watch.viewers = list(watch.viewers), {}
        for number, page in viewers:
            self.on_left(door, number, page)
        self._forget(door, watch)

    def _forget(self, door: str, watch: Watch) -> None:
        if self._watches.get(door) is watch:
            del self._watches[door]
