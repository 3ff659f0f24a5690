"""How long a call may last, and whom one to a home tries; and the trace of whom it tried. Source: spec A 4.1, G 3.5."""

from typing import Final, NamedTuple

from linli.calls.rows import (
    DOOR_STATION,
    IN_QUIET,
    NOT_ALLOWED,
    OFF,
    TO_GROUP,
    CallStep,
    Rung,
    desk_pages,
    mailbox_of_house,
    telephone_of,
)
from linli.domains.intercom.models import call_steps
from linli.domains.intercom.queries import homes as queries
from linli.domains.intercom.queries.permissions import limited
from linli.domains.intercom.rows import (
    CallRow,
)
from linli.domains.intercom.service.quiet import quiet_for
from linli.kernel.db import Reader, Tx
from linli.kernel.scope import Scope
from linli.rules import ladder, quiet

UNIT, DESK = "unit:", "desk:"
"""How the owners of indoor units and of guard desks begin."""
MINUTE_S: Final = 60.0
_CHANGING: Final = ("phones", "result", "number", "ended_ms")


class Plan(NamedTuple):
    """How a call goes on."""

    talk_s: float | None = None
    """None: nobody said."""
    view_s: float | None = None
    rungs: tuple[Rung, ...] = ()
    """Of a call to a home; none: all that was dialled rings at once."""


async def plan_of(db: Reader, call: CallRow) -> Plan:
    """What the community and the home say now."""
    if call.community_id is None:
        return Plan()
    scope = Scope.system(call.tenant_id, "intercom").narrowed(call.community_id)
    settings = await queries.settings_of(scope, db, call.community_id)
    limits = (
        Plan(settings.talk_minutes * MINUTE_S, float(settings.view_seconds))
        if settings.changed_ms
        else Plan()
    )
    if call.caller_kind != DOOR_STATION or call.target_type != TO_GROUP or call.space_id is None:
        return limits
    return limits._replace(rungs=tuple(await _rungs(scope, db, call, call.community_id, call.space_id)))


async def _rungs(scope: Scope, db: Reader, call: CallRow, community_id: int, house_id: int) -> list[Rung]:
    home = await queries.home_rules(scope, db, community_id=community_id, space_id=house_id)
    own = await queries.rung_by_group(db, tenant_id=call.tenant_id, group_id=call.target)
    units = tuple(row.number for row in own if (row.owner or "").startswith(UNIT))
    family = tuple(row.number for row in own if row.number not in units)
    numbers = {ladder.INDOOR: units, ladder.FAMILY: family}
    now = await quiet_for(scope, db, call)
    manners = {row.number: now.of(row.identity_id or "") for row in own}
    if home.neighbour_id is not None and home.neighbour_agreed:
        near = await queries.rung_by_house(
            db, tenant_id=call.tenant_id, community_id=community_id, house_id=home.neighbour_id
        )
        numbers[ladder.NEIGHBOUR] = tuple(row.number for row in near)
    desks = await queries.desks_of(db, tenant_id=call.tenant_id, community_id=community_id)
    numbers[ladder.DESK] = (*(row.number for row in desks), desk_pages(community_id))
    agreed = await queries.telephones_of(scope, db, house_id)
    numbers[ladder.PHONE] = tuple(map(telephone_of, agreed))
    for identity_id in agreed:
        # A telephone cannot be rung without a sound.
        manners[telephone_of(identity_id)] = quiet.SKIP if now.of(identity_id) else ""
    limits = await limited(db, (number for some in numbers.values() for number in some))
    rungs = [
        _rung(step, numbers.get(step.name, ()), manners, limits, call.target)
        for step in ladder.read_steps(home.steps)
        if step.on and (numbers.get(step.name) or step.name in (ladder.FAMILY, ladder.DESK))
    ]
    if home.messages:
        rungs.append(Rung(ladder.MESSAGE, (mailbox_of_house(house_id),), float(ladder.MESSAGE_S)))
    return rungs


def _rung(
    step: ladder.Step,
    numbers: tuple[str, ...],
    manners: dict[str, str],
    limits: dict[str, str],
    group_id: str,
) -> Rung:
    """`manners`: of the home's own numbers, how they are not to be disturbed now. `limits`: `permissions.limited`."""
    allowed = tuple(number for number in numbers if limits.get(number) != OFF)
    heard = tuple(number for number in allowed if manners.get(number) != quiet.SKIP)
    silent = frozenset(number for number in heard if manners.get(number) == quiet.SILENT)
    voice = frozenset(heard) & limits.keys()
    why = IN_QUIET if allowed and not heard else NOT_ALLOWED if numbers and not allowed else ""
    if heard and step.name == ladder.FAMILY:
        heard = (*heard, group_id)  # pages that come while it rings
    return Rung(step.name, heard, float(step.seconds), why, silent, voice)


async def keep_step(tx: Tx, *, step: CallStep) -> None:
    """Note whom a call tries, and later what became of it."""
    await tx.upsert(call_steps, [step._asdict()], keys=("call_id", "place"), update=_CHANGING)
