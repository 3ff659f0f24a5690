"""Simulated cameras and recorders that speak ONVIF on a real port, with the faults of real ones."""

from linli.edge.video.simulator.device import Faults, SimulatedCamera, ipc, nvr

__all__ = ["Faults", "SimulatedCamera", "ipc", "nvr"]
