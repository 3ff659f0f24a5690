"""How a resident's home wants to be called: the ladder, the neighbour, quiet hours, privacy, opening by itself."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.queries.places import places
from linli.domains.intercom.errors import AutoOpenRefused, HouseUnbound, RoomUnknown
from linli.domains.intercom.queries import homes as queries
from linli.domains.intercom.queries.owners import house_of_room
from linli.domains.intercom.queries.permissions import permission_of_home
from linli.domains.intercom.room_numbers import room_key
from linli.domains.intercom.rows import AutoOpen, QuietHours
from linli.domains.intercom.service import auto_open, duress, settings
from linli.domains.intercom.service.quiet import keep_quiet_hours
from linli.domains.people.queries import persons
from linli.domains.people.queries.residence import Home, Resident
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.settings import Settings
from linli.media import films
from linli.rules import ladder, quiet


class LadderStep(msgspec.Struct, rename="camel", frozen=True):
    """One step of a home's ladder."""

    name: Annotated[
        str, Meta(description="indoor, family, neighbour, desk, and phone where telephones can be called.")
    ]
    seconds: Annotated[int, Meta(description="After which the next one rings as well, 5 to 60.")]
    on: bool


class Quiet(msgspec.Struct, rename="camel", frozen=True):
    """Hours in which a home or a member is not to be disturbed."""

    from_minute: Annotated[int, Meta(description="Of the day, in the community's time.")]
    to_minute: Annotated[int, Meta(description="The same or earlier: of the next day.")]
    days: Annotated[int, Meta(description="1 Monday … 64 Sunday, added: the days on which they begin.")] = (
        quiet.ALL_DAYS
    )
    manner: Annotated[
        str, Meta(description="`silent`: shown without a sound; `skip`: on to the next step.")
    ] = quiet.SKIP


class Neighbour(msgspec.Struct, rename="camel", frozen=True):
    """A home beside this one."""

    house_id: str
    location: str
    agreed: bool


class OpensItself(msgspec.Struct, rename="camel", frozen=True):
    """The home opens to whoever rings."""

    until_ms: int
    times: Annotated[int, Meta(description="At most.")]
    used: int
    by: Annotated[str, Meta(description="The member who set it up.")]


class HomeCalls(msgspec.Struct, rename="camel", frozen=True):
    """How a home wants to be called."""

    steps: list[LadderStep]
    neighbour: Annotated[Neighbour | None, Meta(description="Who is to answer for this home.")]
    asked_by: Annotated[list[Neighbour], Meta(description="Homes that ask this one to answer for them.")]
    quiet: Annotated[Quiet | None, Meta(description="Of the whole home.")]
    my_quiet: Annotated[Quiet | None, Meta(description="Of the resident's own phone.")]
    strict_quiet: Annotated[bool, Meta(description="A second ring within three minutes is quiet, too.")]
    log_hidden: Annotated[bool, Meta(description="Members see no calls that others of the home took.")]
    opens_itself: OpensItself | None
    calls_telephones: Annotated[bool, Meta(description="Whether calls can go on to telephones here.")]
    my_telephone: Annotated[bool, Meta(description="Whether they may go on to the resident's own.")]
    most_minutes: int
    most_times: int
    indoor: Annotated[
        str,
        Meta(
            description="How the home's terminals may talk with doors: video, voice or off; the property says."
        ),
    ]
    mobile: Annotated[str, Meta(description="How its members' phones may.")]
    messages: Annotated[bool, Meta(description="Visitors whom nobody answers may leave a message.")]
    my_duress: Annotated[
        bool, Meta(description='A long press of the resident\'s on "open" calls the guard desk silently.')
    ]
    takes_messages: Annotated[bool, Meta(description="Whether messages can be taken here.")]


class HomeCallsIn(msgspec.Struct, rename="camel", frozen=True):
    """What of it is chosen together."""

    steps: list[LadderStep]
    quiet: Quiet | None = None
    my_quiet: Quiet | None = None
    strict_quiet: bool = False
    log_hidden: bool = False
    my_telephone: Annotated[
        bool | None,
        Meta(description="Whether calls may go on to the resident's own telephone; null: as before."),
    ] = None
    messages: Annotated[
        bool | None,
        Meta(description="Whether visitors whom nobody answers may leave a message; null: as before."),
    ] = None


