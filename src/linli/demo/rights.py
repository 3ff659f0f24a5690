"""Cards and QR codes of the residents, with their doors. Cards come from the manager, codes from the residents' app."""

import random
from collections.abc import Sequence
from functools import partial
from itertools import batched
from typing import Final

from linli.app.platform import Platform
from linli.demo import sample, town
from linli.demo.place import Place
from linli.demo.town import Neighbour, Town
from linli.domains.access.service import cards, qr
from linli.domains.access.service.cards import CardWish
from linli.kernel.db import Tx

VALID_DAYS: Final = 365
_CARD_ONLY, _CODE_ONLY = 0.6, 0.3
"""Shares of the residents; the rest have both."""
_GARAGE, _CLUB = 0.25, 0.2
_CODES_AT_ONCE: Final = 40
_PHONE_AGE: Final = 13
_DAY_MS: Final = 86_400_000


async def ensure(platform: Platform, site: Place) -> None:
    """Give what is missing of the sample's rights."""
    there = await town.look(platform, site)
    rng = random.Random(sample.SEED)
    ends_ms = platform.clock.now_ms() + VALID_DAYS * _DAY_MS
    numbers = iter(rng.sample(range(3_000_000, 90_000_000), 4 * len(there.people)))
    wishes: list[CardWish] = []
    coded: list[tuple[Neighbour, list[str]]] = []
    for person in there.people:
        doors = _doors_of(there, person, rng)
        number, lot = f"{next(numbers):010}", rng.random()
        has_code = person.age >= _PHONE_AGE and lot >= _CARD_ONLY
        has_card = not has_code or lot >= _CARD_ONLY + _CODE_ONLY
        if has_card and not person.cards:
            wishes += [CardWish(iot_id, number, person.identity_id, ends_ms) for iot_id in doors]
        if has_code and not person.codes:
            coded.append((person, doors))
    await give_cards(platform, site, wishes)
    await _give_codes(platform, site, coded, ends_ms)


def _doors_of(there: Town, person: Neighbour, rng: random.Random) -> list[str]:
    """iotIds: the own unit's door and lift, the gates, and for some the garage and the club house."""
    doors = [there.unit_door(person), there.lift(person), *there.of_role("in"), *there.of_role("out")]
    for role, share in (("garage", _GARAGE), ("club", _CLUB)):
        if rng.random() < share:
            doors += there.of_role(role)
    return [iot_id for iot_id in doors if iot_id]


async def give_cards(platform: Platform, site: Place, wishes: list[CardWish]) -> None:
    manager = await site.staff(platform, "manager")
    for some in batched(wishes, cards.MAX_CARDS, strict=False):
        # Doors that are still offline are told as failures, and served once they are back.
        await platform.db.run(
            partial(
                cards.grant_cards,
                manager,
                wishes=list(some),
                keys=platform.door_keys,
                now_ms=platform.clock.now_ms(),
            )
        )


async def _give_codes(
    platform: Platform, site: Place, coded: list[tuple[Neighbour, list[str]]], ends_ms: int
) -> None:
    async def give(tx: Tx, some: Sequence[tuple[Neighbour, list[str]]]) -> None:
        now_ms = platform.clock.now_ms()
        for person, doors in some:
            code = await qr.generate_code(
                site.app,
                tx,
                identity_id=person.identity_id,
                length=None,
                ids=platform.ids,
                now_ms=now_ms,
            )
            await qr.bind_code(
                site.app,
                tx,
                qr_code=code,
                identity_id=person.identity_id,
                iot_ids=doors,
                right=qr.QrRight(now_ms, ends_ms),
                keys=platform.door_keys,
                now_ms=now_ms,
            )

    for some in batched(coded, _CODES_AT_ONCE, strict=False):
        await platform.db.run(partial(give, some=some))
