"""Calls as pages get them."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.calls.rows import DOOR_STATION, OVER, UNANSWERED, bell_of, person_of_telephone, staff_of
from linli.domains.access.queries.doors import find_doors
from linli.domains.access.queries.places import places
from linli.domains.intercom.queries.doorbells import bell_names
from linli.domains.intercom.queries.owners import owners_of_numbers
from linli.domains.intercom.rows import CallRow
from linli.domains.people.person_rules import mask_phone
from linli.domains.people.queries import persons
from linli.domains.people.queries.callers import caller_names
from linli.kernel.db import Reader
from linli.kernel.scope import Scope


class CallLine(msgspec.Struct, rename="camel", frozen=True):
    """One call of the intercom."""

    id: str
    started_ms: int
    caller: Annotated[
        str,
        Meta(description="The number that called; the name of a member of staff who looked through a door."),
    ]
    caller_house: Annotated[str, Meta(description="The house whose terminal or phone called; empty: none.")]
    iot_id: Annotated[str, Meta(description="The door among the two ends; empty: none.")]
    door_name: str
    door_place: str
    from_door: Annotated[bool, Meta(description="A door station called.")]
    bell_name: Annotated[
        str | None,
        Meta(
            description="The entrance at whose doorbell a visitor's phone called; null: it was no visitor's phone."
        ),
    ]
    bell_id: Annotated[str, Meta(description="That doorbell; empty: none.")]
    target: Annotated[str, Meta(description="The number or group that was dialled.")]
    house_id: Annotated[str, Meta(description="The house that was called; empty: none, or not known.")]
    house: str
    room: Annotated[str, Meta(description="As the door dials it.")]
    outcome: Annotated[
        str,
        Meta(
            description="answered, missed, given_up, refused, busy, unreachable, cut; empty: rings or talks now."
        ),
    ]
    missed: Annotated[bool, Meta(description="Nobody took it.")]
    answered_by: Annotated[str, Meta(description="The number that took it.")]
    answered_name: Annotated[
        str, Meta(description="Whose account that is; empty: an application's, or of somebody who moved out.")
    ]
    answered_ms: Annotated[int, Meta(description="0: never.")]
    ended_ms: Annotated[int, Meta(description="0: not yet.")]
    opened: Annotated[bool, Meta(description="The door said that it opened.")]


async def lines_of(scope: Scope, db: Reader, rows: list[CallRow]) -> list[CallLine]:
    doors = await find_doors(scope, db, iot_ids=sorted({row.iot_id for row in rows if row.iot_id}))
    callers = [row.caller for row in rows if row.caller_kind != DOOR_STATION]
    homes = {
        owner.number: owner.space_id
        for owner in await owners_of_numbers(scope, db, callers)
        if owner.space_id
    }
    wanted = [*(row.space_id for row in rows), *(door.space_id for door in doors.values()), *homes.values()]
    where = await places(scope, db, space_ids=wanted)
    lookers = [row.caller for row in rows if staff_of(row.caller)]
    takers = [row.answered_by for row in rows if row.answered_by]
    names = await names_of_numbers(scope, db, [*takers, *lookers])
    dialled = await telephones(
        scope, db, [number for row in rows for number in (row.target, row.answered_by)]
    )
    bells = await bell_names(scope, db, [row.caller for row in rows])
    lines = []
    for row in rows:
        door = doors.get(row.iot_id)
        lines.append(
            CallLine(
                id=str(row.id),
                started_ms=row.started_ms,
                caller=names.get(row.caller, row.caller) if staff_of(row.caller) else row.caller,
                caller_house=where.get(homes.get(row.caller), ""),
                iot_id=row.iot_id,
                door_name=door.name if door else "",
                door_place=where.get(door.space_id, "") if door else "",
                from_door=row.caller_kind == DOOR_STATION and row.caller not in bells,
                bell_name=bells.get(row.caller),
                bell_id=str(bell_of(row.caller) or ""),
                target=dialled.get(row.target, row.target),
                house_id="" if row.space_id is None else str(row.space_id),
                house=where.get(row.space_id, ""),
                room=row.room_id,
                outcome=row.outcome,
                missed=row.state == OVER and row.outcome in UNANSWERED,
                answered_by=dialled.get(row.answered_by, row.answered_by),
                answered_name=names.get(row.answered_by, ""),
                answered_ms=row.answered_ms,
                ended_ms=row.ended_ms,
                opened=row.opened_ms > 0,
            )
        )
    return lines


async def names_of_numbers(scope: Scope, db: Reader, numbers: list[str]) -> dict[str, str]:
    """Number → name of the person whose account it is, of persons whom the scope may see."""
    owners = await owners_of_numbers(scope, db, numbers) if numbers else []
    whose = {row.number: row.identity_id for row in owners if row.identity_id}
    whose |= {number: who for number in numbers if (who := person_of_telephone(number))}
    names = await persons.names(scope, db, sorted(set(whose.values())))
    staff = {f"staff:{who}": number for number in numbers if (who := staff_of(number))}
    named = await caller_names(db, staff) if staff else {}
    return {number: names[who] for number, who in whose.items() if who in names} | {
        staff[caller]: name for caller, name in named.items()
    }


async def telephones(scope: Scope, db: Reader, numbers: list[str]) -> dict[str, str]:
    """Of numbers that are telephones: how pages show them, the middle hidden; empty: a person that is not known."""
    whose = {number: who for number in numbers if (who := person_of_telephone(number))}
    ids = await persons.ids(scope, db, sorted(set(whose.values()))) if whose else {}
    rows = await persons.persons_by_id(scope, db, sorted(ids.values())) if ids else {}
    shown = {row.identity_id: mask_phone(row.phone or "") for row in rows.values()}
    return {number: shown.get(who, "") for number, who in whose.items()}
