"""Simulated cameras and recorders that speak ONVIF on a real port, with the faults of real ones."""

from linli.edge.video.simulator.device import Faults, SimulatedCamera, dome, ipc, nvr
from linli.edge.video.simulator.events import SimulatedEvents
from linli.edge.video.simulator.head import SimulatedHead
from linli.edge.video.simulator.stream import SimulatedStream

__all__ = [
    "Faults",
    "SimulatedCamera",
    "SimulatedEvents",
    "SimulatedHead",
    "SimulatedStream",
    "dome",
    "ipc",
    "nvr",
]
