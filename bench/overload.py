"""Three times what can be stored, and a kill -9 in the midst: does everything acknowledged lie in the tables?

Publishers send by the clock, whatever is acknowledged: the server must hold them back by itself.
"""

import asyncio
import functools
from collections.abc import Callable

import uvloop

from bench.mqtt_load import Plan, Publisher, Subscriber, publish

TICK_SECONDS = 0.01
PATIENCE_SECONDS = 10


class _Pusher(Publisher):
    """Counts acknowledgements and sends when told to."""

    def push(self, count: int) -> None:
        if not self.transport.is_closing():
            self._send(count)

    def data_received(self, data: bytes) -> None:
        if not self.ready.done():
            super().data_received(data)
            return
        self.acked += sum(first == 0x40 for first, _, _ in self.packets(data))

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        if not self.done.done():
            self.done.set_result(None)


def push(port: int, plan: Plan, *, rate: float, seconds: float, kill: Callable[[], object]) -> list[int]:
    """Offer `rate` messages a second for `seconds`, then call `kill`. Acknowledgements by publisher."""
    return uvloop.run(_push(port, plan, rate, seconds, kill))


async def _push(port: int, plan: Plan, rate: float, seconds: float, kill: Callable[[], object]) -> list[int]:
    loop = asyncio.get_running_loop()
    ticks = int(seconds / TICK_SECONDS)
    share = max(1, round(rate * TICK_SECONDS / len(plan.publishers)))
    _, subscriber = await loop.create_connection(
        lambda: Subscriber(plan.subscriber, plan.filter, 0, ticks * share * len(plan.publishers)),
        "127.0.0.1",
        port,
    )
    await asyncio.wait_for(subscriber.ready, PATIENCE_SECONDS)
    pushers: list[_Pusher] = []
    for n, (login, topic) in enumerate(plan.publishers):
        packets = [publish(topic, plan.message(n, i), i % 60_000 + 1) for i in range(ticks * share)]
        factory = functools.partial(_Pusher, login, packets, 0)
        _, pusher = await loop.create_connection(factory, "127.0.0.1", port)
        await asyncio.wait_for(pusher.ready, PATIENCE_SECONDS)
        pushers.append(pusher)
    begun = loop.time()
    for tick in range(ticks):
        for pusher in pushers:
            pusher.push(share)
        await asyncio.sleep(max(0.0, begun + (tick + 1) * TICK_SECONDS - loop.time()))
    kill()
    await asyncio.wait_for(asyncio.gather(*(pusher.done for pusher in pushers)), PATIENCE_SECONDS)
    return [pusher.acked for pusher in pushers]
