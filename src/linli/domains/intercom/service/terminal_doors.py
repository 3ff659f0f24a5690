"""Which door a terminal opens."""

from linli.domains.access.errors import DoorUnknown
from linli.domains.access.queries.doors import find_doors
from linli.domains.communities.queries import spaces
from linli.domains.communities.space_rules import UNIT, path_ids
from linli.domains.intercom.queries.terminals import doors_of_terminal
from linli.domains.intercom.rows import Terminal
from linli.kernel.db import Reader
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope


async def door_to_open(scope: Scope, db: Reader, terminal: Terminal, wanted: str) -> str:
    """The door that was named, or the one of the house's unit. Raises DoorUnknown; BadInput where one must be named."""
    usable = await doors_of_terminal(scope, db, terminal)
    if wanted:
        if wanted not in usable:
            raise DoorUnknown(wanted)
        return wanted
    if len(usable) > 1 and terminal.space_id is not None:
        way = path_ids((await spaces.space(scope, db, terminal.space_id)).path)
        units = {
            row.space_id for row in (await spaces.spaces_by_id(scope, db, way)).values() if row.kind == UNIT
        }
        doors = await find_doors(scope, db, iot_ids=usable)
        near = [
            iot_id
            for iot_id in usable
            if iot_id in doors and {doors[iot_id].space_id, doors[iot_id].call_space_id} & units
        ]
        usable = near if len(near) == 1 else usable
    if not usable:
        raise DoorUnknown("")
    if len(usable) > 1:
        raise BadInput(field="iotId", rule="terminal_door")
    return usable[0]
