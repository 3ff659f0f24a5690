"""The video component among the box's: one edition at a time, its page on port 8080 while it runs. Spec C §6."""

from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec

from linli.edge import components
from linli.edge.runtime.components import Params, Part, PartFailed
from linli.edge.runtime.network import check_card
from linli.edge.services.console import LocalConsole
from linli.edge.video.room import VideoRoom
from linli.protocols.edge_link import Deployment, DeviceKey, WantedComponent

GATEWAYS: Final = "gateways"
"""Parameter of the three-instance edition: the triples of its gateways, in their order."""


class VideoPage:
    """The page on the component's port, made anew at each start."""

    def __init__(self, make: Callable[[], LocalConsole]) -> None:
        self._make = make
        self._console: LocalConsole | None = None

    @property
    def port(self) -> int:
        """0: it does not run."""
        return self._console.port if self._console is not None else 0

    async def start(self) -> None:
        """Raises OSError."""
        console = self._make()
        await console.start()
        self._console = console

    async def stop(self) -> None:
        console, self._console = self._console, None
        if console is not None:
            await console.stop()


class VideoAccess:
    """`page` is None on a box without services on its LAN."""

    def __init__(self, room: VideoRoom, page: VideoPage | None) -> None:
        self._room = room
        self._page = page
        self.page_fault = ""

    def parts(self) -> list[Part]:
        return [
            Part(components.VIDEO, _named(components.VIDEO), self._start, self._stop, self._failing),
            Part(
                components.VIDEO_THREE,
                _named(components.VIDEO_THREE),
                partial(self._start, three=True),
                self._stop,
                self._failing,
            ),
        ]

    async def _start(self, params: Params, *, three: bool = False) -> None:
        """`params`: the card that it was given. Raises PartFailed."""
        if self._room.running:
            raise PartFailed("the other edition of this component runs")
        check_card(params)
        gateways: list[DeviceKey] = []
        if three:
            try:
                gateways = msgspec.convert(params.get(GATEWAYS), list[DeviceKey])
            except msgspec.ValidationError as error:
                raise PartFailed(f"the platform gave no gateways: {error}") from None
            if not gateways:
                raise PartFailed("the platform gave no gateways")
        await self._room.start(gateways)
        self.page_fault = ""
        if self._page is not None:
            try:
                await self._page.start()
            except OSError as error:
                self.page_fault = f"its page does not run: {error}"

    async def _stop(self) -> None:
        if self._page is not None:
            await self._page.stop()
        await self._room.stop()

    def _failing(self) -> str:
        return self._room.failing() or self.page_fault


def _named(code: str) -> Callable[[Deployment], WantedComponent | None]:
    """Only where the platform names it: it costs connections and a port."""

    def wanted(deployment: Deployment) -> WantedComponent | None:
        return next((each for each in deployment.components or () if each.code == code and each.on), None)

    return wanted
