"""The parts of this room that the composing function registers."""

from linli.domains.video.events import CamerasChanged
from linli.domains.video.handlers import device_deleted, device_moved, to_data_bus
from linli.kernel.db import Tx
from linli.kernel.handlers import Handlers
from linli.things.events import DeviceDeleted, DeviceMoved


def register(handlers: Handlers[Tx]) -> None:
    """Before anything starts."""
    handlers.inline(DeviceMoved, device_moved)
    handlers.inline(DeviceDeleted, device_deleted)
    handlers.inline(CamerasChanged, to_data_bus)
