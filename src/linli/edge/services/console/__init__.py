"""The box's own web page on the LAN: how it is, its devices, logs, network, activation, files and backups.

`door` is who may come in, `api` what the pages ask, `server` the port, `static` the pages themselves: plain modules that
need no build and no network beyond the box.
"""

from linli.edge.services.console.door import ConsoleDoor, DoorClosed, WrongWord
from linli.edge.services.console.parts import Parts
from linli.edge.services.console.server import LocalConsole

__all__ = ["ConsoleDoor", "DoorClosed", "LocalConsole", "Parts", "WrongWord"]
