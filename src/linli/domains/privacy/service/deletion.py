"""Requests for deletion. A resident makes one, may withdraw it while it waits, and the property decides by a deadline."""

import contextlib
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, update

from linli.domains.people.queries.residence import OwnPerson, Resident
from linli.domains.people.service import erasure
from linli.domains.privacy import queries
from linli.domains.privacy.events import DeletionAsked, DeletionDecided, DeletionDue
from linli.domains.privacy.models import deletion_requests
from linli.domains.privacy.rows import DONE, REFUSED, WAITING, WITHDRAWN, DeletionRequest
from linli.kernel.db import INT, Command, Database, Tx, update_of
from linli.kernel.errors import BadInput, Conflict, NotFound
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

WORDS_MAX: Final = 500
REMIND_BEFORE_MS: Final = (3 * 86_400_000, 0)
"""How long before the deadline staff are reminded. They are reminded once more when it is over."""


class DeletionWaits(Conflict):
    """A request to this community waits already."""

    code = "privacy.already_asked"


class DeletionDecidedAlready(Conflict):
    code = "privacy.already_decided"


_settle = update_of(
    deletion_requests,
    ("state", "reason", "decided_by", "decided_ms", "name", "words"),
    deletion_requests.c.request_id == bindparam("row", type_=INT),
    unscoped="the row was read and locked as its owner's or in the scope of staff",
)
_remind = Command(
    update(deletion_requests)
    .where(deletion_requests.c.request_id == bindparam("row", type_=INT))
    .values(reminded=bindparam("step", type_=INT)),
    unscoped="the calendar reminds of every tenant's",
)


def deadline(now_ms: int, days: int, zone: str) -> int:
    """The end of the `days`-th working day (Monday to Friday) after today, where the community is, in UTC ms."""
    day = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone))
    left = days
    while left > 0:
        day += timedelta(days=1)
        if day.weekday() < 5:
            left -= 1
    end = day.replace(hour=23, minute=59, second=59, microsecond=0)
    return int(end.timestamp() * 1000)


async def ask(
    tx: Tx,
    who: Resident,
    own: OwnPerson,
    *,
    community_id: int,
    words: str,
    zone: str,
    days: int,
    ids: Ids,
    now_ms: int,
) -> int:
    """Make a request to one community. Returns its number.

    The caller has checked that the community knows the person. Raises BadInput, DeletionWaits.
    """
    words = " ".join(words.split())
    if len(words) > WORDS_MAX:
        raise BadInput(field="words", rule="too_long", limit=WORDS_MAX)
    accounts = await queries.of_account(tx, who.account_id)
    if any(
        deletion_request.state == WAITING and deletion_request.community_id == community_id
        for deletion_request in accounts
    ):
        raise DeletionWaits()
    number = ids.number()
    row = {
        "request_id": number,
        "tenant_id": own.tenant_id,
        "community_id": community_id,
        "identity_id": own.identity_id,
        "account_id": who.account_id,
        "name": own.name,
        "words": words,
        "state": WAITING,
        "due_ms": deadline(now_ms, days, zone),
        "created_ms": now_ms,
    }
    await tx.insert(deletion_requests, row)
    await emit(tx, DeletionAsked(own.tenant_id, community_id, number))
    return number


async def withdraw(tx: Tx, who: Resident, *, request_id: int, now_ms: int) -> None:
    """Withdraw a request that waits. Raises NotFound, DeletionDecidedAlready."""
    deletion_request = await queries.own(tx, who.account_id, request_id)
    _must_wait(deletion_request)
    await _write(tx, deletion_request, WITHDRAWN, "", "resident", now_ms)


async def refuse(
    scope: Scope, tx: Tx, *, community_id: int, request_id: int, reason: str, now_ms: int
) -> None:
    """Refuse a request, with a reason. Raises NotFound, BadInput, DeletionDecidedAlready."""
    reason = " ".join(reason.split())
    if not reason:
        raise BadInput(field="reason", rule="required")
    if len(reason) > WORDS_MAX:
        raise BadInput(field="reason", rule="too_long", limit=WORDS_MAX)
    deletion_request = await queries.request(scope, tx, community_id=community_id, request_id=request_id)
    _must_wait(deletion_request)
    await _write(tx, deletion_request, REFUSED, reason, f"{scope.caller.kind}:{scope.caller.id}", now_ms)
    await _tell(tx, deletion_request, done=False, reason=reason)


async def execute(scope: Scope, tx: Tx, *, community_id: int, request_id: int, now_ms: int) -> None:
    """Erase the person's data in the community. Raises NotFound, DeletionDecidedAlready."""
    deletion_request = await queries.request(scope, tx, community_id=community_id, request_id=request_id)
    _must_wait(deletion_request)
    with contextlib.suppress(NotFound):  # the community does not know the person any more
        await erasure.erase(
            scope, tx, community_id=community_id, identity_id=deletion_request.identity_id, now_ms=now_ms
        )
    await _write(tx, deletion_request, DONE, "", f"{scope.caller.kind}:{scope.caller.id}", now_ms)
    await _tell(tx, deletion_request, done=True, reason="")


async def remind_due(db: Database, *, now_ms: int) -> int:
    """Remind staff once of each deadline that is near, and once when it is over. Returns how many."""
    reminded = 0
    for step, before_ms in enumerate(REMIND_BEFORE_MS, 1):
        for row in await queries.near(db, before_ms=now_ms + before_ms, step=step):
            await db.run(partial(_remind_of, row, step=step, now_ms=now_ms))
            reminded += 1
    return reminded


async def _remind_of(row: DeletionRequest, tx: Tx, *, step: int, now_ms: int) -> None:
    await _remind.run(tx, row=row.request_id, step=step)
    left = (row.due_ms - now_ms) // 86_400_000
    await emit(tx, DeletionDue(row.tenant_id, row.community_id, row.request_id, int(left)))


def _must_wait(deletion_request: DeletionRequest) -> None:
    if deletion_request.state != WAITING:
        raise DeletionDecidedAlready()


async def _write(
    tx: Tx, deletion_request: DeletionRequest, state: str, why: str, by: str, now_ms: int
) -> None:
    gone = state == DONE
    await _settle.run(
        tx,
        row=deletion_request.request_id,
        state=state,
        reason=why,
        decided_by=by,
        decided_ms=now_ms,
        name="" if gone else deletion_request.name,
        words="" if gone else deletion_request.words,
    )


async def _tell(tx: Tx, deletion_request: DeletionRequest, *, done: bool, reason: str) -> None:
    event = DeletionDecided(
        deletion_request.tenant_id,
        deletion_request.community_id,
        deletion_request.request_id,
        deletion_request.account_id,
        done,
        reason,
    )
    await emit(tx, event)
