"""The sender of one MQTT topic of an appKey: to one of the consumers connected, until one of them acknowledges.

The front keeps the 30 s of every message and chooses the consumer; a message that nobody acknowledged goes to
another, at most MAX_ATTEMPTS times. While no consumer is connected the queue stays where it is.
"""

from collections.abc import Callable
from typing import Final, Protocol

from linli.databus import deliveries
from linli.databus.changes import Change
from linli.databus.deliveries import PARKED, Result
from linli.databus.queues.pump import Pump, Surroundings
from linli.databus.subscription_rows import Subscription
from linli.databus.topics import DEVICE_KINDS

MAX_ATTEMPTS: Final = 16


class AppPublisher(Protocol):
    """The part of the MQTT front that is used here (`things.mqtt.ports.Publisher`)."""

    def publish_app(
        self,
        app_key: str,
        topic: str,
        payload: bytes,
        *,
        qos: int = 1,
        on_ack: Callable[[bool], None] | None = None,
        client_id: str | None = None,
    ) -> bool: ...


class MqttPump(Pump):
    kind = "mqtt"

    def __init__(self, around: Surroundings, subscription: Subscription, publisher: AppPublisher) -> None:
        super().__init__(around, subscription)
        self._publisher = publisher
        self._open = True
        """A consumer may be there; after a refusal, only once the front says so."""
        self._closed = False
        self._failed: dict[int, int] = {}
        """Tries of messages that were sent and not acknowledged."""
        self._started: dict[int, int] = {}
        """When each was handed to the front; until its outcome is written down."""
        self._again: set[int] = set()
        """Messages below the cursor to send once more: asked for by a person, or lost on the way."""
        self._with_row: set[int] = set()
        """Messages with a row in `deliveries`."""

    def consumer_ready(self) -> None:
        """A consumer subscribed, or has room again."""
        self._open = True
        self.wake()

    def _ready(self) -> bool:
        return self._open

    async def _load(self) -> None:
        rows = await deliveries.waiting(self._db, subscription_id=self.subscription.id)
        self._again |= {number for number in rows if number not in self._started}
        self._with_row |= self._again

    async def _send(self) -> None:
        if self._again:
            changes = await self._reader.messages(sorted(self._again))
            for number in sorted(self._again):
                change = changes.get(number)
                if change is None:
                    self._again.discard(number)
                    self._park(number, "expired")
                elif not self._offer(change):
                    return
                else:
                    self._again.discard(number)
        for change in self._window.waiting():
            self._window.start(change.id)
            if not self._offer(change):
                self._window.put_back(change.id)
                return

    def _offer(self, change: Change) -> bool:
        number, subscription = change.id, self.subscription
        # A test goes out on the queue's own topic, a device's message on the topic that names the device.
        named = change.kind in DEVICE_KINDS
        topic = change.topic(subscription.app_key) if named else subscription.filters.topic
        self._started[number] = self._clock.now_ms()
        self._open = self._publisher.publish_app(
            subscription.app_key,
            topic,
            change.message_on(topic),
            on_ack=lambda acknowledged: self._answered(number, acknowledged),
        )
        if not self._open:
            del self._started[number]
        return self._open

    def _answered(self, number: int, acknowledged: bool) -> None:
        if self._closed:
            return
        began = self._started[number]
        attempt = self._failed.pop(number, 0) + 1
        if acknowledged:
            took = self._clock.now_ms() - began
            has_row = number in self._with_row
            self._last_error = ""
            self._note(
                Result(
                    change_id=number,
                    ok=True,
                    attempt=attempt,
                    at_ms=began,
                    latency_ms=took,
                    status=None,
                    reason="",
                    excerpt="",
                    state="",
                    next_ms=0,
                    has_row=has_row,
                )
            )
        elif attempt >= MAX_ATTEMPTS:
            self._park(number, "unacknowledged")
        else:
            del self._started[number]
            self._failed[number] = attempt
            if number <= self._window.cursor:
                self._again.add(number)
            self._window.put_back(number)
            self._wake.set()

    def _park(self, number: int, reason: str) -> None:
        now = self._clock.now_ms()
        self._last_error = reason
        self._note(
            Result(
                change_id=number,
                ok=False,
                attempt=MAX_ATTEMPTS,
                at_ms=now,
                latency_ms=0,
                status=None,
                reason=reason,
                excerpt="",
                state=PARKED,
                next_ms=0,
                has_row=True,
            )
        )

    def _next_due_ms(self) -> int | None:
        return None

    async def _wrote(self, results: list[Result]) -> None:
        for result in results:
            self._started.pop(result.change_id, None)
            self._with_row.discard(result.change_id)

    async def _close(self) -> None:
        self._closed = True
