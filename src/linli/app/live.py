"""Live pages of other processes: the topics that they follow, and the events for them. Implements `console.hub.Relay`.

A process reports the topics of its pages when they change, and again from time to time. Events are sent by mail, only
to processes whose pages follow the topic. As always with live pages, events may be lost: a page that is told so loads
its lists again.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec

from linli.console.hub import MISSED, Hub
from linli.kernel.clock import Clock
from linli.kernel.processes import Mail, Processes
from linli.kernel.rounds import end_tasks
from linli.kernel.signals import Signals

CHANNEL: Final = "live"
SAY_SECONDS: Final = 10.0
MOST_A_SECOND: Final = 300
"""Events sent to other processes; beyond, their pages learn that they missed some."""


class Event(msgspec.Struct, array_like=True):
    topic: str
    body: bytes
    tenant_id: str
    community_id: int | None


class LiveRelay:
    def __init__(self, hub: Hub, signals: Signals, processes: Processes, mail: Mail, clock: Clock) -> None:
        self._hub = hub
        self._signals = signals
        self._processes = processes
        self._mail = mail
        self._clock = clock
        self.watched: frozenset[str] = frozenset()
        self._others: dict[str, frozenset[str]] = {}
        """Topics by process."""
        self._announced: frozenset[str] = frozenset()
        self._second = 0
        self._sent = 0
        self._task: asyncio.Task[None] | None = None
        self._stop_listening: Callable[[], None] | None = None
        mail.on("live", Event, self._pass_on)
        hub.relay = self

    async def start(self) -> None:
        self._stop_listening = self._signals.listen(CHANNEL, self._heard, others_only=True)
        await self._signals.ready()
        self._signals.publish(CHANNEL, f"{self._processes.name} ?")
        self._task = asyncio.create_task(self._say_again(), name="live-relay")

    async def stop(self) -> None:
        if self._stop_listening is not None:
            self._stop_listening()
        await end_tasks(self._task)
        self._signals.publish(CHANNEL, f"{self._processes.name} ")

    def changed(self) -> None:
        if self._hub.watched_here() != self._announced:
            self._say()

    def send(self, topic: str, body: bytes, tenant_id: str, community_id: int | None) -> None:
        second = self._clock.now_ms() // 1000
        if second != self._second:
            self._second, self._sent = second, 0
        self._sent += 1
        if self._sent == MOST_A_SECOND + 1:
            topic, body, community_id = MISSED, topic.encode(), None
        elif self._sent > MOST_A_SECOND:
            return
        event = Event(topic, body, tenant_id, community_id)
        for process, topics in self._others.items():
            if topic in topics or topic == MISSED:
                self._mail.send(process, "live", event)

    def _pass_on(self, event: Event) -> None:
        if event.topic == MISSED:
            self._hub.tell_missed(event.body.decode(), tenant_id=event.tenant_id)
            return
        self._hub.publish_here(
            event.topic, event.body, tenant_id=event.tenant_id, community_id=event.community_id
        )

    def _say(self) -> None:
        self._announced = self._hub.watched_here()
        self._signals.publish(CHANNEL, f"{self._processes.name} {','.join(sorted(self._announced))}")

    def _heard(self, payload: str) -> None:
        process, _, topics = payload.partition(" ")
        if topics == "?":
            self._say()
            return
        self._others.pop(process, None)
        if topics:
            self._others[process] = frozenset(topics.split(","))
        self.watched = frozenset().union(*self._others.values())

    async def _say_again(self) -> None:
        while True:
            await self._clock.sleep(SAY_SECONDS)
            if self._announced:
                self._say()
            for gone in [name for name in self._others if not self._processes.alive(name)]:
                del self._others[gone]
            self.watched = frozenset().union(*self._others.values())
