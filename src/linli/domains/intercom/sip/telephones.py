"""Calls to telephones by the line: which numbers a door may dial, and how many calls at once. Source: spec G, F12."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from linli.calls.calls import CallEngine
from linli.calls.ladder import Phones
from linli.calls.rows import (
    BUSY,
    DOOR_STATION,
    UNREACHABLE,
    Account,
    Binding,
    person_of_telephone,
    telephone_of,
)
from linli.domains.intercom.queries.doors import doors_with_numbers
from linli.domains.intercom.service.phone_checks import MOST_ASKED, WITHIN_MS, who_may_be_called
from linli.domains.intercom.sip.trunk import Trunk, TrunkLine
from linli.domains.intercom.tries import Tries
from linli.domains.people.queries import persons
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

NOT_HERE: Final = "This is no phone of a home that this door calls"
TOO_OFTEN: Final = "Too many phone numbers were tried at this door"
_TRANSPORT: Final = "trunk"


class Dialled(NamedTuple):
    """What became of a telephone number that a door dialled."""

    number: str = ""
    """The telephone as calls name it; empty: it is not called."""
    status: int = 0
    """Of the refusal."""
    words: str = ""
    """Why not; empty: the status says it."""


class Telephones:
    """Of one process."""

    def __init__(self, db: Database, clock: Clock, trunk: Trunk, calls: CallEngine) -> None:
        self._db = db
        self._clock = clock
        self._trunk = trunk
        self._calls = calls
        self._tries = Tries(MOST_ASKED, WITHIN_MS)

    async def dial(self, caller: Account, number: str) -> Dialled:
        """A number that is no account's."""
        if caller.kind != DOOR_STATION or not self._trunk.may_call(number):
            return Dialled(status=404)
        doors = await doors_with_numbers(self._db, tenant_id=caller.tenant_id, numbers=[caller.number])
        if len(doors) != 1:
            return Dialled(status=403, words=NOT_HERE)
        (door,) = doors
        if not self._tries.allowed(door.iot_id, self._clock.now_ms()):
            return Dialled(status=403, words=TOO_OFTEN)
        scope = Scope.system(caller.tenant_id, "intercom")
        identity_id = await who_may_be_called(scope, self._db, iot_id=door.iot_id, phone=number)
        return Dialled(telephone_of(identity_id)) if identity_id else Dialled(status=403, words=NOT_HERE)

    async def reach(self, tenant_id: str, numbers: Iterable[str]) -> tuple[Phones, str]:
        """The lines to these telephones; and if there are none, why."""
        reached: Phones = []
        why = UNREACHABLE
        scope = Scope.system(tenant_id, "intercom")
        for number in numbers:
            if (
                not self._calls.lines.reachable(number)
                or self._in_use() + len(reached) >= self._trunk.most_calls
            ):
                why = BUSY
                continue
            try:
                person = await persons.person(scope, self._db, person_of_telephone(number))
            except NotFound:
                continue
            line = await self._trunk.line(person.phone or "")
            if line is not None:
                reached.append((_bound(number, tenant_id, line), line))
        return reached, "" if reached else why

    def _in_use(self) -> int:
        """Calls that the line carries now."""
        return sum(isinstance(leg.flow, TrunkLine) for leg in self._calls.legs_in_use())


def _bound(number: str, tenant_id: str, line: TrunkLine) -> Binding:
    return Binding(number, tenant_id, "", line.contact, _TRANSPORT, line.host, line.port, "", 0, "", 0, 0)
