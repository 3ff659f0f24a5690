"""Lines of the pages' API in the program's log, to examine attacks: sign-ins and refusals.

A line has the action, its result, the log-in, the address and the reason of a refusal; never a name, a phone, a
password, a code or a link. Routes name their action by the option `noted`; for all others only refusals are written.
ASVS 5.0.0, 16.3.1 and 16.3.2.

A flood does not fill the disk. Each minute has a limit of lines for an address and for all together (`MOST`). Further
events are counted and reported in one line, with the first event of a later minute. Each kind has its own limit, so
that a flood of refusals does not hide a sign-in. At most 450 lines of some 300 bytes a minute and process, 200 MB a
day.
"""

import logging
from typing import Any, Final, cast

from litestar import Request
from litestar.types import Message
from litestar.types import Scope as AsgiScope

from linli.console.line_limits import Most
from linli.console.serving import parts_of
from linli.domains.accounts.cookies import COOKIE, RESIDENT_COOKIE, session_token
from linli.domains.accounts.notes import ACCOUNT, REASON
from linli.domains.accounts.service.sessions import Session
from linli.kernel import telemetry
from linli.kernel.http import network_of

log = telemetry.logger(__name__)

NOTED: Final = "noted"
DONE: Final = "done"
REFUSED: Final = "refused"
ABSENT: Final = "not there"
MOST: Final = {DONE: Most(30, 300), REFUSED: Most(10, 100), ABSENT: Most(5, 50)}
"""Lines a minute, of an address and in all."""
_CALL: Final = "call"


async def note_answer(message: Message, scope: AsgiScope) -> None:
    """Before every answer: write what it did, where that is of the kinds that are written."""
    if message["type"] != "http.response.start":
        return
    fields = cast(dict[str, Any], scope)
    state: dict[str, Any] = fields.get("state", {})
    handler = fields.get("route_handler")  # none where no route is met
    event = handler.opt.get(NOTED, "") if handler is not None else ""
    status, reason = message["status"], state.get(REASON, "")
    session: Session | None = fields.get("auth")
    if event:
        outcome = REFUSED if status >= 400 or reason else DONE
    elif status == 403 or (status == 401 and _shows_session(scope)):
        event, outcome = _CALL, REFUSED
    elif status == 404 and session is not None:
        event, outcome = _CALL, ABSENT
    else:
        return
    parts = parts_of(scope)
    address = parts.callers.of(fields)
    limits, now_ms = parts.line_limits, parts.clock.now_ms()
    if left_out := limits.left_out(now_ms=now_ms):
        log.warning("more events than are written", extra={"facts": dict(left_out)})
    if not limits.admit(outcome, network_of(address), MOST[outcome], now_ms=now_ms):
        return
    account_id = state.get(ACCOUNT) or (session.account_id if session else None)
    facts = {
        "event": event,
        "outcome": outcome,
        "status": status,
        "reason": reason,
        "account": account_id,
        "address": address,
        "method": fields["method"],
        "route": fields.get("path_template", ""),
    }
    log.log(
        logging.WARNING if outcome == REFUSED else logging.INFO,
        "%s %s",
        event,
        outcome,
        extra={"facts": facts},
    )


def _shows_session(scope: AsgiScope) -> bool:
    """Whether the cookie of a session came; pages also ask without one who is signed in."""
    cookies = Request[Any, Any, Any](scope).cookies
    return any(session_token(cookies, name, plain_too=True) for name in (COOKIE, RESIDENT_COOKIE))
