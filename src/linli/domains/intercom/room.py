"""The parts of this room that the composing function registers."""

from linli.domains.access.events import DoorRemoved
from linli.domains.communities.events import SpaceDeleting
from linli.domains.intercom.handlers import door_removed, space_deleting
from linli.kernel.db import Tx
from linli.kernel.handlers import Handlers


def register(handlers: Handlers[Tx]) -> None:
    """Before anything starts."""
    handlers.inline(DoorRemoved, door_removed)
    handlers.inline(SpaceDeleting, space_deleting)
