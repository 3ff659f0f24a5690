"""How far the cloud has the box's logs, kept over a restart."""

from typing import Final

from linli.edge.remote.shipping import LogShipper
from linli.edge.runtime.deployer import keep, kept
from linli.edge.store import Store

_NAME: Final = "logs_sent"


class LogsSent:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, at_ms: int) -> None:
        await keep(self._store, _NAME, str(at_ms).encode())

    async def ship(self, shipper: LogShipper) -> None:
        """Send what waits, from where the last run ended, as long as the box runs."""
        sent = await kept(self._store, _NAME)
        await shipper.run(int(sent) if sent else 0)
