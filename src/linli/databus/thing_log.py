"""Messages of devices, put into the change log for subscriptions that take them.

Copying every message of every device would cost each a row for nobody. So the log gets only messages that an enabled
subscription (webhook, events, AMQP) names, in the transaction that stores the message. A subscriber misses nothing, and
nothing is sent that was not stored. Consumers over MQTT hear devices without it (`feed`).
"""

from collections.abc import Callable, Iterable
from typing import Final

from sqlalchemy import select

from linli.databus import subscriptions
from linli.databus.changes import DeviceFacts, publish_devices
from linli.databus.device_events import lifecycle
from linli.databus.feed.messages import Payloads
from linli.databus.subscription_rows import CHANGES, MQTT, Filters, enabled_subscriptions
from linli.databus.topics import STREAMED_KINDS
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Query, Tx, any_of
from linli.kernel.rounds import Rounds
from linli.things.inbox.messages import Message
from linli.things.models import devices

_first_time = Query(
    select(devices.c.device_no).where(
        any_of(devices.c.device_no, "numbers"), devices.c.active_ms == devices.c.last_online_ms
    ),
    unscoped="devices that have just come, in the transaction that notes it",
)


_RELOAD_SECONDS: Final = 5.0
"""The safety net below the signals that tell of new subscriptions."""
_STREAMED: Final = frozenset(str(kind) for kind in STREAMED_KINDS)


class ThingLog:
    """`write` belongs into `Ingest.in_commit`."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._wanted: dict[tuple[str, str], list[tuple[str, Filters]]] = {}
        """(project, filters) by tenant and kind."""
        self._rounds = Rounds(
            clock,
            _RELOAD_SECONDS,
            self._look,
            name="thing-log",
            trouble="who subscribed to devices cannot be read",
        )
        self._stop_listening: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Before devices connect."""
        self._stop_listening = subscriptions.on_change(self._db, self._rounds.changed.set)
        await self._db.signals.ready()
        await self.load()
        self._rounds.start()

    async def stop(self) -> None:
        self._stop_listening()
        await self._rounds.stop()

    async def load(self) -> None:
        """Read the filters of subscriptions."""
        wanted: dict[tuple[str, str], list[tuple[str, Filters]]] = {}
        for row in await enabled_subscriptions(self._db):
            if row.stream == CHANGES and row.kind != MQTT:
                filters = row.filters
                for kind in _STREAMED.intersection(filters.kinds):
                    wanted.setdefault((row.tenant_id, kind), []).append((row.project_id, filters))
        self._wanted = wanted

    async def write(self, tx: Tx, messages: list[Message]) -> None:
        """Add those messages of a commit that a subscription takes, in their order."""
        await self._activations(tx, messages)
        if not self._wanted:
            return
        places = [place for place, message in enumerate(messages) if self._takes(message)]
        if not places:
            return
        payloads = Payloads(messages)
        rows = []
        for place in places:
            message = messages[place]
            (payload,) = payloads.run(place, place + 1)
            rows.append((facts_of(message), message.kind, message.identifier, payload))
        await publish_devices(tx, rows, causes=[messages[place].batch_id for place in places])

    async def _activations(self, tx: Tx, messages: list[Message]) -> None:
        """Tell of devices that connected for the first time in their lives (激活)."""
        came = {m.device.device_no: m for m in messages if m.kind == "status" and m.identifier == "online"}
        if not came:
            return
        first = [came[number] for (number,) in await _first_time.all(tx, numbers=list(came))]
        if first:
            await publish_devices(
                tx,
                [lifecycle(facts_of(message), "activated", message.time_ms) for message in first],
                causes=[message.batch_id for message in first],
            )

    def _takes(self, message: Message) -> bool:
        device = message.device
        wanted: Iterable[tuple[str, Filters]] = self._wanted.get((device.tenant_id, message.kind), ())
        return any(
            # Whether a community was granted is asked when the message is read, so that a grant counts at once.
            (device.project_id == project_id or device.community_id is not None)
            and (not filters.products or device.product.product_key in filters.products)
            and (not filters.devices or device.iot_id in filters.devices)
            and (not filters.communities or device.community_id in filters.communities)
            for project_id, filters in wanted
        )

    async def _look(self, asked: bool) -> None:
        await self.load()


def facts_of(message: Message) -> DeviceFacts:
    device = message.device
    return DeviceFacts(
        device.tenant_id,
        device.community_id,
        device.project_id,
        device.product.product_key,
        device.device_name,
        device.iot_id,
    )
