"""What the platform is acting on right now: an open-API call, or a device's message.

Rooms note it beside what follows (a record, a push, a call to a device), so that one trace can show them all. It is told
by the number that its sender knows: `X-Ca-Request-Id`, or the `batchId` of a message.
"""

from contextvars import ContextVar
from typing import Final

CAUSE: Final[ContextVar[str]] = ContextVar("cause", default="")
"""Empty: a person in the console, or the platform itself. Set by the edges alone, which also reset it."""
