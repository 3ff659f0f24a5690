"""The links from this process to the others on the same database. Made before the front, which sends by it."""

from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.processes import Mail, Processes
from linli.things.routing.forwarding import Forwarding
from linli.things.routing.presence import Presence
from linli.things.routing.sharing import Sharing


class Links:
    """Parts that hear and tell."""

    def __init__(self, db: Database, clock: Clock, processes: Processes) -> None:
        self._processes = processes
        self._me = processes.name
        self.mail = Mail(db, clock, processes.name)
        self.presence = Presence(db, processes.name)
        self.forwarding = Forwarding(processes, self.mail, clock)
        self.sharing = Sharing(db.signals, processes, self.mail)

    async def start(self) -> None:
        """Follow the other fronts, once the fleet is loaded."""
        await self.presence.start()
        await self.mail.start()
        self.forwarding.start()
        self.sharing.start()

    async def stop(self) -> None:
        self.sharing.stop()
        await self.forwarding.stop()
        await self.presence.stop()
        await self.mail.stop()

    def mine(self, device_no: int) -> bool:
        """Whether the unfinished messages of a device are this process's to handle."""
        holder = self.presence.get(device_no)
        return holder is None or holder.front == self._me or not self._processes.alive(holder.front)
