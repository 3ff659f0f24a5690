"""Send a pass to the visitor's phone again, when the desk asks for it."""

from linli.domains.visitors import queries
from linli.domains.visitors.rows import EXPECTED
from linli.domains.visitors.service.passes import SEND, PassToSend
from linli.domains.visitors.service.visits import HISTORY, VisitOver, VisitSettled
from linli.kernel import history, outbox
from linli.kernel.db import Tx
from linli.kernel.errors import Conflict
from linli.kernel.scope import Scope


class NoPhoneToSendTo(Conflict):
    """The visitor was announced without a phone."""

    code = "visit.no_phone"


class MessagesOff(Conflict):
    """No gateway takes messages to phones: they wait on the operator's page."""

    code = "visit.messages_off"


async def send_again(scope: Scope, tx: Tx, *, apply_id: int, now_ms: int) -> None:
    """Queue the message with the pass of an expected visitor.

    Raises NotFound, VisitSettled, VisitOver, NoPhoneToSendTo.
    """
    visit = await queries.visit(scope, tx, apply_id, lock=True)
    if visit.state != EXPECTED:
        raise VisitSettled()
    if visit.ends_ms <= now_ms:
        raise VisitOver()
    if not visit.phone:
        raise NoPhoneToSendTo()
    await outbox.add(tx, SEND, PassToSend(visit.tenant_id, apply_id))
    record = history.Record(HISTORY, apply_id, visit.community_id)
    await history.note(scope, tx, record, "pass_sent", now_ms=now_ms)
