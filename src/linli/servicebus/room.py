"""The parts of the service bus, which the composing function builds, starts and stops."""

from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.settings import Settings
from linli.servicebus.bus import ServiceBus
from linli.servicebus.carriers import Carrier, EdgeCarrier, HttpCarrier
from linli.things.downlink.rrpc import Rrpc


def service_bus(db: Database, clock: Clock, ids: Ids, settings: Settings, rrpc: Rrpc) -> ServiceBus:
    """The bus of this process. Applications on private addresses are reached under the rule for webhooks."""
    carriers: dict[str, Carrier] = {
        "http": HttpCarrier(allow_private=settings.webhooks.allow_private),
        "edge": EdgeCarrier(rrpc),
    }
    return ServiceBus(db, clock, ids, carriers)
