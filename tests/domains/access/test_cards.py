"""Card permissions: batches with row failures, deliveries, withdrawals, changes of hands."""

import pytest
from sqlalchemy import bindparam, update

from linli.domains.access.errors import CardUnknown, DoorOffline, DoorUnknown, PersonUnknown
from linli.domains.access.service import cards
from linli.domains.access.service.cards import CardWish
from linli.domains.access.service.kinds import CARD
from linli.kernel.db import Command
from linli.kernel.errors import BadInput
from linli.kernel.scope import Caller, Scope
from linli.things.models import devices as device_table
from tests.domains.access.conftest import PERSON, Site

HOUR = 3_600_000
CARD_ID = "3d8deae9402d38adfji38"

_mark_online = Command(
    update(device_table).where(device_table.c.iot_id == bindparam("device")).values(online=1, active_ms=1),
    unscoped="stands for the front, which knows who is connected",
)


async def online_door(site: Site, name: str = "北门") -> str:
    door = await site.new_door(name)
    async with site.db.begin() as tx:
        await _mark_online.run(tx, device=door.iot_id)
    return door.iot_id


async def give(site: Site, *wishes: CardWish, scope: Scope | None = None) -> list[cards.CardFailure]:
    async with site.db.begin() as tx:
        return await cards.grant_cards(
            scope or site.app, tx, wishes=list(wishes), keys=site.keys, now_ms=site.now
        )


def wish(site: Site, iot_id: str, card_id: str = CARD_ID, identity_id: str = PERSON) -> CardWish:
    return CardWish(iot_id, card_id, identity_id, site.now + HOUR)


async def test_a_card_opens_its_door_until_it_expires_or_is_withdrawn(site: Site) -> None:
    await site.person()
    iot_id = await online_door(site)
    assert await give(site, wish(site, iot_id)) == []
    await site.work()
    assert site.door(iot_id).swipe(CARD_ID)[0].code == 0
    assert site.door(iot_id).swipe("unknown")[0].code == 203
    await site.clock.advance(2 * HOUR)
    await site.work()
    assert site.door(iot_id).swipe(CARD_ID)[0].code == 202
    assert await give(site, wish(site, iot_id)) == []
    await site.work()
    assert site.door(iot_id).swipe(CARD_ID)[0].code == 0
    async with site.db.begin() as tx:
        assert (
            await cards.withdraw_cards(site.app, tx, rows=[(iot_id, CARD_ID, PERSON)], now_ms=site.now) == []
        )
    await site.work()
    assert site.door(iot_id).swipe(CARD_ID)[0].code == 203


async def test_rows_fail_alone_and_offline_ones_are_kept(site: Site) -> None:
    await site.person()
    online = await online_door(site)
    offline = (await site.new_door("南门")).iot_id
    site.door(offline).online = False
    failures = await give(
        site,
        wish(site, online),
        wish(site, offline),
        wish(site, "nowhere"),
        wish(site, online, "card-2", "50nobody"),
    )
    assert [(f.iot_id, type(f.error)) for f in failures] == [
        (offline, DoorOffline),
        ("nowhere", DoorUnknown),
        (online, PersonUnknown),
    ]
    await site.work()
    assert await site.status(offline, CARD, CARD_ID) == "deviceOffline"
    site.door(offline).online = True
    await site.tell(offline, "status", "online", {})
    await site.work()
    assert site.door(offline).swipe(CARD_ID)[0].opens


async def test_a_card_that_changed_hands_does_not_outlive_its_new_holder(site: Site) -> None:
    await site.person()
    await site.person("50other", "李女士")
    iot_id = await online_door(site)
    await give(site, wish(site, iot_id))
    await give(site, wish(site, iot_id, identity_id="50other"))
    async with site.db.begin() as tx:
        rows = [(iot_id, CARD_ID, "50other")]
        assert await cards.withdraw_cards(site.app, tx, rows=rows, now_ms=site.now) == []
    await site.work()
    assert not site.door(iot_id).swipe(CARD_ID)[0].opens


async def test_withdrawing_names_rows_that_are_not_there_and_refuses_foreign_doors(site: Site) -> None:
    await site.person()
    iot_id = await online_door(site)
    await give(site, wish(site, iot_id))
    async with site.db.begin() as tx:
        rows = [(iot_id, CARD_ID, "50wrong"), (iot_id, "no card", PERSON)]
        failures = await cards.withdraw_cards(site.app, tx, rows=rows, now_ms=site.now)
        assert [type(failure.error) for failure in failures] == [CardUnknown, CardUnknown]
        stranger = Scope(site.app.tenant_id, Caller("app", "2"), frozenset({2}), "a124otherProject1")
        with pytest.raises(DoorUnknown):
            await cards.withdraw_cards(stranger, tx, rows=[(iot_id, CARD_ID, PERSON)], now_ms=site.now)
    await site.work()
    assert site.door(iot_id).swipe(CARD_ID)[0].opens


async def test_a_bad_row_changes_nothing(site: Site) -> None:
    await site.person()
    iot_id = await online_door(site)
    good = wish(site, iot_id)
    for bad in (
        wish(site, iot_id, "x" * 256),
        wish(site, iot_id, " "),
        CardWish(iot_id, "card-2", PERSON, site.now),
    ):
        with pytest.raises(BadInput) as refused:
            await give(site, good, bad)
        assert (refused.value.field or "").startswith("cards[1].")
    with pytest.raises(BadInput):
        await give(site, *[good] * 201)
    with pytest.raises(BadInput):
        await give(site)
    await site.work()
    assert site.door(iot_id).permissions.cards == {}