class DuressIn(msgspec.Struct, rename="camel", frozen=True):
    on: bool


class NeighbourIn(msgspec.Struct, rename="camel", frozen=True):
    room: Annotated[str, Meta(description="As visitors key it; empty: nobody.", max_length=64)] = ""


class AnswerIn(msgspec.Struct, rename="camel", frozen=True):
    agreed: bool


class AutoOpenIn(msgspec.Struct, rename="camel", frozen=True):
    minutes: Annotated[int, Meta(description="1 to 120")]
    times: Annotated[int, Meta(description="At most, 1 to 20.")] = 1


setting_routes = Routes("/houses/{house_id:int}", tags=("intercom",))


@setting_routes.get("/call-settings", raises=(NotFound,))
async def home_calls(
    house_id: int, resident: Resident, db: Database, clock: Clock, platform: Settings
) -> HomeCalls:
    """How one's home wants to be called."""
    home = resident.home(house_id)
    scope = resident.at(home)
    rules = await queries.home_rules(scope, db, community_id=home.community_id, space_id=house_id)
    hours = {row.identity_id: row for row in await queries.quiet_hours_of(scope, db, house_id)}
    asking = await queries.asking_homes(scope, db, house_id)
    where = await places(scope, db, space_ids=[rules.neighbour_id, *(row.space_id for row in asking)])
    holds = await auto_open.holding(scope, db, space_id=house_id, now_ms=clock.now_ms())
    by = await persons.names(scope, db, [holds.identity_id]) if holds else {}
    calls_telephones = bool(platform.sip.trunk.host)
    given = await permission_of_home(scope, db, community_id=home.community_id, space_id=house_id)
    return HomeCalls(
        steps=[
            LadderStep(step.name, step.seconds, step.on)
            for step in ladder.read_steps(rules.steps)
            if step.name != ladder.PHONE or calls_telephones
        ],
        neighbour=None
        if rules.neighbour_id is None
        else Neighbour(
            str(rules.neighbour_id), where.get(rules.neighbour_id, ""), bool(rules.neighbour_agreed)
        ),
        asked_by=[
            Neighbour(str(row.space_id), where.get(row.space_id, ""), bool(row.neighbour_agreed))
            for row in asking
        ],
        quiet=_shown(hours.get("")),
        my_quiet=_shown(hours.get(home.identity_id)),
        strict_quiet=bool(rules.strict_quiet),
        log_hidden=bool(rules.log_hidden),
        opens_itself=None
        if holds is None
        else OpensItself(holds.until_ms, holds.most, holds.used, by.get(holds.identity_id, "")),
        calls_telephones=calls_telephones,
        my_telephone=home.identity_id in await queries.telephones_of(scope, db, house_id),
        most_minutes=auto_open.MOST_MINUTES,
        most_times=auto_open.MOST_TIMES,
        indoor=given.indoor,
        mobile=given.mobile,
        messages=bool(rules.messages),
        my_duress=await duress.is_set(scope, db, space_id=house_id, identity_id=home.identity_id),
        takes_messages=platform.media.enabled and films.served(),
    )


@setting_routes.put("/call-settings", raises=(NotFound, BadInput))
async def change_home_calls(
    house_id: int, data: HomeCallsIn, resident: Resident, tx: Tx, clock: Clock
) -> None:
    """Choose whom calls try, when nobody is to be disturbed, and who sees the log; the next call follows it."""
    home = resident.home(house_id)
    scope, now_ms = resident.at(home), clock.now_ms()
    await settings.choose_home(
        scope,
        tx,
        community_id=home.community_id,
        space_id=house_id,
        steps=[ladder.Step(step.name, step.seconds, step.on) for step in data.steps],
        strict_quiet=data.strict_quiet,
        log_hidden=data.log_hidden,
        messages=data.messages,
        now_ms=now_ms,
    )
    if data.my_telephone is not None:
        await settings.agree_to_telephone(
            scope,
            tx,
            community_id=home.community_id,
            space_id=house_id,
            identity_id=home.identity_id,
            agreed=data.my_telephone,
            now_ms=now_ms,
        )
    for field, identity_id, hours in (
        ("quiet", "", data.quiet),
        ("myQuiet", home.identity_id, data.my_quiet),
    ):
        row = None if hours is None else _row(home, identity_id, hours, now_ms)
        await keep_quiet_hours(scope, tx, row=row, of=(house_id, identity_id), field=field)


