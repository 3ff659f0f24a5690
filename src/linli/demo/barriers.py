"""Vehicles at the barriers: cameras at the lanes read them, let them pass or not, and report."""

import asyncio
import contextlib
import random
from typing import Final

from linli.app.platform import Platform
from linli.demo import lanes, sample
from linli.demo.fleet import Fleet
from linli.demo.glance import plate
from linli.demo.place import Place
from linli.domains.people.queries import vehicles
from linli.kernel.pages import PageRequest

_OF_RESIDENTS: Final = 0.8
_MOST: Final = 500


class Barriers:
    def __init__(self, platform: Platform, site: Place, fleet: Fleet) -> None:
        self._platform = platform
        self._site = site
        self._fleet = fleet
        self._random = random.Random(sample.SEED + 9)
        self._inside: set[str] = set()
        self._permitted = False

    async def drive(self) -> None:
        """One vehicle comes, or one that is inside leaves."""
        if not self._permitted:
            await lanes.permit(self._platform, self._site)
            self._permitted = True
        number = await self._vehicle(self._site.community.community_id)
        leaves = number in self._inside
        camera = self._fleet.lanes.get("lane-south-out" if leaves else "lane-south-in")
        if camera is None:
            return
        (self._inside.discard if leaves else self._inside.add)(number)
        with contextlib.suppress(OSError, TimeoutError):  # a picture that found no way is none
            await camera.see(number, picture=await asyncio.to_thread(lanes.picture, number, int(leaves)))

    async def _vehicle(self, here: int) -> str:
        if self._random.random() < _OF_RESIDENTS:
            page = await vehicles.page(self._site.tenant, self._platform.db, here, PageRequest(1, _MOST))
            if page.data:
                return self._random.choice(page.data).plate
        return plate(self._random)
