"""What boxes tell of their phones and calls, taken once; and that their accounts are others now."""

import zlib
from typing import Final

from sqlalchemy import bindparam, delete, update

from linli.calls.rows import (
    ANSWERED,
    APP,
    ASKED,
    OUTCOMES,
    OVER,
    TO_GROUP,
    TO_NUMBER,
    Account,
    CallStep,
    Opening,
)
from linli.domains.boxes.rows import Node
from linli.domains.intercom.models import calls as call_table
from linli.domains.intercom.models import openings, site_calls, site_phones, sites
from linli.domains.intercom.queries import calls as call_queries
from linli.domains.intercom.queries.homes import steps_of_calls
from linli.domains.intercom.queries.numbers import accounts_by_number
from linli.domains.intercom.rows import CallRow, Ends
from linli.domains.intercom.service import calls
from linli.domains.intercom.service.boxes import ref_of
from linli.domains.intercom.service.ladder import keep_step
from linli.domains.intercom.site import queries
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.protocols.edge_link import SiteCall, SiteCallBatch

_STEPS_MOST: Final = 30
_OF_BOX = "the box that signed the call"
_c = call_table.c
_forget_phones = Command(
    delete(site_phones).where(site_phones.c.node_id == bindparam("of_node", type_=INT), in_scope(site_phones))
)
_taken_there = Command(
    update(call_table)
    .where(_c.id == bindparam("of_call", type_=INT), _c.answered_by == "")
    .values(
        answered_by=bindparam("number"),
        answered_ms=bindparam("answered", type_=INT),
        outcome=ANSWERED,
        state=OVER,
        ended_ms=bindparam("ended", type_=INT),
    ),
    unscoped=_OF_BOX,
)


async def note_held(tx: Tx, node: Node, version: str, *, now_ms: int) -> None:
    """The box has these accounts."""
    row = {
        "node_id": node.node_id,
        "tenant_id": node.tenant_id,
        "community_id": node.community_id,
        "held_version": version,
        "held_ms": now_ms,
        "told_ms": 0,
        "address": "",
    }
    await tx.upsert(sites, [row], keys=("node_id",), update=("community_id", "held_version", "held_ms"))


async def take(tx: Tx, node: Node, batch: SiteCallBatch, *, ids: Ids, now_ms: int) -> list[str]:
    """The ids of calls that are kept now."""
    scope = Scope.system(node.tenant_id, "intercom")
    if batch.phones is not None:
        await _take_phones(scope, tx, node, batch, now_ms=now_ms)
    for call in batch.calls:
        await _take_call(scope, tx, node, call, ids=ids, now_ms=now_ms)
    return [call.id for call in batch.calls]


async def _take_phones(scope: Scope, tx: Tx, node: Node, batch: SiteCallBatch, *, now_ms: int) -> None:
    await _forget_phones.run(tx, scope, of_node=node.node_id)
    rows = [
        {
            "node_id": node.node_id,
            "number": phone.number,
            "tenant_id": node.tenant_id,
            "community_id": node.community_id,
            "host": phone.host,
            "agent": phone.agent,
            "since_ms": min(phone.since_ms, now_ms),
        }
        for phone in {phone.number: phone for phone in batch.phones or ()}.values()
    ]
    if rows:
        await tx.upsert(site_phones, rows, keys=("node_id", "number"), update=("host", "agent", "since_ms"))
    state = {
        "node_id": node.node_id,
        "tenant_id": node.tenant_id,
        "community_id": node.community_id,
        "held_version": "",
        "held_ms": 0,
        "told_ms": now_ms,
        "address": batch.address,
    }
    await tx.upsert(sites, [state], keys=("node_id",), update=("community_id", "told_ms", "address"))


