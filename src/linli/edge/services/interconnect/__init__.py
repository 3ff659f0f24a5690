"""网关互联: events for apps on the LAN, and their calls through the box. Source: spec C 6 (C082), H 3.2.

`broker` is the local MQTT port with its own user and password, `events` publishes there, `apps` passes the cloud's
service calls to apps, `route` passes the apps' own calls to the cloud.
"""

from linli.edge.services.interconnect.apps import AppServices
from linli.edge.services.interconnect.broker import LocalBroker
from linli.edge.services.interconnect.events import LocalEvents
from linli.edge.services.interconnect.route import DataRoute

__all__ = ["AppServices", "DataRoute", "LocalBroker", "LocalEvents"]
