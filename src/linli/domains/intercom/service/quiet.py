"""Quiet hours: who of a home is not to be disturbed now. Calls of guard desks and of phones always ring."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete

from linli.calls.rows import bell_of
from linli.domains.intercom.models import quiet_hours
from linli.domains.intercom.queries import homes as queries
from linli.domains.intercom.queries.calls import rang_lately
from linli.domains.intercom.rows import CallRow, QuietHours
from linli.kernel.db import INT, Command, Reader, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of
from linli.rules import quiet

_drop = Command(
    delete(quiet_hours).where(
        quiet_hours.c.space_id == bindparam("of_space", type_=INT),
        quiet_hours.c.identity_id == bindparam("of_identity"),
        in_scope(quiet_hours),
    )
)


class QuietNow(NamedTuple):
    """How a home is not to be disturbed now; empty: it may be."""

    home: str = ""
    members: dict[str, str] = {}  # noqa: RUF012 nobody changes it
    """By identityId."""

    def of(self, identity_id: str) -> str:
        return quiet.stricter(self.home, self.members.get(identity_id, ""))


async def quiet_now(scope: Scope, db: Reader, *, community_id: int, space_id: int, now_ms: int) -> QuietNow:
    rows = await queries.quiet_hours_of(scope, db, space_id)
    if not rows:
        return QuietNow()
    at = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(await zone_of(db, community_id) or "Asia/Shanghai"))
    manners = {
        row.identity_id: row.manner
        for row in rows
        if quiet.holds(
            from_minute=row.from_minute,
            to_minute=row.to_minute,
            days=row.days,
            weekday=at.weekday(),
            minute=at.hour * 60 + at.minute,
        )
    }
    return QuietNow(manners.pop("", ""), manners)


async def quiet_for(scope: Scope, db: Reader, call: CallRow) -> QuietNow:
    """The same for a call: who rings again within minutes is heard, unless the home wants none of that.

    A visitor's phone never is: at an entrance's doorbell anybody may ring as often as he likes.
    """
    if call.community_id is None or call.space_id is None:
        return QuietNow()
    now = await quiet_now(
        scope, db, community_id=call.community_id, space_id=call.space_id, now_ms=call.started_ms
    )
    if not now.home and not now.members:
        return now
    home = await queries.home_rules(scope, db, community_id=call.community_id, space_id=call.space_id)
    if (
        not home.strict_quiet
        and bell_of(call.caller) is None
        and await rang_lately(scope, db, call, quiet.AGAIN_MS)
    ):
        return QuietNow()
    return now


async def keep_quiet_hours(
    scope: Scope, tx: Tx, *, row: QuietHours | None, of: tuple[int, str], field: str
) -> None:
    """`of`: house and identityId, whose hours end without a `row`. Raises BadInput, which names the `field`."""
    space_id, identity_id = of
    if row is None:
        await _drop.run(tx, scope, of_space=space_id, of_identity=identity_id)
        return
    for name, minute in (("fromMinute", row.from_minute), ("toMinute", row.to_minute)):
        if not 0 <= minute < quiet.DAY_MINUTES:
            raise BadInput(field=f"{field}.{name}", rule="range", low=0, high=quiet.DAY_MINUTES - 1)
    if not 1 <= row.days <= quiet.ALL_DAYS:
        raise BadInput(field=f"{field}.days", rule="range", low=1, high=quiet.ALL_DAYS)
    if row.manner not in quiet.MANNERS:
        raise BadInput(field=f"{field}.manner", rule="one_of", allowed=", ".join(quiet.MANNERS))
    changing = ("from_minute", "to_minute", "days", "manner", "changed_ms")
    await tx.upsert(quiet_hours, [row._asdict()], keys=("space_id", "identity_id"), update=changing)
