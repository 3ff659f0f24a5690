"""The box's regular work: it stores the time and asks for it, and deletes old pictures."""

import asyncio
import contextlib
from typing import Final

from linli.edge.runtime.pictures import Pictures
from linli.edge.runtime.timekeeper import Timekeeper
from linli.kernel.errors import LinliError

LOOK_S: Final = 60
ASK_TIME_S: Final = 600
TIDY_S: Final = 3600


class Upkeep:
    """One per box."""

    def __init__(self, time: Timekeeper, pictures: Pictures) -> None:
        self._time = time
        self._pictures = pictures

    async def run(self) -> None:
        passed = 0
        while True:
            with contextlib.suppress(LinliError):
                await self._time.keep()
                if passed % TIDY_S == 0:
                    await self._pictures.tidy()
            if passed % ASK_TIME_S == 0:
                self._time.ask()
            passed += LOOK_S
            await asyncio.sleep(LOOK_S)
