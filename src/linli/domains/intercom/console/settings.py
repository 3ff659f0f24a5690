"""Console: what a community says of its calls, and the phones that stand at its desks and in its houses."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.calls.rows import OFF, VIDEO, VOICE
from linli.domains.communities.queries import spaces
from linli.domains.intercom.errors import HouseUnbound
from linli.domains.intercom.places import sip_address
from linli.domains.intercom.queries import homes as queries
from linli.domains.intercom.queries.owners import owners_by_name
from linli.domains.intercom.queries.permissions import Permission
from linli.domains.intercom.queries.phones import logged_in
from linli.domains.intercom.service import fixed_phones
from linli.domains.intercom.service.fixed_phones import MOST_DESKS, LogIn
from linli.domains.intercom.service.settings import choose, permit
from linli.domains.intercom.site.queries import server_at_site
from linli.domains.people.queries import persons as people
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings

type DoorTalk = Annotated[
    Literal["video", "voice", "off"],
    Meta(
        description="How indoor terminals, or phones of members, may talk with doors: with the picture, by voice alone, "
        "or not at all. Source: spec C014."
    ),
]


class FixedPhone(msgspec.Struct, rename="camel", frozen=True):
    """A phone that stands somewhere."""

    place: Annotated[int, Meta(description="Of a desk, from 1 on; 0: an indoor unit.")]
    number: str
    registered_ms: Annotated[int | None, Meta(description="Logged in since; null: not logged in.")]


class CallSettings(msgspec.Struct, rename="camel", frozen=True):
    """What a community says of its calls."""

    talk_minutes: Annotated[int, Meta(description="Longest talk, 1 to 5.")]
    view_seconds: Annotated[int, Meta(description="Longest look through a door's camera, 15 to 300.")]
    indoor: DoorTalk
    mobile: DoorTalk
    desks: list[FixedPhone]
    most_desks: int


class CallLimits(msgspec.Struct, rename="camel", frozen=True):
    """How long calls may last."""

    talk_minutes: Annotated[int, Meta(description="1 to 5")]
    view_seconds: Annotated[int, Meta(description="15 to 300")]
    indoor: DoorTalk | None = None
    mobile: DoorTalk | None = None


class HousePermission(msgspec.Struct, rename="camel", frozen=True):
    """How one house may talk with doors; null: as its community says."""

    indoor: DoorTalk | None = None
    mobile: DoorTalk | None = None


class HousePermissions(msgspec.Struct, rename="camel", frozen=True):
    """What is said for one house, and what its community says."""

    own: HousePermission
    usual: HousePermission


class PhoneLogIn(msgspec.Struct, rename="camel", frozen=True):
    """What a phone is set up with. Told this once."""

    number: str
    password: str
    server: str
    port: str


call_setting_routes = Routes("/communities/{community_id:int}/call-settings", tags=("intercom",))
unit_routes = Routes(
    "/communities/{community_id:int}/houses/{house_id:int}/intercom/unit", tags=("intercom",)
)
permission_routes = Routes(
    "/communities/{community_id:int}/houses/{house_id:int}/intercom/permissions", tags=("intercom",)
)
HISTORY = tuple(
    Kind(name=name, see=Right.DEVICES_SEE.value, manage=Right.DEVICES_MANAGE.value)
    for name in ("call_settings", "house_calls")
)


@call_setting_routes.get(right="devices.use", raises=(NotFound,))
async def show(community_id: int, within: Scope, db: Database, clock: Clock) -> CallSettings:
    """Limits of calls, and the phones of the guard desks."""
    scope = await people.community_scope(within, db, community_id)
    row = await queries.settings_of(scope, db, community_id)
    names = {fixed_phones.desk_of(community_id, place): place for place in range(1, MOST_DESKS + 1)}
    desks = await phones_of(scope, db, names, now_ms=clock.now_ms())
    return CallSettings(
        talk_minutes=row.talk_minutes,
        view_seconds=row.view_seconds,
        indoor=_talk(row.indoor) or "video",
        mobile=_talk(row.mobile) or "video",
        desks=desks,
        most_desks=MOST_DESKS,
    )


@call_setting_routes.put(right="devices.manage", raises=(NotFound, BadInput))
async def change(community_id: int, data: CallLimits, within: Scope, tx: Tx, clock: Clock) -> None:
    """Choose the limits, and how homes may talk with doors (null: as before); the next call follows them."""
    scope = await people.community_scope(within, tx, community_id)
    before = await queries.settings_of(scope, tx, community_id)
    await choose(
        scope,
        tx,
        community_id=community_id,
        talk_minutes=data.talk_minutes,
        view_seconds=data.view_seconds,
        permission=Permission(data.indoor or before.indoor, data.mobile or before.mobile),
        now_ms=clock.now_ms(),
    )


@call_setting_routes.post(
    "/desks/{place:int}", right="devices.manage", status=200, raises=(NotFound, BadInput)
)
async def set_up_desk(
    community_id: int,
    place: int,
    within: Scope,
    tx: Tx,
    ids: Ids,
    secrets: Secrets,
    clock: Clock,
    settings: Settings,
) -> PhoneLogIn:
    """Set up the phone of a guard desk, or give it a new password, which logs it out."""
    scope = await people.community_scope(within, tx, community_id)
    log_in = await fixed_phones.set_up_desk(
        scope, tx, community_id=community_id, place=place, ids=ids, secrets=secrets, now_ms=clock.now_ms()
    )
    return await _log_in(scope, tx, community_id, log_in, settings, now_ms=clock.now_ms())


@call_setting_routes.delete("/desks/{place:int}", right="devices.manage", raises=(NotFound,))
async def remove_desk(community_id: int, place: int, within: Scope, tx: Tx, clock: Clock) -> None:
    """The desk's phone is logged out, and calls do not reach it any more."""
    scope = await people.community_scope(within, tx, community_id)
    owner = fixed_phones.desk_of(community_id, place)
    await fixed_phones.take_down(scope, tx, owner=owner, now_ms=clock.now_ms())


