"""A consumer over AMQP 1.0 on qpid-proton, as integrators use it, whose acknowledgements the test holds in its hand.

It grants its credit once: proton's own prefetch tops it up with every message, acknowledged or not.
"""

import asyncio
import itertools
import threading
from typing import Any

import msgspec
from proton import Delivery, Event, Message
from proton.handlers import MessagingHandler
from proton.reactor import ApplicationEvent, Container, EventInjector

from linli.databus.amqp.auth import password
from linli.databus.amqp.broker import queue_of
from linli.kernel.clock import SystemClock

_NUMBERS = itertools.count()
"""A password is good once."""


class AmqpConsumer(MessagingHandler):
    """Logged in as the appKey. `told` is what came, in order; `accept(n)` acknowledges it."""

    def __init__(
        self, app_key: str, secret: str, port: int, subscription_id: int, *, credit: int = 10
    ) -> None:
        super().__init__(prefetch=0, auto_accept=False)
        self._credit = credit
        self.told: list[Message] = []
        self.refused = ""
        self.ended = False
        self._deliveries: list[Delivery] = []
        self._loop = asyncio.get_running_loop()
        self._arrived = asyncio.Event()
        self._user, self._port = app_key, port
        self._password = password(secret, name=f"c{next(_NUMBERS)}", timestamp_ms=SystemClock().now_ms())
        self.address = f"/queues/{queue_of(app_key, subscription_id)}"
        self._injector = EventInjector()
        self._container: Container | None = None
        self._connection: Any = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._container = Container(self)
        self._container.selectable(self._injector)
        self._container.run()
        self.ended = True
        self._note()

    def on_start(self, event: Event) -> None:
        self._connection = event.container.connect(
            f"amqp://127.0.0.1:{self._port}", user=self._user, password=self._password, allowed_mechs="PLAIN",
            allow_insecure_mechs=True, reconnect=False, virtual_host="vhost:/",
        )  # fmt: skip
        self.open_link(event)

    def open_link(self, event: Event) -> None:
        event.container.create_receiver(self._connection, self.address).flow(self._credit)

    def on_message(self, event: Event) -> None:
        self.told.append(event.message)
        self._deliveries.append(event.delivery)
        self._note()

    def on_transport_error(self, event: Event) -> None:
        self.refused = str(event.transport.condition)
        self._note()

    def on_link_error(self, event: Event) -> None:
        self.refused = str(event.link.remote_condition)
        event.connection.close()
        self._note()

    def on_connection_error(self, event: Event) -> None:
        self.refused = str(event.connection.remote_condition)
        self._note()

    def on_session_error(self, event: Event) -> None:
        self.refused = str(event.session.remote_condition)
        event.connection.close()
        self._note()

    def on_settle_one(self, event: Event) -> None:
        event.subject.update(Delivery.ACCEPTED)
        event.subject.settle()

    def on_end(self, event: Event) -> None:
        self._connection.close()
        self._injector.close()

    def accept(self, place: int) -> None:
        self._injector.trigger(ApplicationEvent("settle_one", subject=self._deliveries[place]))

    def accept_all(self) -> None:
        for delivery in self._deliveries:
            if not delivery.settled:
                self._injector.trigger(ApplicationEvent("settle_one", subject=delivery))

    def texts(self) -> list[str]:
        """The `ids` of community changes that came."""
        return [msgspec.json.decode(bytes(message.body))["ids"][0] for message in self.told]

    async def wait_for(self, count: int, seconds: float = 60) -> list[str]:
        try:
            async with asyncio.timeout(seconds):
                while len(self.told) < count:
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            raise AssertionError(f"{self.texts()} came, {count} were expected; {self.refused}") from None
        return self.texts()

    async def close(self) -> None:
        if not self.ended:
            self._injector.trigger(ApplicationEvent("end"))
        await asyncio.to_thread(self._thread.join, 5)

    def _note(self) -> None:
        self._loop.call_soon_threadsafe(self._arrived.set)
