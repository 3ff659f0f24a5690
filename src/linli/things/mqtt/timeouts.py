"""What has lasted too long on a connection. Counted in ticks (`traffic`). Source: MQTT 3.1.1, 3.1.2.10."""

from typing import TYPE_CHECKING

from linli.things.mqtt.home import State
from linli.things.mqtt.ports import Gone

if TYPE_CHECKING:
    from linli.things.mqtt.connection import Connection


def overdue(connection: "Connection", tick: int) -> Gone | None:
    """Why it is to be closed now, if so. One that is closed and does not go is cut off here."""
    limits = connection.traffic.limits
    since = tick - connection.since
    if connection.state is State.CLOSED:
        if since > limits.connect_timeout:
            connection.cut()
        return None
    if connection.state is not State.OPEN:
        return Gone.PROTOCOL if since > limits.connect_timeout else None
    if connection.blocked:
        return Gone.SLOW if since > limits.stall_timeout else None
    if connection.held:
        connection.last_heard = tick
        return None
    if connection.keep_ticks and tick - connection.last_heard > connection.keep_ticks:
        return Gone.KEEP_ALIVE
    if connection.session is not None and connection.session.is_app:
        oldest = next(iter(connection.session.outbox.inflight.values()), None)
        if oldest is not None and tick - oldest.sent_tick > limits.app_ack_timeout:
            return Gone.SLOW
    return None
