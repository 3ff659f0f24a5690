"""The box's own web page on the LAN: its condition, devices, logs, network, activation, files and backups.

`door` checks access, `api` answers the pages, `server` has the port, `static` has the pages: plain modules without a
build step and without any network beyond the box.
"""

from linli.edge.services.console.door import ConsoleDoor, DoorClosed, WrongWord
from linli.edge.services.console.parts import Parts
from linli.edge.services.console.server import LocalConsole

__all__ = ["ConsoleDoor", "DoorClosed", "LocalConsole", "Parts", "WrongWord"]