@unit_routes.post(right="devices.manage", status=200, raises=(NotFound, HouseUnbound))
async def set_up_unit(
    community_id: int,
    house_id: int,
    within: Scope,
    tx: Tx,
    ids: Ids,
    secrets: Secrets,
    clock: Clock,
    settings: Settings,
) -> PhoneLogIn:
    """Set up the indoor unit of a house, or give it a new password, which logs it out."""
    scope = await people.community_scope(within, tx, community_id)
    house = await spaces.space(scope, tx, house_id)
    log_in = await fixed_phones.set_up_unit(
        scope,
        tx,
        community_id=community_id,
        space_id=house.space_id,
        ids=ids,
        secrets=secrets,
        now_ms=clock.now_ms(),
    )
    return await _log_in(scope, tx, community_id, log_in, settings, now_ms=clock.now_ms())


@unit_routes.delete(right="devices.manage", raises=(NotFound,))
async def remove_unit(community_id: int, house_id: int, within: Scope, tx: Tx, clock: Clock) -> None:
    """The indoor unit is logged out and rings no more."""
    scope = await people.community_scope(within, tx, community_id)
    house = await spaces.space(scope, tx, house_id)
    owner = fixed_phones.unit_of(house.space_id)
    await fixed_phones.take_down(scope, tx, owner=owner, now_ms=clock.now_ms())


@permission_routes.get(right="devices.use", raises=(NotFound,))
async def house_permissions(
    community_id: int, house_id: int, within: Scope, db: Database
) -> HousePermissions:
    """How the terminals and phones of a house may talk with doors."""
    scope = await people.community_scope(within, db, community_id)
    house = await spaces.space(scope, db, house_id)
    rules = await queries.home_rules(scope, db, community_id=community_id, space_id=house.space_id)
    usual = await queries.settings_of(scope, db, community_id)
    return HousePermissions(
        own=HousePermission(_talk(rules.indoor), _talk(rules.mobile)),
        usual=HousePermission(_talk(usual.indoor), _talk(usual.mobile)),
    )


@permission_routes.put(right="devices.manage", raises=(NotFound, BadInput))
async def permit_house(
    community_id: int, house_id: int, data: HousePermission, within: Scope, tx: Tx, clock: Clock
) -> None:
    """Say how a house may talk with doors, other than its community; the next call follows it."""
    scope = await people.community_scope(within, tx, community_id)
    house = await spaces.space(scope, tx, house_id)
    await permit(
        scope,
        tx,
        community_id=community_id,
        space_id=house.space_id,
        permission=Permission(data.indoor or "", data.mobile or ""),
        now_ms=clock.now_ms(),
    )


def _talk(value: str) -> DoorTalk | None:
    return "video" if value == VIDEO else "voice" if value == VOICE else "off" if value == OFF else None


async def phones_of(scope: Scope, db: Reader, names: dict[str, int], *, now_ms: int) -> list[FixedPhone]:
    """Those of these owners that are set up. `names`: owner → place."""
    rows = sorted((await owners_by_name(scope, db, list(names))).values(), key=lambda row: names[row.owner])
    phones = await logged_in(db, tenant_id=scope.tenant, numbers=[row.number for row in rows], now_ms=now_ms)
    return [
        FixedPhone(
            names[row.owner],
            row.number,
            phones[row.number].registered_ms if row.number in phones else None,
        )
        for row in rows
    ]


async def _log_in(
    scope: Scope, db: Reader, community_id: int, log_in: LogIn, settings: Settings, *, now_ms: int
) -> PhoneLogIn:
    """Where a box runs the intercom, the phones that stand somewhere log in there."""
    host, port = await server_at_site(scope, db, community_id, now_ms=now_ms) or sip_address(settings)
    return PhoneLogIn(log_in.number, log_in.password, host, port)
