"""This front's questions and reports to the others. Implements `mqtt.others.OtherFronts`."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, Final

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.errors import Unavailable
from linli.kernel.processes import Processes
from linli.kernel.signals import Signals
from linli.things.calls import PendingCalls
from linli.things.fleet import Fleet
from linli.things.inbox.dispatcher import Dispatcher
from linli.things.mqtt.store import Key
from linli.things.routing.forwarding import Forwarding
from linli.things.routing.presence import AWAY, CONNECTED, KEPT, Holder, Presence

log = telemetry.logger(__name__)

LET_GO_SECONDS: Final = 2.0
"""How long a new front waits for the one that held the device; then it counts as dead."""
MAIL_SECONDS: Final = 1.0
APPS: Final = "apps"


class Neighbours:
    """`dispatcher`: takes up what another process left unfinished of a device that comes here."""

    def __init__(
        self,
        signals: Signals,
        processes: Processes,
        presence: Presence,
        forwarding: Forwarding,
        fleet: Fleet,
        dispatcher: Dispatcher,
        calls: PendingCalls,
        clock: Clock,
    ) -> None:
        self._signals = signals
        self._processes = processes
        self._me = processes.name
        self._presence = presence
        self._forwarding = forwarding
        self._fleet = fleet
        self._dispatcher = dispatcher
        self._calls = calls
        self._clock = clock
        self._released: dict[int, asyncio.Event] = {}
        """By device: set when the front that held it has released it."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._stop_listening: Callable[[], None] = lambda: None
        presence.news.append(self._news)

    def start(self) -> None:
        self._stop_listening = self._signals.listen(channel_of(self._me), self._let_go, others_only=True)

    async def stop(self) -> None:
        self._stop_listening()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def take(self, key: Key, device_no: int, *, style: str) -> bool:
        released = self._released[device_no] = asyncio.Event()
        try:
            claim, front, state = await self._presence.claim(device_no, style)
            elsewhere = front not in ("", self._me)
            if elsewhere and state != AWAY and self._processes.alive(front):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LET_GO_SECONDS):
                        await released.wait()
        finally:
            if self._released.get(device_no) is released:
                del self._released[device_no]
        holder = self._presence.get(device_no)
        if holder is None or holder.front != self._me:
            raise Unavailable()
        if elsewhere:
            try:
                await self._dispatcher.adopt(device_no)
            except Unavailable:
                self._presence.leave(device_no, claim, KEPT)
                raise
        return elsewhere and state != AWAY

    def claim_of(self, key: Key) -> int:
        holder = self._holder_of(key)
        return 0 if holder is None else holder.claim

    def left(self, key: Key, claim: int, *, kept: bool) -> None:
        if (device := self._fleet.named(*key)) is not None:
            self._presence.leave(device.device_no, claim, KEPT if kept else AWAY)

    def attached(self, key: Key, device_no: int) -> None:
        self._spawn(self._attach(device_no))

    def detached(self, key: Key) -> None:
        device, holder = self._fleet.named(*key), self._holder_of(key)
        if device is not None and holder is not None:
            self._presence.leave(device.device_no, holder.claim, AWAY)

    def reaches(self, key: Key) -> bool:
        holder = self._holder_of(key)
        return (
            holder is not None
            and holder.state == CONNECTED
            and holder.front != self._me
            and self._processes.alive(holder.front)
        )

    def forward(
        self,
        key: Key,
        topic: str,
        payload: bytes,
        *,
        qos: int,
        on_ack: Callable[[bool], None] | None,
        queue: bool,
        expires_ms: int | None,
    ) -> bool:
        holder = self._holder_of(key)
        if holder is None or holder.front == self._me or not self._processes.alive(holder.front):
            return False
        if holder.state != CONNECTED and not (holder.state == KEPT and queue and qos):
            return False
        return self._forwarding.send(
            holder.front, key, topic, payload, qos=qos, on_ack=on_ack, queue=queue, expires_ms=expires_ms
        )

    def app_joined(self, app_key: str, client_id: str) -> None:
        self._signals.publish(APPS, f"{app_key} {client_id}"[:1000])

    # what the others do

    def _news(self, device_no: int, before: Holder | None, holder: Holder) -> None:
        """Another front has the device now, or lost it."""
        device = self._fleet.device(device_no)
        if device is not None:
            device.rrpc_style = holder.style
            if holder.state != CONNECTED:
                self._spawn(self._lose_calls(device_no))
        elif holder.state != AWAY:
            self._spawn(self._meet(device_no))

    async def _lose_calls(self, device_no: int) -> None:
        """Calls from here to a device that another front lost; its last answers may still be in the mail."""
        await self._clock.sleep(MAIL_SECONDS)
        holder = self._presence.get(device_no)
        if holder is not None and holder.front != self._me and holder.state != CONNECTED:
            self._calls.lost(device_no)

    async def _meet(self, device_no: int) -> None:
        """A device that was made elsewhere."""
        with contextlib.suppress(Unavailable):
            device, holder = await self._fleet.find_no(device_no), self._presence.get(device_no)
            if device is not None and holder is not None:
                device.rrpc_style = holder.style

    def _let_go(self, payload: str) -> None:
        """Another front released a device."""
        released = self._released.get(int(payload))
        if released is not None:
            released.set()

    async def _attach(self, device_no: int) -> None:
        """Sub-devices need no leave: where they were before learns of it, and their session is their gateway's."""
        try:
            _, front, _ = await self._presence.claim(device_no, "sys")
            if front not in ("", self._me):
                await self._dispatcher.adopt(device_no)
        except Unavailable:
            log.warning("device %d is behind a gateway here, and the others do not know", device_no)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _holder_of(self, key: Key) -> Holder | None:
        device = self._fleet.named(*key)
        return None if device is None else self._presence.get(device.device_no)


def channel_of(front: str) -> str:
    """The channel by which a front learns that others released devices."""
    return f"front_{front[-40:]}"  # PostgreSQL cuts at 63 bytes; what tells names apart is at their end
