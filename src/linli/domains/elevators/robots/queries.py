"""Robots, and their sessions."""

from sqlalchemy import bindparam, func, select

from linli.domains.elevators.robots.models import rides, robots
from linli.domains.elevators.robots.rows import Ride, Robot
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_r, _d = robots.c, rides.c
_KEYED = "a key of 256 random bits names its robot, before its company is known"
_robots = Query(
    select(robots)
    .where(in_scope(robots))
    .order_by(_r.name, _r.robot_id)
    .limit(bindparam("limit", type_=INT)),
    Robot,
)
_robot = Query(select(robots).where(in_scope(robots), _r.robot_id == bindparam("row", type_=INT)), Robot)
_by_key = Query(select(robots).where(_r.key_hash == bindparam("key_hash")), Robot, unscoped=_KEYED)
_live_of_lift = Query(
    select(rides)
    .where(in_scope(rides), _d.iot_id == bindparam("lift"), _d.ended_ms.is_(None))
    .order_by(_d.ride_id),
    Ride,
)
_live_of_robot = Query(
    select(rides)
    .where(in_scope(rides), _d.robot_id == bindparam("robot", type_=INT), _d.ended_ms.is_(None))
    .order_by(_d.ride_id),
    Ride,
)
_last_of_session = Query(
    select(rides)
    .where(
        in_scope(rides),
        _d.robot_id == bindparam("robot", type_=INT),
        _d.session_id == bindparam("session"),
    )
    .order_by(_d.ride_id.desc())
    .limit(1),
    Ride,
)
_newest = Query(
    select(rides)
    .where(in_scope(rides), _d.robot_id == bindparam("robot", type_=INT))
    .order_by(_d.ride_id.desc())
    .limit(1),
    Ride,
)
_since = Query(
    select(func.count())
    .select_from(rides)
    .where(
        in_scope(rides),
        _d.robot_id == bindparam("robot", type_=INT),
        _d.asked_ms > bindparam("after", type_=INT),
    )
)
_live_lifts = Query(
    select(_d.tenant_id, _d.iot_id).where(_d.ended_ms.is_(None)).distinct().order_by(_d.tenant_id, _d.iot_id),
    unscoped="the keeper looks after the sessions of every company",
)
_ride = Query(select(rides).where(in_scope(rides), _d.ride_id == bindparam("row", type_=INT)), Ride)
_of_robot = select(rides).where(in_scope(rides), _d.robot_id == bindparam("robot", type_=INT))
_page = Query(
    _of_robot.order_by(_d.ride_id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Ride,
)
_count = Query(
    select(func.count())
    .select_from(rides)
    .where(in_scope(rides), _d.robot_id == bindparam("robot", type_=INT))
)


async def all_robots(scope: Scope, db: Reader, *, most: int) -> list[Robot]:
    return await _robots.all(db, scope, limit=most)


async def robot(scope: Scope, db: Reader, robot_id: int) -> Robot:
    """Raises NotFound."""
    row = await _robot.one(db, scope, row=robot_id)
    if row is None:
        raise NotFound(what="robot", id=str(robot_id))
    return row


async def robot_of_key(db: Reader, key_hash: str) -> Robot | None:
    return await _by_key.one(db, key_hash=key_hash) if key_hash else None


async def live_of_lift(scope: Scope, db: Reader, iot_id: str) -> list[Ride]:
    return await _live_of_lift.all(db, scope, lift=iot_id)


async def live_of_robot(scope: Scope, db: Reader, robot_id: int) -> list[Ride]:
    return await _live_of_robot.all(db, scope, robot=robot_id)


async def last_of_session(scope: Scope, db: Reader, robot_id: int, session_id: str) -> Ride | None:
    return await _last_of_session.one(db, scope, robot=robot_id, session=session_id)


async def newest_of_robot(scope: Scope, db: Reader, robot_id: int) -> Ride | None:
    return await _newest.one(db, scope, robot=robot_id)


async def sessions_since(scope: Scope, db: Reader, robot_id: int, after_ms: int) -> int:
    return int(await _since.scalar(db, scope, robot=robot_id, after=after_ms))


async def live_lifts(db: Reader) -> list[tuple[str, str]]:
    """(company, iotId) of the lifts with sessions under way."""
    return [(tenant, iot_id) for tenant, iot_id in await _live_lifts.all(db)]


async def ride(scope: Scope, db: Reader, ride_id: int) -> Ride | None:
    return await _ride.one(db, scope, row=ride_id)


async def rides_of(scope: Scope, db: Reader, robot_id: int, page: PageRequest) -> Page[Ride]:
    """The newest first."""
    total = int(await _count.scalar(db, scope, robot=robot_id))
    rows = await _page.all(db, scope, robot=robot_id, limit=page.page_size, offset=page.offset)
    return Page.of(page, total, rows)
