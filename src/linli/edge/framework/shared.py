"""Things that several drivers of one box use together, such as a port that two protocols come to."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, cast


class Closable(Protocol):
    async def stop(self) -> None: ...


class Shared:
    """Created for the first user, stopped when the last user has given it back."""

    def __init__(self) -> None:
        self._parts: dict[str, tuple[Closable, int]] = {}
        self._lock = asyncio.Lock()

    async def take[T: Closable](self, name: str, make: Callable[[], Awaitable[T]]) -> T:
        """`make` also starts it. A user must give it back, once."""
        async with self._lock:
            part, users = self._parts.get(name, (None, 0))
            if part is None:
                part = await make()
            self._parts[name] = part, users + 1
            return cast(T, part)

    async def give_back(self, name: str) -> None:
        async with self._lock:
            part, users = self._parts[name]
            if users > 1:
                self._parts[name] = part, users - 1
                return
            del self._parts[name]
            await part.stop()
