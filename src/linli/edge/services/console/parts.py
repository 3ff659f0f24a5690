"""The parts of the box that the pages show."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.parking.room import ParkingRoom
from linli.edge.services.cellular import CellularKeeper
from linli.edge.services.files import FileStore
from linli.edge.services.interconnect import AppServices, LocalBroker
from linli.edge.services.keeping.standby import StandbyDoor
from linli.edge.services.network import NetworkFiles, Trial
from linli.edge.services.network.helped import HelpedHand
from linli.edge.services.ports import BoxState, DiagnosisView
from linli.edge.video.room import VideoRoom


@dataclass(slots=True)
class Parts:
    """A part that this box does not run is None."""

    home: Path
    state: BoxState
    logs: DeviceLogs
    network: NetworkFiles
    files: FileStore | None = None
    broker: LocalBroker | None = None
    apps: AppServices | None = None
    standby: StandbyDoor | None = None
    route_port: int = 0
    trial: Trial | None = None
    """Of changes of the network."""
    helped: HelpedHand | None = None
    """Changes the network where this process may not."""
    cellular: CellularKeeper | None = None
    video: VideoRoom | None = None
    parking: ParkingRoom | None = None
    diagnose: Callable[[str], Awaitable[DiagnosisView]] | None = None
    """Find what is wrong, in words of a language."""
