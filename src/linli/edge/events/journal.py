"""What happens at the event API, in three logs: interface (log-ins, configuration, alarms), devices, errors.

They are logs of the box as any other: with levels and times, searched on its own page and in the console.
"""

from typing import Final

from linli.edge.framework.device_logs import DeviceLogs

NAME: Final = "events"
INTERFACE, DEVICES, ERRORS = "interface", "devices", "errors"


class Journal:
    def __init__(self, logs: DeviceLogs) -> None:
        self.interface = logs.of(NAME, INTERFACE)
        self.devices = logs.of(NAME, DEVICES)
        self.errors = logs.of(NAME, ERRORS)
