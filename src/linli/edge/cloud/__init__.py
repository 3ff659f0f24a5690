"""The box's calls to its cloud over HTTP: activation, and everything that is signed with the box's secret."""

from linli.edge.cloud.activation import activate
from linli.edge.cloud.caller import CloudCaller, CloudRefused, CloudUnreachable
from linli.edge.cloud.clock import BoxClock
from linli.edge.cloud.identity import Identity, hardware_id, load_identity, save_identity

__all__ = [
    "BoxClock",
    "CloudCaller",
    "CloudRefused",
    "CloudUnreachable",
    "Identity",
    "activate",
    "hardware_id",
    "load_identity",
    "save_identity",
]
