"""What became of passage rules: each time that one was carried out, as its lift reported it. Spec C C016, E 4.6."""

import json
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from linli.domains.boxes.passage.words import Cause, in_words
from linli.domains.boxes.rows import EdgeDevice
from linli.domains.people.queries import persons
from linli.kernel.db import Reader
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.protocols.edge_link import RULE_EVENT
from linli.rules.lift_states import State, of_code
from linli.things.queries.devices import find_devices
from linli.things.queries.history import events_of

LOOKED_AT: Final = 200
"""The newest reports of a lift that are shown."""


class PassageRun(msgspec.Struct, rename="camel", frozen=True):
    """One time that a rule was carried out."""

    rule_id: str
    at_ms: int
    done: bool
    message: Annotated[str, Meta(description="Why, in the reader's language; else the lift's own words.")]
    cause: Annotated[Cause, Meta(description="Which of the known reasons it is; empty: the lift's own.")]
    way: Annotated[str, Meta(description="face, qrCode, tradCard, bleCard")]
    person_id: str
    person_name: str
    floors: list[str]
    state: Annotated[
        State | None, Meta(description="The lift was not called because of this operating state of its cars.")
    ]


async def runs_of(scope: Scope, db: Reader, lift: EdgeDevice | None) -> list[PassageRun]:
    """From the lift's reports, the newest first; at most `LOOKED_AT`."""
    things = await find_devices(scope, db, iot_ids=[lift.iot_id]) if lift is not None else []
    if not things:
        return []
    page = PageRequest(page_no=1, page_size=LOOKED_AT)
    events = (await events_of(db, device_no=things[0].device_no, identifier=RULE_EVENT, page=page)).data
    read = [(row.ts, json.loads(row.body)) for row in events]
    people = sorted({str(body["userId"]) for _, body in read if body.get("userId")})
    names = await persons.names(scope, db, people) if people else {}
    return [_run(at, body, names, scope.language) for at, body in read]


def _run(at_ms: int, body: dict[str, Any], names: dict[str, str], language: str) -> PassageRun:
    code = int(body.get("code", 0))
    reason = in_words(str(body.get("message", "")), language, code=code)
    person, floors = str(body.get("userId", "")), body.get("targetFloorRoomList") or []
    return PassageRun(
        rule_id=str(body.get("ruleId", "")),
        at_ms=at_ms,
        done=code == 0,
        message=reason.words,
        cause=reason.cause,
        way=str(body.get("authType", "")),
        person_id=person,
        person_name=names.get(person, ""),
        floors=[str(floor.get("floor", "")) for floor in floors],
        state=of_code(code),
    )
