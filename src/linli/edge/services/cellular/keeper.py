"""Keeps the box connected by its modem: looks at each news of ModemManager's, connects, writes the card's addresses.

A connection that was lost or could not be made is tried again, with longer and longer pauses. A PIN that the SIM refused
is not: three wrong ones lock a card.
"""

import asyncio
import contextlib
from pathlib import Path
from typing import Final, Protocol

import msgspec

from linli.edge.services.cellular.modem_manager import (
    Modem,
    ModemManager,
    ModemManagerFailed,
    NoBus,
    opened,
)
from linli.edge.services.cellular.settings import SettingsChange, load, save
from linli.edge.services.cellular.views import CellularView, ModemView, Progress, SettingsView, Why
from linli.edge.services.network import LinkOutcome, ModemLink
from linli.kernel.clock import Clock
from linli.kernel.telemetry import logger

log = logger(__name__)

LOOK_S: Final = 30.0
"""At least as often, should news be lost; and how long until D-Bus is looked for again."""
GAP_S: Final = 0.2
"""News come in bunches."""
FIRST_S: Final = 5.0
LONGEST_S: Final = 600.0
UNLOCKED_S: Final = 3.0
"""For ModemManager to see that the SIM is unlocked, before it is told anything else."""
TRIES_LEFT: Final = 2
"""A PIN is not tried when fewer are left: the last belongs to a person with the card in a phone."""
_DETAIL: Final = 300


class Writer(Protocol):
    """Gives the modem's card its addresses. Blocks."""

    def link(self, link: ModemLink, *, fresh: bool) -> LinkOutcome: ...