@setting_routes.put("/duress", raises=(NotFound,))
async def choose_duress(house_id: int, data: DuressIn, resident: Resident, tx: Tx, clock: Clock) -> None:
    """Whether a long press of one's own on "open", in a call, opens as usual and calls the guard desk silently."""
    home = resident.home(house_id)
    await duress.choose(
        resident.at(home),
        tx,
        community_id=home.community_id,
        space_id=house_id,
        identity_id=home.identity_id,
        wanted=data.on,
        now_ms=clock.now_ms(),
    )


@setting_routes.put("/call-neighbour", raises=(NotFound, BadInput, RoomUnknown))
async def ask_neighbour(house_id: int, data: NeighbourIn, resident: Resident, tx: Tx, clock: Clock) -> None:
    """Ask another home of the community to answer for this one; calls reach it once a member there agreed."""
    home = resident.home(house_id)
    scope = resident.at(home)
    neighbour_id = None
    if data.room.strip():
        key = room_key(data.room.strip())
        if key is None:
            raise BadInput(field="room", rule="room_form")
        neighbour_id = await house_of_room(
            scope, tx, community_id=home.community_id, house_id=house_id, key=key
        )
        if neighbour_id is None:
            raise RoomUnknown(data.room.strip())
    await settings.name_neighbour(
        scope,
        tx,
        community_id=home.community_id,
        space_id=house_id,
        neighbour_id=neighbour_id,
        now_ms=clock.now_ms(),
    )


@setting_routes.put("/call-neighbour/{asking_id:int}", raises=(NotFound, HouseUnbound))
async def answer_for_neighbour(
    house_id: int, asking_id: int, data: AnswerIn, resident: Resident, tx: Tx, clock: Clock
) -> None:
    """Agree to answer for another home, or do so no more."""
    home = resident.home(house_id)
    await settings.answer_neighbour(
        resident.at(home),
        tx,
        community_id=home.community_id,
        space_id=house_id,
        asking_id=asking_id,
        agreed=data.agreed,
        now_ms=clock.now_ms(),
    )


@setting_routes.post("/auto-open", raises=(NotFound, BadInput, AutoOpenRefused))
async def open_by_itself(
    house_id: int, data: AutoOpenIn, resident: Resident, tx: Tx, ids: Ids, clock: Clock
) -> None:
    """For some minutes, open to whoever rings this home, at doors that the resident may open. Members are told."""
    home = resident.home(house_id)
    now_ms = clock.now_ms()
    wish = AutoOpen(
        id=ids.number(now_ms),
        tenant_id=home.tenant_id,
        community_id=home.community_id,
        space_id=house_id,
        identity_id=home.identity_id,
        until_ms=now_ms + data.minutes * 60_000,
        most=data.times,
        used=0,
        used_ms=0,
        ended_ms=0,
    )
    await auto_open.set_up(resident.at(home), tx, wish=wish, minutes=data.minutes, now_ms=now_ms)


@setting_routes.delete("/auto-open", raises=(NotFound,))
async def end_opening_by_itself(house_id: int, resident: Resident, tx: Tx, clock: Clock) -> None:
    """End it at once, whoever of the home set it up."""
    home = resident.home(house_id)
    await auto_open.end(
        resident.at(home), tx, community_id=home.community_id, space_id=house_id, now_ms=clock.now_ms()
    )


def _shown(row: QuietHours | None) -> Quiet | None:
    return None if row is None else Quiet(row.from_minute, row.to_minute, row.days, row.manner)


def _row(home: Home, identity_id: str, hours: Quiet, now_ms: int) -> QuietHours:
    return QuietHours(
        space_id=home.house_id,
        identity_id=identity_id,
        tenant_id=home.tenant_id,
        community_id=home.community_id,
        from_minute=hours.from_minute,
        to_minute=hours.to_minute,
        days=hours.days,
        manner=hours.manner,
        changed_ms=now_ms,
    )
