"""Runs the devices of sandboxes in use, stops those of idle ones, and removes forgotten sandboxes.

One process at a time does this, one that listens for devices: every few seconds, and whenever a sandbox changes.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final

from linli.domains.communities.queries import communities
from linli.domains.communities.rows import UNDER_REVIEW
from linli.domains.communities.service import applications
from linli.domains.sandbox import rows
from linli.domains.sandbox.behaviour import BEHAVIOUR
from linli.domains.sandbox.facts import SimDevice
from linli.domains.sandbox.rows import Kept, Sandbox
from linli.domains.sandbox.service import MAKING_MS, UNDO_MS, destroy
from linli.domains.sandbox.workshop import Workshop
from linli.kernel import telemetry, tenancy
from linli.kernel.errors import LinliError
from linli.kernel.pages import PageRequest
from linli.kernel.processes import Lease
from linli.kernel.rounds import end_tasks, set_within
from linli.things.debugging.errors import DeviceIsOnline, NotSimulated
from linli.things.debugging.simulator import Simulator
from linli.things.queries.devices import get_device

log = telemetry.logger(__name__)

LOOK_SECONDS: Final = 10.0
LEASE_MS: Final = 60_000
AWAKE_MS: Final = 30 * 60_000
"""After this time without use the devices are stopped."""
EXPIRES_MS: Final = 30 * 86_400_000
"""After this time without use the sandbox is removed for good."""
MOST_COMMUNITIES: Final = 5
FULL: Final = "沙箱最多管理 5 个小区。A sandbox manages at most 5 communities."


class Keeper:
    """Call `start` once devices can connect."""

    def __init__(self, shop: Workshop, simulator: Simulator, *, process: str) -> None:
        self._shop = shop
        self._simulator = simulator
        self._lease = Lease(shop.db, shop.clock, "sandboxes", holder=process, lasts_ms=LEASE_MS)
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stop_listening: Callable[[], None] = lambda: None

    async def start(self) -> None:
        self._stop_listening = self._shop.db.signals.listen(
            rows.CHANNEL, lambda _: self._wake.set(), missed=self._wake.set
        )
        self._task = asyncio.create_task(self._loop(), name="sandboxes")

    async def stop(self) -> None:
        self._stop_listening()
        await end_tasks(self._task)

    async def run(self) -> None:
        """One round."""
        for kept in await rows.every(self._shop.db):
            try:
                await self._look_after(kept)
            except LinliError as error:
                log.warning("sandbox %s: %s", kept.sandbox.sandbox_id, error)

    async def _loop(self) -> None:
        while True:
            self._wake.clear()
            try:
                if await self._lease.hold():
                    await self.run()
            except Exception:
                log.exception("the sandboxes were not looked after; it is tried again")
            await set_within(self._shop.clock, LOOK_SECONDS, self._wake)

    async def _look_after(self, kept: Kept) -> None:
        sandbox, now_ms = kept.sandbox, self._shop.clock.now_ms()
        if sandbox.state == "making":
            if now_ms - sandbox.created_ms > MAKING_MS:
                await destroy(self._shop, sandbox)
            return
        gone = sandbox.state == "removed" and now_ms - (sandbox.removed_ms or 0) > UNDO_MS
        if gone or now_ms - kept.used_ms > EXPIRES_MS:
            await self._run_devices(sandbox, awake=False)
            await destroy(self._shop, sandbox)
            return
        await self._run_devices(sandbox, awake=sandbox.state == "ready" and now_ms - kept.used_ms < AWAKE_MS)
        await self._review(sandbox)

    async def _run_devices(self, sandbox: Sandbox, *, awake: bool) -> None:
        off = set(sandbox.off)
        for device in sandbox.read_facts().devices:
            await self._run(sandbox, device, on=awake and device.name not in off)

    async def _run(self, sandbox: Sandbox, device: SimDevice, *, on: bool) -> None:
        inside, simulator = sandbox.inside, self._simulator
        try:
            running = await simulator.find(inside, iot_id=device.iot_id) is not None
            if on and not running:
                row = await get_device(inside, self._shop.db, iot_id=device.iot_id)
                if row.enabled and not row.online:
                    await simulator.start(
                        inside, iot_id=device.iot_id, settings=BEHAVIOUR[device.name], kept=True
                    )
            elif running and not on:
                await simulator.stop(inside, iot_id=device.iot_id)
        except (DeviceIsOnline, NotSimulated):
            pass  # somebody connected the real thing, or it ended meanwhile
        except LinliError as error:
            log.warning("sandbox %s: %s is not simulated: %s", sandbox.sandbox_id, device.name, error)

    async def _review(self, sandbox: Sandbox) -> None:
        """Decide the sandboxes' own applications for communities, so that no operator has to."""
        shop, inside = self._shop, sandbox.inside
        waiting = await communities.page(inside, shop.db, PageRequest(1, 20), apply_status=UNDER_REVIEW)
        if not waiting.data:
            return
        facts = sandbox.read_facts()
        current = await tenancy.communities_of(
            shop.db, tenant_id=sandbox.sandbox_id, project_id=facts.project_id
        )
        now_ms = shop.clock.now_ms()
        for managed, application in enumerate(waiting.data, len(current)):
            number = application.community_id
            decide = (
                partial(applications.approve, inside, ids=shop.ids)
                if managed < MOST_COMMUNITIES
                else partial(applications.reject, inside, reason=FULL)
            )
            await shop.db.run(partial(decide, community_id=number, reviewer="sandbox", now_ms=now_ms))