async def _take_call(scope: Scope, tx: Tx, node: Node, call: SiteCall, *, ids: Ids, now_ms: int) -> None:
    ref = ref_of(call.caller, call.id)
    there = await queries.by_ref(scope, tx, ref)
    if there is not None and there.node_id:
        return  # it came before
    row: CallRow | None
    if there is None:
        row = await _insert(scope, tx, node, call, now_ms=now_ms)
        call_id = row.id
    else:
        call_id = there.call_id
        row = await call_queries.find_call(scope, tx, call_id)
    mark = {"ref": ref, "tenant_id": node.tenant_id, "call_id": call_id, "node_id": node.node_id}
    await tx.upsert(site_calls, [mark], keys=("ref",), update=("node_id",))
    if row is None:
        return  # it is forgotten here already
    if there is not None and call.answered_by:
        answered_ms, ended_ms = min(call.answered_ms, now_ms), min(call.ended_ms, now_ms)
        await _taken_there.run(
            tx, of_call=row.id, number=call.answered_by, answered=answered_ms, ended=ended_ms
        )
    await _take_steps(scope, tx, row, call)
    await _take_openings(tx, row, call, ids=ids, now_ms=now_ms)
    if call.opened_ms:
        await calls.opened(tx, call_id=row.id, now_ms=min(call.opened_ms, now_ms))
    if (now := await call_queries.find_call(scope, tx, row.id)) is not None:
        await calls.tell(tx, now)


async def _insert(scope: Scope, tx: Tx, node: Node, call: SiteCall, *, now_ms: int) -> CallRow:
    """The call as one that is over, in its place in time."""
    account = (await accounts_by_number(scope, tx, [call.caller])).get(call.caller)
    caller = account or Account(call.caller, node.tenant_id, node.project_id or "", APP, "", 0, 0)
    kind = TO_GROUP if call.to_group else TO_NUMBER
    ends = await call_queries.ends_of(tx, caller, call.target, kind)
    if ends.community_id != node.community_id:
        ends = Ends(node.community_id)  # a box tells of its own site only
    started_ms = min(call.started_ms, now_ms)
    call_id = Ids.number_at(started_ms) | zlib.crc32(f"{node.node_id}:{call.id}".encode()) & 0xFFF
    while await call_queries.find_call(scope, tx, call_id) is not None:
        call_id += 1
    row = CallRow(
        id=call_id,
        tenant_id=node.tenant_id,
        project_id=caller.project_id,
        community_id=ends.community_id,
        caller=call.caller,
        caller_kind=caller.kind,
        target=call.target,
        target_type=kind,
        iot_id=ends.iot_id,
        space_id=ends.space_id,
        room_id=ends.room_id,
        state=OVER,
        outcome=call.outcome if call.outcome in OUTCOMES else "missed",
        answered_by=call.answered_by,
        process="",
        started_ms=started_ms,
        answered_ms=min(call.answered_ms, now_ms),
        opened_ms=0,
        ended_ms=min(call.ended_ms, now_ms),
    )
    await tx.insert(call_table, row._asdict())
    return row


async def _take_steps(scope: Scope, tx: Tx, row: CallRow, call: SiteCall) -> None:
    """A step that the platform tried as well is told as the site tried it, where the phones are."""
    if row.community_id is None:
        return
    existing = {step.step: step for step in await steps_of_calls(scope, tx, [row.id])}
    place = max((step.place for step in existing.values()), default=0)
    for step in call.steps:
        before = existing.get(step.step)
        if before is None:
            place += 1
        if place > _STEPS_MOST:
            return
        report = CallStep(
            call_id=row.id,
            place=before.place if before is not None else place,
            tenant_id=row.tenant_id,
            community_id=row.community_id,
            step=step.step,
            phones=step.phones,
            result=step.result,
            number=step.number,
            started_ms=step.started_ms,
            ended_ms=step.ended_ms,
        )
        await keep_step(tx, step=report)


async def _take_openings(tx: Tx, row: CallRow, call: SiteCall, *, ids: Ids, now_ms: int) -> None:
    for opening in call.openings:
        kept = Opening(
            id=ids.number(now_ms),
            call_id=row.id,
            tenant_id=row.tenant_id,
            community_id=row.community_id,
            iot_id=row.iot_id,
            number=opening.number,
            identity_id="",
            way=opening.way,
            result=opening.result if opening.result != ASKED else "silent",
            asked_ms=min(opening.asked_ms, now_ms),
            answered_ms=min(opening.answered_ms, now_ms),
        )
        await tx.insert(openings, kept._asdict())
