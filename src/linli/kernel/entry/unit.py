"""A call as one piece of work, done again where it lost a race with another one. Its unit is begun by `Database.run`."""

import asyncio
from collections.abc import Awaitable, Callable

from linli.kernel.db.races import MOST_AGAIN, attempt, lost_race, pause_before
from linli.kernel.errors import LinliError


async def done_again[R](work: Callable[[], Awaitable[R]]) -> R:
    """Do `work`, which begins its units itself, and do it again where it lost a race and nothing of it has stayed."""
    again = MOST_AGAIN
    while True:
        with attempt() as current:
            try:
                return await work()
            except LinliError as error:
                if not again or current.lasting or not lost_race(error):
                    raise
        await asyncio.sleep(pause_before(again))
        again -= 1
