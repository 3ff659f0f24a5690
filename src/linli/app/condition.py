"""How this process is: whether it can serve, for balancers, and what else an operator should know."""

import asyncio
from collections.abc import Callable

from linli.domains.people.service import codes, messages
from linli.kernel import outbox
from linli.kernel.db import Database
from linli.kernel.disk import DiskGuard
from linli.kernel.objects import ObjectStore, StoreUnavailable
from linli.kernel.settings import Settings


class Condition:
    def __init__(self, settings: Settings, db: Database, disk: DiskGuard, objects: ObjectStore) -> None:
        self._settings = settings
        self._db = db
        self._disk = disk
        self._objects = objects
        self.draining = False
        self.open_files = ""
        """A notice if the system's limit of open files is too low."""
        self.sip_notice: Callable[[], str] = str
        """Who floods or guesses at the SIP port; empty: nobody."""
        self.cameras_notice: Callable[[], str] = str
        """The same at the port of cameras."""
        self.recordings_notice: Callable[[], str] = str
        """Cameras that cannot be recorded for lack of room; empty: none."""
        self.media_notice = ""
        """What calls lack; empty: nothing."""
        self.tls_fault: Callable[[], str] = str
        """A notice about TLS for the operator; empty: none."""

    async def faults(self) -> dict[str, str]:
        """Why this process cannot serve: part → reason. Empty when it is ready."""
        faults = {}
        if self.draining:
            faults["process"] = "is stopping"
        if not await self._db.healthy():
            faults["database"] = "cannot be read"
        if self._disk.full():
            faults["disk"] = "almost full: writes are refused"
        return faults

    async def all_faults(self) -> dict[str, str]:
        """Notices for the operator, also about parts without which this process still serves."""
        faults = await self.faults()
        try:
            async with asyncio.timeout(5):
                await self._objects.shelf.check()
        except (StoreUnavailable, TimeoutError) as error:
            faults["objects"] = str(error) or "no answer in 5 seconds"
        if self.open_files:
            faults["open_files"] = self.open_files
        if reason := self.tls_fault():
            faults["tls"] = reason
        if notice := self.sip_notice():
            faults["sip"] = notice
        if notice := self.cameras_notice():
            faults["gb28181"] = notice
        if notice := self.recordings_notice():
            faults["recordings"] = notice
        if self.media_notice:
            faults["media"] = self.media_notice
        if self._settings.sms.provider == "off":
            faults["sms"] = "off: nobody gets a one-time code"
        else:
            sms = (codes.SEND_JOB, messages.SEND_JOB)
            if parked := sum(row.kind in sms for row in await outbox.parked(self._db, limit=200)):
                faults["sms"] = f"{parked} messages could not be sent"
        return faults
