"""Calls whose transaction lost a race with another one are done again, as those of the open API are.

Only where nothing has stayed of the try: a call that had committed something, or called a device, is answered 503.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.datastructures import UploadFile

from linli.console.refusals import route_handlers
from linli.kernel import input_errors
from linli.kernel.db.errors import Unstorable
from linli.kernel.db.races import MOST_AGAIN, attempt, lost_race, pause_before
from linli.kernel.errors import LinliError

ONCE: Final = "once"
"""Option of routes that use up what they were sent, such as a body read piece by piece."""

type Route = Callable[..., Awaitable[Any]]


def do_again(app: Litestar) -> None:
    """Have every route of an app done again when it loses a race, except those with the option `once`."""
    for handler in route_handlers(app):
        if not handler.has_sync_callable and handler.sync_to_thread is None and not handler.opt.get(ONCE):
            handler(_doing_again(handler.fn))


def _doing_again(route: Route) -> Route:
    @wraps(route)
    async def done(**arguments: Any) -> Any:
        again = MOST_AGAIN
        while True:
            with attempt() as made:
                try:
                    return await route(**arguments)
                except Unstorable as error:
                    raise input_errors.of_unstorable(error, arguments.get("data"), whole="body") from error
                except LinliError as error:
                    if not again or made.lasting or not lost_race(error):
                        raise
            await asyncio.sleep(pause_before(again))
            again -= 1
            await _rewind(arguments.get("data"))

    return done


async def _rewind(data: Any) -> None:
    """Files that came with the call are read from their beginning again."""
    if isinstance(data, UploadFile):
        await data.seek(0)
    elif isinstance(data, msgspec.Struct):
        for name in data.__struct_fields__:
            if isinstance(held := getattr(data, name), UploadFile):
                await held.seek(0)
