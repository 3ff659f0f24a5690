"""The boxes of a community that run its intercom, and the phones that are logged in there."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.boxes.queries import clusters
from linli.domains.intercom.queries.owners import owners_of_numbers
from linli.domains.intercom.service.ladder import DESK, UNIT
from linli.domains.intercom.site import queries
from linli.domains.people.queries import persons as people
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope


class SitePhoneLine(msgspec.Struct, rename="camel", frozen=True):
    """A phone of the site."""

    number: str
    kind: Annotated[str, Meta(description="door, unit or desk; empty: an account that is no more.")]
    house_id: Annotated[str, Meta(description="Of an indoor unit; empty: none.")]
    host: Annotated[str, Meta(description="Its address on the site's network.")]
    agent: Annotated[str, Meta(description="What it calls itself.")]
    since_ms: int


class SiteBoxLine(msgspec.Struct, rename="camel", frozen=True):
    """A box that runs the intercom of its site."""

    node_id: str
    name: str
    address: Annotated[
        str, Meta(description="Of its SIP server on the site's network; empty: it does not run.")
    ]
    runs: Annotated[bool, Meta(description="It gave a sign of it within ten minutes.")]
    held_ms: Annotated[int, Meta(description="When it last had all accounts as they are here; 0: not yet.")]
    told_ms: Annotated[int, Meta(description="When it last told which phones are logged in; 0: not yet.")]
    phones: list[SitePhoneLine]


site_routes = Routes("/communities/{community_id:int}/site-intercom", tags=("intercom",))


@site_routes.get(right="devices.use", raises=(NotFound,))
async def site_boxes(community_id: int, within: Scope, db: Database, clock: Clock) -> list[SiteBoxLine]:
    """The boxes that run the intercom, with the phones that are logged in there; empty where none does."""
    scope = await people.community_scope(within, db, community_id)
    lines = []
    for site in await queries.sites_of(scope, db, community_id):
        node = await clusters.node(scope, db, site.node_id)
        rows = await queries.phones_at(scope, db, site.node_id)
        owners = {row.number: row for row in await owners_of_numbers(scope, db, [row.number for row in rows])}
        phones = []
        for row in rows:
            owner = owners.get(row.number)
            name = owner.owner if owner is not None else ""
            kind = "unit" if name.startswith(UNIT) else "desk" if name.startswith(DESK) else ""
            house = str(owner.space_id) if owner is not None and kind == "unit" and owner.space_id else ""
            phones.append(
                SitePhoneLine(
                    row.number,
                    kind or ("door" if name.startswith("door:") else ""),
                    house,
                    row.host,
                    row.agent,
                    row.since_ms,
                )
            )
        line = SiteBoxLine(
            node_id=str(node.node_id),
            name=node.name,
            address=site.address,
            runs=queries.runs(site, clock.now_ms()),
            held_ms=site.held_ms,
            told_ms=site.told_ms,
            phones=phones,
        )
        lines.append(line)
    return lines
