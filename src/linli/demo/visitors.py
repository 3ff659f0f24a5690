"""Visitors with codes for a short time and few scans, made by the residents' app and deleted when they have left."""

import asyncio
import random
from typing import Final

from linli.app.platform import Platform
from linli.demo import desk, names, sample
from linli.demo.fleet import Fleet
from linli.demo.place import Place
from linli.demo.town import Neighbour, Town
from linli.demo.wallet import Wallet
from linli.domains.access.service import persons, qr
from linli.domains.visitors.rows import STAFF
from linli.domains.visitors.service import visits
from linli.domains.visitors.service.visits import Stay
from linli.kernel.db import Tx
from linli.sim.door import SimulatedDoor

_VALID_MS: Final = 20 * 60_000
_EARLY_MS: Final = 10 * 60_000
_STAYS_MS: Final = 2 * 3_600_000
_IS_VOIDED: Final = 0.2
_SCANS: Final = 1
"""At each door."""
_DELIVERED_S: Final = 4.0
_TRIES_AGAIN, _TOO_EARLY = 0.3, 0.15


class Visitors:
    def __init__(self, platform: Platform, site: Place, town: Town, fleet: Fleet, wallet: Wallet) -> None:
        self._platform = platform
        self._site = site
        self._town = town
        self._fleet = fleet
        self._wallet = wallet
        self._random = random.Random(sample.SEED + 1)

    async def come(self) -> None:
        """One visit from the invitation to the end. Raises what the platform refuses."""
        if not self._town.people:
            return
        host = self._random.choice(self._town.people)
        early = self._random.random() < _TOO_EARLY
        identity_id, code = await self._invite(host, starts_in_ms=_EARLY_MS if early else 0)
        try:
            await asyncio.sleep(_DELIVERED_S)
            await self._visit(host, identity_id, code, early=early)
        finally:
            await self.leave(identity_id)

    async def are_received(self) -> None:
        """One visitor at the desk: registered, then either voided with a reason or checked in and out."""
        if not self._town.people:
            return
        guard = await self._site.staff(self._platform, "guard")
        host = self._random.choice(self._town.people)
        now_ms = self._platform.clock.now_ms()
        (apply_id,) = await self._platform.db.run(
            lambda tx: visits.apply(
                guard,
                tx,
                Stay(
                    community_id=self._site.community.community_id,
                    house_id=host.house_id,
                    starts_ms=now_ms,
                    ends_ms=now_ms + _STAYS_MS,
                    reason=self._random.choice(desk.REASONS),
                ),
                guests=[desk.guest(self._random)],
                source=STAFF,
                ids=self._platform.ids,
                now_ms=now_ms,
            )
        )
        await asyncio.sleep(self._random.uniform(8, 20))
        if self._random.random() < _IS_VOIDED:
            await self._platform.db.run(
                lambda tx: visits.void(
                    guard,
                    tx,
                    apply_id=apply_id,
                    reason=self._random.choice(desk.VOIDED),
                    now_ms=self._platform.clock.now_ms(),
                )
            )
            return
        await self._platform.db.run(
            lambda tx: visits.check_in(guard, tx, apply_id=apply_id, now_ms=self._platform.clock.now_ms())
        )
        await asyncio.sleep(self._random.uniform(30, 60))
        await self._platform.db.run(
            lambda tx: visits.check_out(guard, tx, apply_id=apply_id, now_ms=self._platform.clock.now_ms())
        )

    async def leave(self, identity_id: str) -> None:
        """The visitor is deleted, and the doors forget the code."""
        await self._platform.db.run(
            lambda tx: persons.delete_person(self._site.app, tx, identity_id=identity_id)
        )

    async def _invite(self, host: Neighbour, *, starts_in_ms: int) -> tuple[str, str]:
        """(identityId, code) of a visitor who may pass each door on the way once."""
        platform, now_ms = self._platform, self._platform.clock.now_ms()
        identity_id = platform.ids.identity_id()
        name = names.full_name(self._random, self._random.choice((names.MALE, names.FEMALE)))
        home = [self._town.unit_door(host), self._town.lift(host)]
        doors = [*self._town.of_role("in"), *home, *self._town.of_role("out")]

        async def give(tx: Tx) -> str:
            await persons.save_person(
                self._site.app,
                tx,
                identity_id=identity_id,
                name=f"{name}（访客）",
                ext_info=None,
                now_ms=now_ms,
            )
            code = await qr.generate_code(
                self._site.app, tx, identity_id=identity_id, length=None, ids=platform.ids, now_ms=now_ms
            )
            right = qr.QrRight(now_ms + starts_in_ms, now_ms + starts_in_ms + _VALID_MS, _SCANS)
            await qr.bind_code(
                self._site.app,
                tx,
                qr_code=code,
                identity_id=identity_id,
                iot_ids=[iot_id for iot_id in doors if iot_id],
                right=right,
                keys=platform.door_keys,
                now_ms=now_ms,
            )
            return code

        return identity_id, await platform.db.run(give)

    async def _visit(self, host: Neighbour, identity_id: str, code: str, *, early: bool) -> None:
        gate = self._fleet.doors.get(self._random.choice(self._town.of_role("in") or [""]))
        if gate is None:
            return
        await self._show(gate, identity_id, code)
        if early:
            return
        if self._random.random() < _TRIES_AGAIN:
            await asyncio.sleep(2)
            await self._show(gate, identity_id, code)  # the courier passes the phone back to a friend
        await asyncio.sleep(self._random.uniform(3, 6))
        await self._show(self._fleet.doors.get(self._town.unit_door(host)), identity_id, code)
        lift = self._fleet.lifts.get(host.building)
        await self._show(lift, identity_id, code)
        if lift is not None:
            lift.press_floor(host.floor)
        await asyncio.sleep(self._random.uniform(8, 20))
        out = self._random.choice(self._town.of_role("out") or [""])
        await self._show(self._fleet.doors.get(out), identity_id, code)

    async def _show(self, door: SimulatedDoor | None, identity_id: str, code: str) -> None:
        if door is not None:
            door.scan(await self._wallet.picture(identity_id, code))
