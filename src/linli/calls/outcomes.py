"""What statuses and messages of phones mean for the record of a call."""

from typing import Final

from linli.calls.rows import BUSY, MISSED, REFUSED, UNREACHABLE
from linli.protocols import sip
from linli.protocols.sip.unlock import OPENED, presses_star, read_unlock

_OF_STATUS: Final = {486: BUSY, 600: BUSY, 603: REFUSED, 404: UNREACHABLE, 503: UNREACHABLE}

_PREFERRED: Final = (600, 603, 486, 480, 404, 408)
"""Which of the phones' refusals the caller is told, the first that there is."""


def preferred(statuses: set[int], usual: int) -> int:
    return next((code for code in _PREFERRED if code in statuses), usual)


def outcome_of(status: int) -> str:
    """How a call ended that all phones refused, by the status that the caller is told."""
    return _OF_STATUS.get(status, MISSED)


def says_open(request: sip.Request) -> bool:
    """Whether a door says in an INFO that it opened (spec A 4.1)."""
    reply = read_unlock(request)
    return reply is not None and not reply.asks and reply.status == OPENED


def asks_to_open(request: sip.Request) -> bool:
    reply = read_unlock(request)
    return (reply is not None and reply.asks) or presses_star(request)
