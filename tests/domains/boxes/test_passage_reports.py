"""A box's word that it has its rules counts for the rules as they are then."""

import asyncio

import asyncpg
import msgspec
import pytest

from linli.domains.boxes.front.app import EdgeRequest
from linli.domains.boxes.passage import queries
from linli.domains.boxes.passage.calls import PassageCalls
from linli.domains.boxes.passage.models import edge_passage_boxes
from linli.domains.boxes.service import nodes
from linli.protocols.edge_link import PASSAGE_RULES, PassageRules
from tests.domains.boxes.conftest import Site

COMMUNITY = 5
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


async def ask(site: Site, have: str) -> PassageRules:
    calls = PassageCalls(site.db, site.clock, site.secrets)
    answer = await calls.rules(
        site.node._replace(community_id=COMMUNITY),
        EdgeRequest("GET", PASSAGE_RULES, f"have={have}", headers={}, body=b"", match={}),
    )
    return msgspec.json.decode(answer.body, type=PassageRules)


async def holds(site: Site) -> bool:
    node_id = site.node.node_id
    return (await queries.box_rules(site.scope, site.db, [node_id]))[node_id].holds


@pytest.mark.engines("postgresql")
async def test_rules_that_change_while_a_box_reports_are_not_noted_as_held(
    site: Site, database_url: str
) -> None:
    node_id = site.node.node_id
    async with site.db.begin() as tx:
        second = await nodes.add(
            site.scope,
            tx,
            cluster_id=site.cluster.cluster_id,
            name="lifts-02",
            serial_number="SN-2",
            **site.makes,
        )
        row = {"node_id": node_id, "tenant_id": site.node.tenant_id, "held_version": "", "held_ms": None}
        await tx.insert(edge_passage_boxes, row)
    have = (await ask(site, "")).version
    assert not await holds(site)
    other = await asyncpg.connect(database_url)
    try:
        async with (
            other.transaction()
        ):  # as a change does it: what the box is to have, and that it waits for it
            await other.execute("UPDATE edge_passage_boxes SET held_ms = NULL WHERE node_id = $1", node_id)
            asked = asyncio.create_task(ask(site, have))
            async with asyncio.timeout(30):
                while not await other.fetchval(WAITING):
                    await asyncio.sleep(0.01)
            activated = "UPDATE edge_nodes SET hardware_id = 'hw', community_id = $2 WHERE node_id = $1"
            await other.execute(activated, second.node_id, COMMUNITY)  # boxes get a key in common
        told = await asked
    finally:
        await other.close()
    assert (told.unchanged, told.version == have) == (False, False)
    assert not await holds(site)
    assert (await ask(site, told.version)).unchanged
    assert await holds(site)
