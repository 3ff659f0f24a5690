"""The limits of a front for connections and memory. Every queue of the front is bounded by one of these."""

import msgspec

from linli.protocols import mqtt

KIB, MIB = 1024, 1024 * 1024


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times are in seconds, sizes in bytes, the rest counts."""

    max_connections: int = 20_000
    """Connections of clients that proved their identity."""
    connections_each: int = 5_000
    """Of these, from one address: a site with all its devices stands behind one."""
    max_waiting: int = 4_000
    """Connections that have not proved who they are."""
    waiting_each: int = 1_000
    """Of these, from one address."""
    proxies: frozenset[str] = frozenset()
    """Addresses of balancers, through which everybody comes: without a share of their own."""
    connect_timeout: int = 10
    """From TCP accept to CONNACK; also what a registration may linger after its answer."""
    max_authentications: int = 200
    """CONNECTs that ask the backend at the same time; others wait their turn."""
    max_packet: int = 256 * KIB
    max_packet_unknown: int = 16 * KIB
    """Before the CONNECT is accepted."""

    max_pending: int = 256
    """Uplinks of one connection not yet done with; more, and it is not read from."""
    max_pending_total: int = 20_000
    """The same over all connections."""
    max_pending_bytes: int = 64 * MIB
    """Payloads of the same."""
    max_denied: int = 100
    """Publishes and filters refused on one connection before it is closed."""

    max_inflight: int = 20
    """QoS 1 downlinks sent to a device and not acknowledged; further ones wait in its queue."""
    max_queued: int = 200
    """QoS 1 downlinks waiting for one session; more are refused to their sender."""
    max_queued_bytes: int = 512 * KIB
    """Payloads of the same."""
    max_queued_total_bytes: int = 128 * MIB
    """Payloads waiting for all sessions."""
    session_expiry: int = 7 * 24 * 3600
    """How long a persistent session outlives its connection."""
    max_sessions: int = 200_000
    """Sessions, connected or persistent; a new device beyond them is refused."""

    write_high_water: int = 256 * KIB
    """Bytes the socket has not taken after which nothing more is written."""
    stall_timeout: int = 30
    """How long a connection may take nothing before it is dropped as too slow."""
    app_ack_timeout: int = 30
    """How long an app may leave a message unacknowledged before its connection is dropped (design 4.8)."""

    max_incoming: int = 1024
    """QoS 2 messages of one session between PUBLISH and PUBREL; an MQTT 5 client gets it as receive maximum."""
    max_keep_alive: int = 1200
    """The limit that an MQTT 5 client gets if it asks for more, or for none; others may have what they ask for."""
    max_aliases: int = 32
    """Topic aliases of one connection, each way."""
    max_retained: int = 10_000
    """Retained messages of one tenant."""
    max_retained_bytes: int = 64 * KIB
    """Payload of one."""
    max_retained_sent: int = 1000
    """Retained messages sent for one filter when it is subscribed to."""

    max_filters: int = 256
    """Subscriptions of one session."""
    max_subs: int = 2000
    """Sub-devices logged in through one gateway."""

    def keep_alive(self, connect: mqtt.Connect) -> int:
        """Seconds of silence that this client may keep to; 0: for ever."""
        asked = connect.keep_alive
        if connect.level < 5:
            return asked
        return min(asked, self.max_keep_alive) if asked else self.max_keep_alive
