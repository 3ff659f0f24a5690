"""The cause of the current work: an open-API call or a device's message.

Rooms store it with each effect (a record, a push, a call to a device), so that one trace shows them all. The cause is
identified by its sender's number: `X-Ca-Request-Id`, or the `batchId` of a message.
"""

from contextvars import ContextVar
from typing import Final

CAUSE: Final[ContextVar[str]] = ContextVar("cause", default="")
"""Empty: a person in the console, or the platform itself. Set by the edges alone, which also reset it."""
