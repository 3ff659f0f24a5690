"""What communities and homes say of their calls, whom a home's call may try, and whom one tried."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from linli.calls.rows import CallStep
from linli.domains.intercom.models import (
    auto_opens,
    call_steps,
    homes,
    house_groups,
    members,
    owners,
    quiet_hours,
    settings,
    telephones,
)
from linli.domains.intercom.rows import (
    AutoOpen,
    HomeRules,
    QuietHours,
    Settings,
)
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope

_h, _o, _m = homes.c, owners.c, members.c
_OF_CALL = "the tenant of the call that this process has in hand is a condition"

_settings = Query(
    select(settings).where(
        settings.c.community_id == bindparam("community_id", type_=INT), in_scope(settings)
    ),
    Settings,
)
_homes = Query(select(homes).where(any_of(_h.space_id, "space_ids"), in_scope(homes)), HomeRules)
_asking = Query(
    select(homes).where(_h.neighbour_id == bindparam("space_id", type_=INT), in_scope(homes)).limit(50),
    HomeRules,
)
_steps = Query(
    select(call_steps)
    .where(any_of(call_steps.c.call_id, "call_ids"), in_scope(call_steps))
    .order_by(call_steps.c.call_id, call_steps.c.place),
    CallStep,
)


_quiet = Query(
    select(quiet_hours).where(
        quiet_hours.c.space_id == bindparam("space_id", type_=INT), in_scope(quiet_hours)
    ),
    QuietHours,
)
_telephones = Query(
    select(telephones.c.identity_id)
    .where(telephones.c.space_id == bindparam("space_id", type_=INT), in_scope(telephones))
    .order_by(telephones.c.agreed_ms, telephones.c.identity_id)
    .limit(20)
)
_auto = Query(
    select(auto_opens)
    .where(
        auto_opens.c.space_id == bindparam("space_id", type_=INT),
        auto_opens.c.id >= bindparam("since", type_=INT),
        in_scope(auto_opens),
    )
    .order_by(auto_opens.c.id.desc())
    .limit(100),
    AutoOpen,
)


class Rung(NamedTuple):
    """An account that a call may ring."""

    number: str
    owner: str | None
    """None: an application made it."""
    identity_id: str | None = None


_of_group = Query(
    select(_m.number, _o.owner, _o.identity_id)
    .outerjoin(owners, _o.number == _m.number)
    .where(_m.group_id == bindparam("target"), _m.tenant_id == bindparam("tenant"))
    .order_by(_m.created_ms, _m.number)
    .limit(50),
    Rung,
    unscoped=_OF_CALL,
)
_of_house = Query(
    select(_m.number, _o.owner, _o.identity_id)
    .outerjoin(owners, _o.number == _m.number)
    .where(
        _m.group_id.in_(
            select(house_groups.c.group_id).where(
                house_groups.c.space_id == bindparam("house", type_=INT),
                house_groups.c.tenant_id == bindparam("tenant"),
                house_groups.c.community_id == bindparam("community", type_=INT),
            )
        ),
        _m.tenant_id == bindparam("tenant"),
    )
    .order_by(_m.created_ms, _m.number)
    .limit(50),
    Rung,
    unscoped=_OF_CALL,
)
_desks = Query(
    select(_o.number, _o.owner, _o.identity_id).where(
        _o.community_id == bindparam("community", type_=INT),
        _o.tenant_id == bindparam("tenant"),
        _o.owner.startswith("desk:"),
    ),
    Rung,
    unscoped=_OF_CALL,
)


async def settings_of(scope: Scope, db: Reader, community_id: int) -> Settings:
    """The community's, or those of one that said nothing yet."""
    row = await _settings.one(db, scope, community_id=community_id)
    return row or Settings(community_id, scope.tenant_id or "")


async def home_rules(scope: Scope, db: Reader, *, community_id: int, space_id: int) -> HomeRules:
    """The home's, or those of one that said nothing yet."""
    row = next(iter(await _homes.all(db, scope, space_ids=[space_id])), None)
    return row or HomeRules(space_id, scope.tenant_id or "", community_id)


async def asking_homes(scope: Scope, db: Reader, space_id: int) -> list[HomeRules]:
    """Homes that name this one as the neighbour who answers for them."""
    return await _asking.all(db, scope, space_id=space_id)


async def steps_of_calls(scope: Scope, db: Reader, call_ids: list[int]) -> list[CallStep]:
    return await _steps.all(db, scope, call_ids=call_ids)


async def rung_by_group(db: Reader, *, tenant_id: str, group_id: str) -> list[Rung]:
    return await _of_group.all(db, tenant=tenant_id, target=group_id)


async def rung_by_house(db: Reader, *, tenant_id: str, community_id: int, house_id: int) -> list[Rung]:
    return await _of_house.all(db, tenant=tenant_id, community=community_id, house=house_id)


async def desks_of(db: Reader, *, tenant_id: str, community_id: int) -> list[Rung]:
    return await _desks.all(db, tenant=tenant_id, community=community_id)


async def quiet_hours_of(scope: Scope, db: Reader, space_id: int) -> list[QuietHours]:
    """Of a home and of its members."""
    return await _quiet.all(db, scope, space_id=space_id)


async def telephones_of(scope: Scope, db: Reader, space_id: int) -> list[str]:
    """The members whose telephone calls may go on to, by identityId; who agreed first, first."""
    return [str(identity_id) for (identity_id,) in await _telephones.all(db, scope, space_id=space_id)]


async def auto_opens_since(scope: Scope, db: Reader, space_id: int, since: int) -> list[AutoOpen]:
    """Those that a home set up since this id was given, the newest first."""
    return await _auto.all(db, scope, space_id=space_id, since=since)
