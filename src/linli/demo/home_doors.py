"""Whom the sample's doors serve, and the residents' own keys: a card given for one's own doors opens something."""

from typing import Final

from linli.app.platform import Platform
from linli.demo import devices, edge_sample, sample, town
from linli.demo.place import Place
from linli.domains.access.queries.settings import scopes_of_community, settings_of
from linli.domains.access.service import scopes, settings
from linli.kernel.db import Tx

PROVIDER: Final = "桂花智能"
_MEMBERS_ONLY: Final = frozenset({"club"})
"""Doors that serve nobody by their house: members have cards for them."""


async def ensure(platform: Platform, site: Place) -> None:
    """Provider, door service and pass scopes, where nobody has set any."""
    here = site.community.community_id
    there = await town.look(platform, site)
    units = await devices.units_of(platform.db, site)
    buildings = await devices.buildings_of(platform.db, site)
    root = site.community.root_space_id
    served: dict[str, int | None] = {
        there.door(door.device_name): units.get(door.unit) if door.unit else root
        for door in sample.doors()
        if door.role not in _MEMBERS_ONLY
    }
    served |= {row.iot_id: buildings.get(building) for building, row in there.lifts.items()}

    async def work(tx: Tx) -> None:
        now_ms = platform.clock.now_ms()
        products = [
            await devices.product_of(platform, tx, site, kind)
            for kind in (devices.DOOR, devices.LIFT, *edge_sample.READERS.values(), edge_sample.TERMINAL)
        ]
        if not (await settings_of(site.tenant, tx, community_id=here)).provider:
            await settings.choose(
                site.tenant,
                tx,
                community_id=here,
                provider=PROVIDER,
                product_keys=products,
                service_on=True,
                freeze_doors=False,
                now_ms=now_ms,
            )
        if await scopes_of_community(site.tenant, tx, community_id=here):
            return
        for iot_id, space_id in served.items():
            if iot_id and space_id is not None:
                await scopes.set_pass_scope(
                    site.tenant, tx, iot_id=iot_id, space_ids=[space_id], group_ids=[], now_ms=now_ms
                )

    await platform.db.run(work)
