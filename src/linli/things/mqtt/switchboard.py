"""The connected clients and the ways to reach them. Implements `ports.Publisher`.

It knows no backend. The backend, which stores and answers messages, is built with the switchboard, and the front is
built with both.
"""

from collections.abc import Callable

from linli.kernel.clock import Clock
from linli.things.mqtt import settling
from linli.things.mqtt.clients import Clients
from linli.things.mqtt.downlinks import Downlinks
from linli.things.mqtt.exchange import Exchange
from linli.things.mqtt.handover import Handover
from linli.things.mqtt.limits import Limits
from linli.things.mqtt.other_fronts import OtherFronts, SharedElsewhere
from linli.things.mqtt.session import Session
from linli.things.mqtt.store import MemorySessionStore, SessionStore
from linli.things.mqtt.stored_wills import KeptWills, NoKeptWills
from linli.things.mqtt.traffic import Traffic
from linli.things.mqtt.wills import Wills


class Switchboard:
    """One per front."""

    def __init__(
        self,
        *,
        clock: Clock,
        limits: Limits | None = None,
        store: SessionStore | None = None,
        wills: KeptWills | None = None,
        others: OtherFronts | None = None,
        shared: SharedElsewhere | None = None,
        draw_number: Callable[[], int] | None = None,
    ) -> None:
        """`others`, `shared`: the other fronts over the same database; None: this is the only one. `draw_number`: numbers
        for downlinks that are kept, where other fronts make some too."""
        self.limits = limits or Limits()
        self.traffic = Traffic(self.limits, clock, draw_number)
        self.store: SessionStore = store or MemorySessionStore()
        self.exchange = Exchange(shared)
        self.kept_wills: KeptWills = wills or NoKeptWills()
        self.wills = Wills(self.traffic, self.kept_wills)
        self.clients = clients = Clients(self.traffic, self.store, self.exchange, self.wills, others)
        self.handover = Handover(clients, self.store, self.exchange, self.wills)
        self.on_app_ready: list[Callable[[str, Session], None]] = []

        # Its parts do the work. Bound, so that a call is not passed on twice.
        self.done, self.answer, self.refuse = settling.done, settling.answer, settling.refuse
        downlinks = Downlinks(clients)
        self.publish, self.publish_app = downlinks.publish, downlinks.publish_app
        self.is_connected, self.connects = clients.is_connected, clients.connects
        self.attach, self.detach, self.release = clients.attach, clients.detach, clients.release
        self.through_gateway, self.holds = clients.through_gateway, clients.holds
        self.kick, self.kick_app = clients.kick, clients.kick_app
