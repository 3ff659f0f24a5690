"""The box's modem, through the system's ModemManager: what there is, connecting, and staying connected.

`modem_manager` speaks to it over D-Bus, `reading` makes sense of its numbers, `keeper` connects, gives the card its
addresses by the network's own writer, and comes again when the connection is lost.
"""

from linli.edge.services.cellular.keeper import CellularKeeper
from linli.edge.services.cellular.settings import CellularSettings, SettingsChange
from linli.edge.services.cellular.views import CellularView, ModemView

__all__ = ["CellularKeeper", "CellularSettings", "CellularView", "ModemView", "SettingsChange"]
