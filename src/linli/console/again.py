"""Calls whose transaction lost a race with another one are done again, as those of the open API are.

Only where nothing has stayed of the try: a call that had committed something, or called a device, is answered 503.
What a column does not take is the caller's value: the refusal names the field of the body.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Final

from litestar import Litestar

from linli.console.refusals import route_handlers
from linli.console.routes import Entry, rewind
from linli.kernel import input_errors
from linli.kernel.db.errors import Unstorable
from linli.kernel.entry.unit import done_again

ONCE: Final = "once"
"""Option of routes that use up what they were sent, such as a body read piece by piece."""

type Route = Callable[..., Awaitable[Any]]


def do_again(app: Litestar) -> None:
    """Have every route of an app done again when it loses a race, except those with the option `once`."""
    for handler in route_handlers(app):
        if isinstance(handler, Entry):  # does so itself
            continue
        if not handler.has_sync_callable and handler.sync_to_thread is None and not handler.opt.get(ONCE):
            handler(_doing_again(handler.fn))


def _doing_again(route: Route) -> Route:
    @wraps(route)
    async def done(**arguments: Any) -> Any:
        data = arguments.get("data")

        async def work() -> Any:
            await rewind(data)
            return await route(**arguments)

        try:
            return await done_again(work)
        except Unstorable as error:
            raise input_errors.of_unstorable(error, data, whole="body") from error

    return done
