"""Bringing rights back that had ended: undone at the desk, or with the move-out that ended them.

Cards, codes and a person's own credentials ask here, so that all judge alike by why the grants were revoked.
"""

from dataclasses import dataclass

from linli.delivery import queries as delivery_queries
from linli.delivery import service as delivery
from linli.delivery.schemas import ON_DEVICE, Grant, GrantRow
from linli.domains.access.queries.doors import find_doors
from linli.domains.access.service.kinds import BY_ITSELF
from linli.kernel.db import Tx
from linli.kernel.scope import Scope

MOVED_OUT = "moved_out"
"""Why rights of leavers end (`revocation`)."""


@dataclass(frozen=True, slots=True)
class Undo:
    """The ends to undo: those for `reason` since `since_ms`, or those decided by staff."""

    reason: str = ""
    since_ms: int = 0
    why: str = ""
    """Kept as the reason of the grants that hold again."""

    def takes_back(self, grant: GrantRow, reason: str) -> bool:
        if grant.changed_ms < self.since_ms:
            return False
        return reason == self.reason if self.reason else reason not in BY_ITSELF


AT_DESK = Undo()


def came_back(since_ms: int) -> Undo:
    """A move-out is undone that ended what ended since `since_ms`."""
    return Undo(MOVED_OUT, since_ms, "came_back")


async def revoked(scope: Scope, tx: Tx, like: Grant, *, undo: Undo) -> list[GrantRow]:
    """Grants that `undo` brings back: those of the same credential as `like`, on whatever door.

    Doors that are no longer the community's are left out.
    """
    ended = await delivery_queries.revoked_grants(scope, tx, like=like)
    grants = [grant for grant, reason in ended if undo.takes_back(grant, reason)]
    doors = await find_doors(
        scope, tx, iot_ids=sorted({grant.target for grant in grants if grant.target_type == ON_DEVICE})
    )
    here = {iot_id for iot_id, door in doors.items() if door.community_id == like.community_id}
    return [grant for grant in grants if grant.target_type != ON_DEVICE or grant.target in here]


async def give_again(scope: Scope, tx: Tx, grants: list[GrantRow], *, undo: Undo, now_ms: int) -> None:
    """Restore grants as they were."""
    for grant in sorted(grants, key=lambda grant: (grant.target, grant.id)):
        await delivery.give_again(scope, tx, row=grant, now_ms=now_ms, reason=undo.why)
