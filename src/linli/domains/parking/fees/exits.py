"""Guests at an exit of a lot that holds those who owe: they wait or are let out; a wait ends once.

A lane camera decides by its own list, and opens for guests or not as it is set on site: no message of its protocol
changes that (spec A 4.6). Where a lot holds unpaid guests its exit cameras must be set to stay shut for them, and the
platform opens for each who owes nothing. A camera that opens by itself lets its cars out, whatever is said here
(ADR 0119).
"""

from typing import Final

import msgspec
from sqlalchemy import and_, bindparam, delete

from linli.domains.parking.events import GateOpened
from linli.domains.parking.fees import exit_queries, lots, stay_queries, stays
from linli.domains.parking.fees.bills import bill, note
from linli.domains.parking.fees.models import exit_waits, lot_rules
from linli.domains.parking.fees.rows import ExitWait, StayRow
from linli.domains.parking.fees.stay_queries import INSIDE
from linli.domains.parking.rows import LanePass
from linli.kernel import history, outbox
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.scope import Scope

SHOW, LET_OUT = "parking.show_fee", "parking.let_out"
HISTORY_KIND: Final = "parking_lot"
_end = Command(
    delete(exit_waits).where(
        and_(
            in_scope(exit_waits),
            exit_waits.c.lane_id == bindparam("lane", type_=INT),
            exit_waits.c.pass_id == bindparam("passing", type_=INT),
            exit_waits.c.stay_id == bindparam("staying", type_=INT),
        )
    )
)


class AtExit(msgspec.Struct, frozen=True):
    """Outbox payload: the car that stands at a lane since a pass. `stay_id`: 0 in payloads of older releases."""

    tenant_id: str
    lane_id: int
    pass_id: int
    stay_id: int = 0

    def is_of(self, wait: ExitWait) -> bool:
        return wait.pass_id == self.pass_id and self.stay_id in (0, wait.stay_id)


async def set_rule(scope: Scope, tx: Tx, *, lot_id: int, holds_unpaid: bool, now_ms: int) -> None:
    """Whether guests who owe stay before the closed exit. Raises NotFound, BadInput for a space that is no lot."""
    community_id = await lots.require_lot(scope, tx, lot_id)
    before = await exit_queries.holds_unpaid(scope, tx, lot_id)
    row = {
        "lot_id": lot_id,
        "tenant_id": scope.tenant,
        "community_id": community_id,
        "holds_unpaid": int(holds_unpaid),
        "capacity": None,
        "changed_ms": now_ms,
    }
    await tx.upsert(lot_rules, [row], keys=("lot_id",), update=("holds_unpaid", "changed_ms"))
    await history.note(
        scope, tx, history.Record(HISTORY_KIND, str(lot_id), community_id), "changed", now_ms=now_ms,
        before={"holdsUnpaid": before}, after={"holdsUnpaid": holds_unpaid},
    )  # fmt: skip


async def reached(scope: Scope, tx: Tx, stay: StayRow, row: LanePass) -> bool:
    """A guest stands at the exit: it stays inside until it is let out. False: its lot lets all out, and it left."""
    if stay.state != INSIDE or not await exit_queries.holds_unpaid(scope, tx, stay.lot_id):
        return False
    await stand(scope, tx, stay, row)
    return True


async def stand(scope: Scope, tx: Tx, stay: StayRow, row: LanePass) -> None:
    """A car inside stands before the closed exit since a pass: who owes sees the fee, who does not is let out."""
    wait = ExitWait(row.lane_id, row.tenant_id, row.community_id, stay.stay_id, row.id, row.passed_ms)
    await tx.upsert(
        exit_waits,
        [wait._asdict()],
        keys=("lane_id",),
        update=("tenant_id", "community_id", "stay_id", "pass_id", "since_ms"),
    )
    owes = (await bill(scope, tx, stay, now_ms=row.passed_ms)).due_fen > 0
    await _ask(tx, SHOW if owes else LET_OUT, wait)


async def paid(scope: Scope, tx: Tx, stay_id: int, *, now_ms: int) -> None:
    """Somebody paid or waived: the car at the exit is let out where nothing is due any more."""
    waiting = await exit_queries.waits_of(scope, tx, stay_id)
    if not waiting:
        return
    row = await stay_queries.stay(scope, tx, stay_id)
    if not (await bill(scope, tx, row, now_ms=now_ms)).due_fen:
        for wait in waiting:
            await _ask(tx, LET_OUT, wait)


async def end_wait(scope: Scope, tx: Tx, wait: ExitWait, *, why: str, now_ms: int) -> bool:
    """The car goes out: its stay is over, and costs what it did when it came to the exit, or when it was paid there.

    False: it ended before.
    """
    if not await _end.run(tx, scope, lane=wait.lane_id, passing=wait.pass_id, staying=wait.stay_id):
        return False
    stay = await stay_queries.held_stay(scope, tx, wait.stay_id)
    if stay.state == INSIDE:
        row = await stay_queries.vehicle_pass(scope, tx, community_id=wait.community_id, pass_id=wait.pass_id)
        taken = (await stay_queries.paid_for(scope, tx, [stay.stay_id]))[stay.stay_id]
        out_ms = max([row.passed_ms, *(payment.paid_ms for payment in taken)])
        await stays.leave(scope, tx, stay, row._replace(passed_ms=out_ms))
        await note(scope, tx, stay, why, now_ms)
    return True


async def gate_opened(tx: Tx, event: GateOpened) -> None:
    """Inline: a person let the car out that waits there, paid or not."""
    wait = await exit_queries.waiting_at(tx, event.lane_id)
    if wait is not None:
        scope = Scope.system(wait.tenant_id, "parking")
        await end_wait(scope, tx, wait, why="let_out", now_ms=tx.db.clock.now_ms())


async def _ask(tx: Tx, job: str, wait: ExitWait) -> None:
    what = AtExit(wait.tenant_id, wait.lane_id, wait.pass_id, wait.stay_id)
    await outbox.add(tx, job, what, key=f"exit:{wait.lane_id}")
