"""Emergencies with their cars, and which lifts one is of."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select

from linli.domains.boxes.passage import queries as rule_queries
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.communities.queries import spaces
from linli.domains.elevators.models import emergencies, emergency_cars
from linli.domains.elevators.queries import lifts as queries
from linli.domains.elevators.queries.states import home_of, states_of
from linli.domains.elevators.rows import Shaft
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.rules.lift_states import WHOLE
from linli.rules.lifts import GROUND
from linli.things.queries.devices import DeviceRow, find_devices

MOST_LIFTS: Final = 2_000
WAITING, SENT, HOME, REFUSED, SILENT = "waiting", "sent", "home", "refused", "silent"


class Emergency(NamedTuple):
    emergency_id: int
    tenant_id: str
    community_id: int | None
    space_id: int | None
    reason: str
    source: str
    started_by: str
    started_ms: int
    ended_by: str = ""
    ended_ms: int | None = None


class EmergencyCar(NamedTuple):
    emergency_id: int
    iot_id: str
    elevator_id: str
    tenant_id: str
    community_id: int | None
    home_floor: str
    result: str = WAITING
    words: str = ""
    tries: int = 0
    at_ms: int | None = None


class LiftHome(NamedTuple):
    """A lift, and the floor that its cars go to in an emergency; empty: not known."""

    device: DeviceRow
    shaft: Shaft
    floor: str
    homes: Mapping[str, str] = {}
    """By number, of cars for which a person set another floor."""

    def home_of(self, car: str) -> str:
        return self.homes.get(car) or self.floor

    @property
    def cars(self) -> list[str]:
        """Numbers; a lift that was never read is called without one."""
        return [car.elevator_id for car in self.shaft.cars] or [""]


_e, _c = emergencies.c, emergency_cars.c
_seen = and_(
    in_scope(emergencies),
    or_(bindparam("community", type_=INT) == 0, _e.community_id == bindparam("community", type_=INT)),
)
_page = Query(
    select(emergencies)
    .where(_seen)
    .order_by(_e.ended_ms.is_not(None), _e.started_ms.desc(), _e.emergency_id)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Emergency,
)
_count = Query(select(func.count()).select_from(emergencies).where(_seen))
_by_id = Query(
    select(emergencies)
    .where(in_scope(emergencies), _e.emergency_id == bindparam("emergency_id", type_=INT))
    .with_for_update(),
    Emergency,
)
_cars = Query(
    select(emergency_cars)
    .where(in_scope(emergency_cars), any_of(_c.emergency_id, "emergency_ids"))
    .order_by(_c.emergency_id, _c.iot_id, _c.elevator_id),
    EmergencyCar,
)


_last_end = Query(
    select(func.max(_e.ended_ms))
    .join(emergency_cars, _c.emergency_id == _e.emergency_id)
    .where(in_scope(emergencies), in_scope(emergency_cars), _c.iot_id == bindparam("of_lift"))
)


async def last_end_ms(scope: Scope, db: Reader, iot_id: str) -> int:
    """When a person ended the last emergency of a lift that is over; 0: there was none."""
    return int(await _last_end.scalar(db, scope, of_lift=iot_id) or 0)


async def page(scope: Scope, db: Reader, *, community_id: int, page: PageRequest) -> Page[Emergency]:
    """Those that go on first, then the newest."""
    binds = {"community": community_id}
    return Page.of(
        page, await _count.scalar(db, scope, **binds), await _page.all(db, scope, **binds, **page.binds)
    )


async def emergency(scope: Scope, db: Reader, emergency_id: int) -> Emergency:
    """Raises NotFound."""
    if (row := await _by_id.one(db, scope, emergency_id=emergency_id)) is None:
        raise NotFound(what="lift_emergency", id=emergency_id)
    return row


async def cars_of(scope: Scope, db: Reader, emergency_ids: list[int]) -> list[EmergencyCar]:
    return await _cars.all(db, scope, emergency_ids=emergency_ids) if emergency_ids else []


async def lifts_at(scope: Scope, db: Reader, *, community_id: int, space_id: int | None) -> list[LiftHome]:
    """Lifts of a community, or of one of its places: those that stand there, and those that are called for who lives
    there. Raises BadInput for a place of another community."""
    scope = scope.narrowed(community_id)
    rules = await rule_queries.rules_of_community(scope, db, community_id)
    edges = await rule_queries.devices_of(scope, db, rules)
    called = {edges[rule.lift_id].iot_id: rule for rule in reversed(rules) if rule.lift_id in edges}
    iot_ids = {*await queries.lift_ids(scope, db, most=MOST_LIFTS), *called}
    if space_id is not None:
        below = await _below(scope, db, community_id, space_id)
        served = {
            edges[rule.lift_id].iot_id for rule in rules if rule.unit_id in below and rule.lift_id in edges
        }
        stands = set()
        for iot_id in iot_ids:
            edge = await gateway_queries.device_of(scope, db, iot_id)
            if edge is not None and edge.space_id in below:
                stands.add(iot_id)
        iot_ids = served | stands
    devices = await find_devices(scope, db, iot_ids=sorted(iot_ids))
    shafts = await queries.shafts(scope, db, sorted(iot_ids))
    states = await states_of(scope, db, sorted(iot_ids))
    lifts = []
    for device in devices:
        shaft, rule = shafts[device.iot_id], called.get(device.iot_id)
        rows = states[device.iot_id]
        floor = home_of(rows, WHOLE) or _home(shaft, "" if rule is None else rule.start_floor)
        homes = {number: row.home for number, row in rows.items() if number != WHOLE and row.home}
        lifts.append(LiftHome(device, shaft, floor, homes))
    return sorted(
        lifts, key=lambda lift: (lift.device.nickname or lift.device.device_name, lift.device.iot_id)
    )


async def _below(scope: Scope, db: Reader, community_id: int, space_id: int) -> set[int]:
    try:
        space = await spaces.space(scope, db, space_id)
    except NotFound:
        raise BadInput(field="spaceId", rule="unknown") from None
    if space.community_id != community_id:
        raise BadInput(field="spaceId", rule="unknown")
    return {row.space_id for row in await spaces.subtree(scope, db, space)} | {space_id}


def _home(shaft: Shaft, start: str) -> str:
    """The floor of the door that people enter by, else the one named like a ground floor."""
    floors = list(shaft.floors_of(""))
    if start and (not floors or start in floors):
        return start
    ground = [floor for floor in GROUND if floor in floors]
    return ground[0] if ground else ""
