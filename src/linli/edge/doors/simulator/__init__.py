"""A door machine on real sockets: a maker's firmware, with faults on request."""

from linli.edge.doors.simulator.machine import Faults, SimulatedMachine

__all__ = ["Faults", "SimulatedMachine"]
