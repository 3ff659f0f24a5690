"""A door machine on real sockets: what a maker's firmware does, with its faults on request."""

from linli.edge.doors.simulator.machine import Faults, SimulatedMachine

__all__ = ["Faults", "SimulatedMachine"]
