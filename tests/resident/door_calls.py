"""A door station that rings a home."""

from linli.calls.rows import Account
from linli.console.parts import Parts
from linli.databus.scopes import register_community
from linli.domains.intercom.models import house_groups
from linli.domains.intercom.service import calls
from linli.kernel import tenancy
from tests.resident.conftest import Village

GROUP = "g"


async def door_of(parts: Parts, village: Village) -> Account:
    """A door station whose project serves the community, and the group of the house."""
    owner = village.here.tenant
    async with parts.db.begin() as tx:
        project_id = await tenancy.create_project(owner, tx, name="对讲", ids=parts.ids)
        await tenancy.grant_community(owner, tx, project_id=project_id, community_id=village.community)
        await register_community(
            tx, tenant_id=owner.tenant, community_id=village.community, scope_id=parts.ids.scope_id()
        )
        row = {"space_id": village.house, "tenant_id": owner.tenant, "community_id": village.community}
        await tx.insert(house_groups, {**row, "group_id": GROUP, "room_id": "3-1-502", "changed_ms": 0})
    return Account("d1", owner.tenant, project_id, 1, "", 0, 0)


async def ring(parts: Parts, door: Account, outcome: str = "", taken_by: str = "") -> int:
    call_id, now_ms = parts.ids.number(parts.clock.now_ms()), parts.clock.now_ms()
    async with parts.db.begin() as tx:
        await calls.begin(
            tx, call_id=call_id, caller=door, target=GROUP, target_type=1, process="main", now_ms=now_ms
        )
    if taken_by:
        async with parts.db.begin() as tx:
            await calls.answer(tx, call_id=call_id, number=taken_by, now_ms=now_ms + 2000)
            await calls.opened(tx, call_id=call_id, now_ms=now_ms + 3000)
    if outcome:
        async with parts.db.begin() as tx:
            await calls.end(tx, call_id=call_id, outcome=outcome, now_ms=now_ms + 9000)
    return call_id
