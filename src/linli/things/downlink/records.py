"""Records of calls (`service_calls`)."""

from typing import Any, Final, Literal

import msgspec
from sqlalchemy import bindparam, update

from linli.kernel import telemetry
from linli.kernel.causes import CAUSE
from linli.kernel.db import INT, Command, Database
from linli.kernel.db.partitions import day_of
from linli.kernel.errors import Unavailable
from linli.kernel.ids import Ids
from linli.kernel.masking import masked, masked_text
from linli.kernel.scope import Scope
from linli.things.models import service_calls

log = telemetry.logger(__name__)

CallState = Literal["sent", "answered", "refused", "timed_out", "offline"]
SET: Final = "set"
"""Identifier in the record of a property set."""
GET: Final = "get"
"""Identifier in the record of a property get."""

_COLUMNS = (
    "call_no", "day", "device_no", "identifier", "call_type", "caller", "input", "output", "state", "reason",
    "called_ms", "answered_ms", "cause",
)  # fmt: skip
_end = Command(
    update(service_calls)
    .where(
        service_calls.c.call_no == bindparam("no", type_=INT),
        service_calls.c.day == bindparam("on_day", type_=INT),
        service_calls.c.state == "sent",
    )
    .values(state=bindparam("to"), reason=bindparam("why"), answered_ms=bindparam("at", type_=INT))
)


class CallRecord(msgspec.Struct, gc=False):
    """One call as it goes along; `save` writes it without what opens doors."""

    call_no: int
    device_no: int
    identifier: str
    call_type: str
    caller: str
    input: Any
    called_ms: int
    state: CallState = "sent"
    output: str | None = None
    reason: str = ""
    answered_ms: int | None = None
    cause: str = ""

    @staticmethod
    def of(
        scope: Scope, call_no: int, device_no: int, identifier: str, call_type: str, args: Any
    ) -> "CallRecord":
        caller = f"{scope.caller.kind}:{scope.caller.id}"
        return CallRecord(
            call_no,
            device_no,
            identifier,
            call_type,
            caller,
            args,
            called_ms=Ids.number_ms(call_no),
            cause=CAUSE.get(),
        )

    @property
    def message_id(self) -> str:
        """The id on the wire: digits, since one SDK drops ids of another type (spec clients b.6)."""
        return str(self.call_no)

    async def save(self, db: Database) -> None:
        """Raises Unavailable."""
        row = (
            self.call_no, day_of(self.called_ms), self.device_no, self.identifier, self.call_type, self.caller,
            msgspec.json.encode(masked(self.input)).decode(), masked_text(self.output or "") or self.output,
            self.state, masked_text(self.reason), self.called_ms,
            self.answered_ms, self.cause,
        )  # fmt: skip
        await db.run(lambda tx: tx.insert_one(service_calls, _COLUMNS, row))

    async def save_ended(self, db: Database) -> None:
        """As `save`, for a call whose outcome must reach its caller even when the record cannot be kept."""
        try:
            await self.save(db)
        except Unavailable:
            log.warning("the record of call %d is lost: the database does not take it", self.call_no)

    async def end(self, db: Database, state: CallState, reason: str, now_ms: int) -> None:
        """Note how a saved call ended, unless its answer came meanwhile."""
        day = day_of(self.called_ms)
        try:
            await db.run(
                lambda tx: _end.run(tx, no=self.call_no, on_day=day, to=state, why=reason, at=now_ms)
            )
        except Unavailable:
            log.warning("the end of call %d is not recorded", self.call_no)
