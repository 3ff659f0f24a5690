"""What a resident gave ends with their right to give it: invitations to the house, and visitors' passes."""

import pytest

from linli.domains.communities.service import lifecycle
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.people import person_rules as rules
from linli.domains.people.events import HouseTie, ResidentsMovedOut
from linli.domains.people.schemas import Profile
from linli.domains.people.service import erasure, residents
from linli.domains.visitors.handlers import VisitorHandlers
from linli.domains.visitors.schemas import Guest
from linli.domains.visitors.service import visits
from linli.domains.visitors.service.visits import Stay
from linli.kernel.scope import Caller, Scope
from tests.resident.conftest import TENANT_PHONE

HOUR_MS = 3_600_000
OPERATOR = Scope(None, Caller("operator", "root"))
SPENT = "resident.invitation_spent"


@pytest.fixture
async def code(owner, village):
    made = await owner.post(f"/houses/{village.house}/invitations", json={"type": 3})
    assert made.status_code == 201, made.text
    return made.json()["code"]


async def refused(newcomer, code):
    """The code tells a stranger nothing but that it is dead, and lets nobody in."""
    shown = await newcomer.get(f"/invitations/{code}")
    tried = await newcomer.post(f"/invitations/{code}", json={"name": "来客"})
    assert {tried.status_code, shown.status_code} <= {404, 409}
    assert tried.json() | {"requestId": ""} == shown.json() | {"requestId": ""}
    assert "502" not in shown.text
    assert "王伟" not in shown.text
    assert (await newcomer.get("/houses")).json() == []
    return shown.json()["code"]


async def _move_out(parts, village, clock):
    async with parts.db.begin() as tx:
        await residents.move_out(
            village.here.tenant, tx, house_id=village.house, identity_id=village.owner, now_ms=clock.now_ms()
        )


async def test_an_invitation_ends_when_its_giver_moves_out(parts, newcomer, village, clock, code):
    await _move_out(parts, village, clock)
    await refused(newcomer, code)
    async with parts.db.begin() as tx:  # who comes back invites anew
        await residents.come_back(
            village.here.tenant,
            tx,
            SpaceHouses(),
            gone=residents.Departure(
                house_id=village.house, identity_id=village.owner, type=rules.OWNER, left_ms=clock.now_ms()
            ),
            ids=parts.ids,
            now_ms=clock.now_ms(),
        )
    await refused(newcomer, code)


async def test_an_invitation_ends_when_its_giver_is_no_owner_any_more(parts, newcomer, village, clock, code):
    async with parts.db.begin() as tx:
        await residents.change_member(
            village.here.tenant, tx, house_id=village.house, identity_id=village.owner, profile=Profile(),
            type=rules.TENANT, now_ms=clock.now_ms(),
        )  # fmt: skip
    await refused(newcomer, code)


async def test_an_invitation_ends_when_its_giver_is_erased(parts, newcomer, village, clock, code):
    async with parts.db.begin() as tx:
        await erasure.erase(
            village.here.tenant, tx, community_id=village.community, identity_id=village.owner,
            now_ms=clock.now_ms(),
        )  # fmt: skip
    await refused(newcomer, code)


async def test_a_giver_is_looked_at_even_where_nothing_was_dropped(parts, newcomer, village, clock, code):
    async with parts.db.begin() as tx:
        held = await residents.present_member(village.here.tenant, tx, village.house, village.owner)
        await residents.write(
            village.here.tenant, tx, held, clock.now_ms(), type=held.type, status=rules.MOVED_OUT
        )
    assert await refused(newcomer, code) == SPENT


async def test_a_suspended_community_takes_nobody_in(parts, newcomer, village, clock, code):
    async with parts.db.begin() as tx:
        await lifecycle.halt(
            OPERATOR, tx, community_id=village.community, state=lifecycle.SUSPENDED, reason="unpaid", words="",
            ids=parts.ids, now_ms=clock.now_ms(),
        )  # fmt: skip
    assert await refused(newcomer, code) == "resident.community_closed"


async def test_others_invitations_stay(parts, newcomer, village, clock, code, tenant):
    async with parts.db.begin() as tx:
        rows = await residents.queries.of_house(village.here.tenant, tx, village.house)
        lodger = next(row.identity_id for row in rows if row.phone == TENANT_PHONE)
        await residents.move_out(
            village.here.tenant, tx, house_id=village.house, identity_id=lodger, now_ms=clock.now_ms()
        )
    assert (await newcomer.post(f"/invitations/{code}", json={"name": "来客"})).status_code == 200


@pytest.mark.parametrize("came", [False, True], ids=["expected", "arrived"])
@pytest.mark.parametrize("at_gate", [False, True], ids=["invited", "let in at the gate"])
async def test_a_visitors_pass_ends_when_the_host_moves_out(parts, owner, village, clock, came, at_gate):
    base, now_ms = f"/communities/{village.community}/visits", clock.now_ms()
    if at_gate:
        async with parts.db.begin() as tx:
            apply_id = await visits.ask(
                village.here.tenant,
                tx,
                Stay(
                    community_id=village.community,
                    house_id=village.house,
                    reason="",
                    starts_ms=now_ms,
                    ends_ms=now_ms + 4 * HOUR_MS,
                ),
                guest=Guest(name="来访客", phone="13900001111"),
                host_name="",
                ids=parts.ids,
                now_ms=now_ms,
            )
        assert (await owner.post(f"{base}/{apply_id}/admit")).status_code == 204
    else:
        visit = {
            "houseId": village.house,
            "name": "来访客",
            "startsMs": now_ms,
            "endsMs": now_ms + 4 * HOUR_MS,
        }
        apply_id = int((await owner.post(base, json=visit)).json()["id"])
    if came:
        async with parts.db.begin() as tx:
            await visits.check_in(village.here.tenant, tx, apply_id=apply_id, now_ms=now_ms)
    rows = await residents.queries.of_house(village.here.tenant, parts.db, village.house)
    person = next(row for row in rows if row.identity_id == village.owner)
    await _move_out(parts, village, clock)
    gone = HouseTie(village.house, person.person_id, village.owner, rules.OWNER)
    handlers = VisitorHandlers(parts.db, parts.services["visitors"].passes)
    await handlers.moved_out(ResidentsMovedOut(village.here.tenant.tenant, village.community, [gone]))
    found = await visits.queries.visit(village.here.tenant, parts.db, apply_id)
    assert (found.state, found.holds_pass(now_ms)) == ("void", False)