class CellularKeeper:
    """`bus`: address of the D-Bus, the system's where it is empty."""

    def __init__(
        self, home: Path, writer: Writer, clock: Clock, *, bus: str = "", first_s: float = FIRST_S
    ) -> None:
        self._home = home
        self._writer = writer
        self._clock = clock
        self._bus = bus
        self._first_s = first_s
        self._settings = load(home)
        self._wake = asyncio.Event()
        self._anew = False
        """What is connected was by other settings, or a person wants it made anew."""
        self._tried_pin = ""
        self._turn_off = False
        self._tidy = True
        """Whether a card that is no way out any more may still have its file."""
        self._modems: list[ModemView] = []
        self._progress: Progress = "off"
        self._why: Why = ""
        self._detail = ""
        self._since_ms = clock.now_ms()
        self._failures = 0
        self._due_ms = 0
        """Steady time of the next try; 0: at once."""
        self._written: ModemLink | None = None
        """In force; None: none, or not known since the start."""
        self._fresh = False
        """It connected, and its card has not had its addresses since."""

    # what the page asks

    def view(self) -> CellularView:
        kept, link = self._settings, self._written
        left_ms = self._due_ms - self._clock.steady_ms()
        waits = self._progress == "waiting" and left_ms > 0
        return CellularView(
            progress=self._progress,
            why=self._why,
            detail=self._detail,
            since_ms=self._since_ms,
            retry_ms=self._clock.now_ms() + left_ms if waits else 0,
            interface=link.device if link is not None and self._progress == "connected" else "",
            address=link.address if link is not None and self._progress == "connected" else "",
            modems=self._modems,
            settings=SettingsView(
                on=kept.on,
                modem=kept.modem,
                apn=kept.apn,
                user=kept.user,
                ip_type=kept.ip_type,
                roaming=kept.roaming,
                has_password=bool(kept.password),
                has_pin=bool(kept.pin),
            ),
        )

    async def connect(self, change: SettingsChange) -> None:
        """Keep these settings and connect by them, now. Raises OSError."""
        settings = self._settings.changed(change)
        await asyncio.to_thread(save, self._home, settings)
        self._anew = self._settings.on
        self._settings, self._turn_off = settings, False
        self._failures, self._due_ms = 0, 0
        self._say("connecting")
        self._wake.set()

    async def disconnect(self) -> None:
        """Off, and it stays off after a restart. Raises OSError."""
        settings = msgspec.structs.replace(self._settings, on=False)
        await asyncio.to_thread(save, self._home, settings)
        self._turn_off, self._tidy = self._turn_off or self._settings.on, True
        self._settings, self._due_ms = settings, 0
        self._say("off")
        self._wake.set()

    # the loop

    async def run(self) -> None:
        while True:
            try:
                async with opened(self._bus) as manager:
                    await self._attend(manager)
            except NoBus as gone:
                self._lose("no_bus", str(gone))
            except ModemManagerFailed as failed:
                self._lose("other", failed.detail)
            await self._pause(None, LOOK_S)

    async def _attend(self, manager: ModemManager) -> None:
        """Until the bus ends. Raises NoBus, ModemManagerFailed."""
        while manager.up:
            manager.news.clear()
            self._wake.clear()
            try:
                modems = await manager.modems()
                self._modems = [modem.view for modem in modems]
                await self._step(manager, modems)
            except ModemManagerFailed as failed:
                if failed.why != "no_service":
                    raise
                self._lose("no_service", failed.detail)
            left_s = (self._due_ms - self._clock.steady_ms()) / 1000 if self._due_ms else LOOK_S
            await self._pause(manager, min(LOOK_S, max(left_s, GAP_S)))
            await asyncio.sleep(GAP_S)

    async def _step(self, manager: ModemManager, modems: list[Modem]) -> None:
        settings = self._settings
        if not settings.on:
            await self._rest(manager, modems)
            return
        modem = next((modem for modem in modems if settings.modem in ("", modem.view.id)), None)
        if modem is None:
            self._written = None
            self._wait("no_modem")
            return
        try:
            if self._anew:
                self._anew, self._written = False, None
                with contextlib.suppress(ModemManagerFailed):  # it may have been connected by nothing
                    await manager.disconnect(modem)
                self._wake.set()
                return
            await self._see_to(manager, modem)
        except ModemManagerFailed as failed:
            if failed.why == "no_service":
                raise
            self._fail(await self._reason(failed, manager, modem), failed.detail)

    async def _see_to(self, manager: ModemManager, modem: Modem) -> None:
        """Connected, or why not. Raises NoBus, ModemManagerFailed."""
        bearer = await manager.bearer(modem)
        if bearer is not None and bearer.reading.connected:
            await self._give_addresses(bearer.reading.link, bearer.reading.why)
            return
        if self._progress == "connected":
            self._written = None
            self._fail(bearer.ended if bearer is not None else "lost")
            return
        if why := self._obstacle(modem):
            self._wait(why)
            return
        if self._due_ms > self._clock.steady_ms():
            return
        self._say("connecting")
        if modem.needs_pin:
            self._tried_pin = self._settings.pin
            await manager.unlock(modem, self._tried_pin)
            self._due_ms = self._clock.steady_ms() + round(UNLOCKED_S * 1000)
            return  # its news bring the next look
        bearer = await manager.connect(modem, self._settings)
        if not bearer.reading.connected:
            self._fail(bearer.ended)
            return
        self._fresh = True
        await self._give_addresses(bearer.reading.link, bearer.reading.why)

    def _obstacle(self, modem: Modem) -> Why:
        """What connecting could not overcome; it is looked at again with each news."""
        view = modem.view
        if view.sim == "missing":
            return "sim_missing"
        if view.sim == "puk":
            return "sim_puk"
        if view.sim == "error":
            return "sim_error"
        if view.state == "failed":
            return "modem_failed"
        if modem.needs_pin:
            if not self._settings.pin:
                return "sim_locked"
            if self._settings.pin_refused:
                return "pin_wrong"
            if modem.pin_tries is not None and modem.pin_tries < TRIES_LEFT:
                return "pin_last_try"
        return ""

    async def _reason(self, failed: ModemManagerFailed, manager: ModemManager, modem: Modem) -> Why:
        if modem.needs_pin and await self._pin_refused(failed, manager, modem):
            if self._settings.pin == self._tried_pin:  # else a person gave another one meanwhile
                self._settings = msgspec.structs.replace(self._settings, pin_refused=True)
                with contextlib.suppress(OSError):
                    await asyncio.to_thread(save, self._home, self._settings)
            return "pin_wrong"
        if failed.unauthorized:
            roams = modem.view.registration == "roaming" and not self._settings.roaming
            return "roaming" if roams else "not_allowed"
        if failed.why in ("other", "timeout", "no_network") and modem.view.registration == "denied":
            return "registration_denied"
        return failed.why

    async def _pin_refused(self, failed: ModemManagerFailed, manager: ModemManager, modem: Modem) -> bool:
        """Whether a try was used up; where that is not told, whether the SIM is locked as before."""
        after = next((each for each in await manager.modems() if each.path == modem.path), None)
        if failed.why == "pin_wrong" or after is None or after.view.sim == "puk":
            return True
        if not after.needs_pin:
            return False
        return modem.pin_tries is None or after.pin_tries is None or after.pin_tries < modem.pin_tries

    async def _give_addresses(self, link: ModemLink | None, why: Why) -> None:
        if link is None:
            self._wait(why)
            return
        if link != self._written or self._fresh:
            if self._due_ms > self._clock.steady_ms():
                return
            outcome = await asyncio.to_thread(self._writer.link, link, fresh=self._fresh)
            if outcome.reason:
                self._fail(outcome.reason, outcome.detail)
                return
            self._written, self._fresh = link, False
        self._failures, self._due_ms = 0, 0
        self._say("connected")

    async def _rest(self, manager: ModemManager, modems: list[Modem]) -> None:
        """Off: what was ours is ended; a connection of somebody else's is left alone."""
        if self._tidy:
            self._tidy = False
            device = self._written.device if self._written is not None else "wwan0"
            outcome = await asyncio.to_thread(
                self._writer.link, ModemLink(device=device, method="none"), fresh=False
            )
            if outcome.reason:
                log.info("the file of the modem's card stays: %s", outcome.detail or outcome.reason)
        if self._turn_off:
            self._turn_off, self._written = False, None
            for modem in modems:
                if self._settings.modem in ("", modem.view.id):
                    with contextlib.suppress(ModemManagerFailed):
                        await manager.disconnect(modem)
        self._say("off", "" if modems else "no_modem")

    # what is said

    def _lose(self, why: Why, detail: str) -> None:
        self._modems, self._written = [], None
        self._say("waiting" if self._settings.on else "off", why, detail)

    def _wait(self, why: Why) -> None:
        """Until somebody or the modem changes something."""
        self._failures, self._due_ms = 0, 0
        self._say("waiting", why)

    def _fail(self, why: Why, detail: str = "") -> None:
        """Try again, after longer and longer pauses."""
        pause_s = min(LONGEST_S, self._first_s * 2 ** min(self._failures, 20))
        self._failures += 1
        self._due_ms = self._clock.steady_ms() + round(pause_s * 1000)
        self._say("waiting", why, detail)

    def _say(self, progress: Progress, why: Why = "", detail: str = "") -> None:
        if (progress, why) != (self._progress, self._why):
            self._since_ms = self._clock.now_ms()
            log.info("the modem: %s %s", progress, why)
        self._progress, self._why = progress, why
        self._detail = self._settings.without_secrets(detail)[:_DETAIL]

    async def _pause(self, manager: ModemManager | None, seconds: float) -> None:
        """Until there is news, a person changed something, or the time is up."""
        events = [self._wake] if manager is None else [self._wake, manager.news]
        tasks = [asyncio.ensure_future(event.wait()) for event in events]
        try:
            await asyncio.wait(tasks, timeout=seconds, return_when="FIRST_COMPLETED")
        finally:
            for task in tasks:
                task.cancel()
