"""Figures of the front for Prometheus. Read off the counts once a tick, so that messages pay nothing for them."""

from linli.kernel.telemetry import counter, gauge
from linli.things.mqtt.traffic import Traffic

CONNECTIONS = gauge("mqtt_connections", "Open MQTT connections")
SESSIONS = gauge("mqtt_sessions", "MQTT sessions of devices, connected or persistent")
PENDING = gauge("mqtt_uplinks_pending", "Uplinks taken and not yet committed")
QUEUED = gauge("mqtt_downlink_bytes_waiting", "Bytes of downlinks that wait for a device")
HELD = gauge("mqtt_reading_held", "1 while nothing is read because too much is pending")
UPLINKS = counter("mqtt_uplinks", "Uplinks taken")
DENIED = counter("mqtt_denied", "Publishes and filters refused by the topic rules")
REFUSED = counter("mqtt_connects_refused", "CONNECTs refused")


class Meter:
    """The counts of one front that were already reported."""

    def __init__(self) -> None:
        self._uplinks = self._denied = self._refused = 0

    def tell(self, traffic: Traffic, *, sessions: int, refused: int) -> None:
        CONNECTIONS.set(len(traffic.connections))
        SESSIONS.set(sessions)
        PENDING.set(traffic.pending)
        QUEUED.set(traffic.queued_bytes)
        HELD.set(traffic.paused)
        UPLINKS.inc(traffic.uplinks - self._uplinks)
        DENIED.inc(traffic.denied - self._denied)
        REFUSED.inc(refused - self._refused)
        self._uplinks, self._denied, self._refused = traffic.uplinks, traffic.denied, refused
