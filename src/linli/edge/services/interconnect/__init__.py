"""网关互联: what apps on the LAN hear from the box, and what they may call through it. Source: spec C 6 (C082), H 3.2.

`broker` is the local MQTT door with its own user and password, `events` what the box tells there, `apps` brings the
cloud's service calls to apps, `route` brings the apps' own calls to the cloud.
"""

from linli.edge.services.interconnect.apps import AppServices
from linli.edge.services.interconnect.broker import LocalBroker
from linli.edge.services.interconnect.events import LocalEvents
from linli.edge.services.interconnect.route import DataRoute

__all__ = ["AppServices", "DataRoute", "LocalBroker", "LocalEvents"]
