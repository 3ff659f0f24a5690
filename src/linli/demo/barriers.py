"""Vehicles at the barriers. Until the platform steers barriers itself, their records come as a car park's system sends
them: rows of `iot_park_record_v2_model` (spec B §4.2)."""

import random
from typing import Final

from linli.app.platform import Platform
from linli.databus.records import insert_record
from linli.demo import sample
from linli.demo.glance import plate
from linli.demo.place import Place
from linli.domains.people.queries import vehicles
from linli.kernel.pages import PageRequest

_OF_RESIDENTS: Final = 0.8
_LISTED, _VISITING = 2, 1
"""typePermission: on the white list, or a visitor's."""
_GREEN, _BLUE = 5, 2
_MOST: Final = 500


class Barriers:
    def __init__(self, platform: Platform, site: Place) -> None:
        self._platform = platform
        self._site = site
        self._random = random.Random(sample.SEED + 9)
        self._inside: set[str] = set()

    async def drive(self) -> None:
        """One vehicle comes, or one that is inside leaves."""
        here = self._site.community.community_id
        number, listed = await self._vehicle(here)
        leaves = number in self._inside
        (self._inside.discard if leaves else self._inside.add)(number)
        await self._platform.db.run(
            lambda tx: insert_record(
                self._site.app.narrowed(here),
                tx,
                model_id="iot_park_record_v2_model",
                community_id=here,
                row={
                    "plateNumber": number,
                    "direction": int(leaves),
                    "openType": 0,
                    "hasPlate": 1,
                    "typePermission": _LISTED if listed else _VISITING,
                    "plateColorNumber": _GREEN if len(number) == 8 else _BLUE,
                    "plateNumberType": "52" if len(number) == 8 else "02",
                    "plateRecognitionReliability": round(self._random.uniform(0.93, 0.999), 3),
                },
            )
        )

    async def _vehicle(self, here: int) -> tuple[str, bool]:
        if self._random.random() < _OF_RESIDENTS:
            page = await vehicles.page(self._site.tenant, self._platform.db, here, PageRequest(1, _MOST))
            if page.data:
                return self._random.choice(page.data).plate, True
        return plate(self._random), False
