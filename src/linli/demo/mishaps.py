"""Faults of a real community: a cable is pulled, a door's storage fails, a lift stops with a person in it."""

import asyncio
import random
from collections.abc import Coroutine
from typing import Final

from linli.app.platform import Platform
from linli.demo import sample
from linli.demo.fleet import Fleet
from linli.demo.place import Place
from linli.demo.town import Town
from linli.domains.access.service import cards
from linli.domains.access.service.cards import CardWish
from linli.kernel import telemetry
from linli.kernel.errors import LinliError

log = telemetry.logger(__name__)

_FAULT_ROLE: Final = "club"
_FIRST_FAULT_S: Final = 8.0
_FAULT_S: Final = 9 * 60.0
"""Longer than a delivery's retries take, so that some rows end up needing a person."""
_HEALTHY_S: Final = 12 * 60.0
_FIRST_TRAP_S: Final = 12.0
_TRAPPED_S: Final = 10 * 60.0
_FIRST_HELD_S: Final = 20.0
_HELD_S: Final = 2 * 60.0
_HELD, _CLOSED = 6, 7
"""`alarmType` of a door that stays open, and of its end."""
_NEW_CARDS: Final = 3
_VALID_MS: Final = 365 * 86_400_000


class Mishaps:
    def __init__(self, platform: Platform, site: Place, town: Town, fleet: Fleet) -> None:
        self._platform = platform
        self._site = site
        self._town = town
        self._fleet = fleet
        self._random = random.Random(sample.SEED + 2)

    def work(self) -> list[Coroutine[None, None, None]]:
        return [self._pull_cables(), self._fail_storage(), self._stop_lifts(), self._hold_doors()]

    async def _stop_lifts(self) -> None:
        """Now and then somebody is stuck in a lift and presses its alarm."""
        lifts = list(self._fleet.lifts.values())
        await asyncio.sleep(_FIRST_TRAP_S)
        while lifts:
            self._random.choice(lifts).trap()
            await asyncio.sleep(self._random.uniform(_TRAPPED_S, 2 * _TRAPPED_S))

    async def _hold_doors(self) -> None:
        """Now and then somebody props a door open, and takes the stone away again."""
        ways = self._town.of_role("unit")
        await asyncio.sleep(_FIRST_HELD_S)
        while ways:
            door = self._fleet.doors.get(self._random.choice(ways))
            if door is not None:
                door.link.queue_event("alarmEvent", {"alarmType": _HELD, "alarm": "门未关"})
                await asyncio.sleep(self._random.uniform(_HELD_S, 2 * _HELD_S))
                door.link.queue_event("alarmEvent", {"alarmType": _CLOSED, "alarm": "门已关"})
            await asyncio.sleep(self._random.uniform(_TRAPPED_S, 2 * _TRAPPED_S))

    async def _pull_cables(self) -> None:
        """One door after another is offline for a while; its passes are reported when it is back."""
        ways = [*self._town.of_role("in"), *self._town.of_role("unit")]
        pause = self._random.uniform(30, 50)
        while ways:
            await asyncio.sleep(pause)
            door = self._fleet.doors.get(self._random.choice(ways))
            if door is not None:
                door.link.cut()
                await asyncio.sleep(self._random.uniform(30, 60))
                door.link.mend()
            pause = self._random.uniform(120, 240)

    async def _fail_storage(self) -> None:
        """The club house refuses permission files while members are still being added."""
        await asyncio.sleep(_FIRST_FAULT_S)
        doors = self._town.of_role(_FAULT_ROLE)
        while doors:
            door = self._fleet.doors.get(doors[0])
            if door is None:
                return
            door.refuse_files = True
            try:
                await self._new_members(doors[0])
            except LinliError as error:
                log.info("demo: %s", error)
            await asyncio.sleep(_FAULT_S)
            door.refuse_files = False
            await asyncio.sleep(_HEALTHY_S)

    async def _new_members(self, iot_id: str) -> None:
        """Some residents with a card are given the club house too."""
        outside = [
            (person, card)
            for person in self._town.people
            for card, doors in person.cards.items()
            if iot_id not in doors
        ]
        chosen = self._random.sample(outside, min(_NEW_CARDS, len(outside)))
        now_ms = self._platform.clock.now_ms()
        wishes = [CardWish(iot_id, card, person.identity_id, now_ms + _VALID_MS) for person, card in chosen]
        if not wishes:
            return
        manager = await self._site.staff(self._platform, "manager")
        await self._platform.db.run(
            lambda tx: cards.grant_cards(
                manager, tx, wishes=wishes, keys=self._platform.door_keys, now_ms=now_ms
            )
        )
        for person, card in chosen:
            person.cards[card].add(iot_id)
