"""Workers of this process that wait for something to do in a database."""

import asyncio


class Wakers:
    """Events by the name of what they wait for. A part of each `Database`."""

    def __init__(self) -> None:
        self._events: dict[str, list[asyncio.Event]] = {}

    def listen(self, name: str, event: asyncio.Event) -> None:
        """Have `event` set whenever this process makes something due."""
        self._events.setdefault(name, []).append(event)

    def unlisten(self, name: str, event: asyncio.Event) -> None:
        if event in (events := self._events.get(name, [])):
            events.remove(event)

    def wake(self, name: str) -> None:
        for event in self._events.get(name, ()):
            event.set()
