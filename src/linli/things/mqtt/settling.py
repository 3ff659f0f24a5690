"""The end of uplinks after the backend: one call per commit, for uplinks of all connections."""

from collections.abc import Iterable

from linli.protocols.linkkit.topics import UplinkTopic
from linli.things.mqtt.close_reasons import Gone
from linli.things.mqtt.link import Link
from linli.things.mqtt.ports import Uplink


def done(uplinks: Iterable[Uplink]) -> None:
    touched: set[Link] = set()
    last: Link | None = None
    for uplink in uplinks:
        uplink.settled = True
        if uplink.connection is not last:
            last = uplink.connection
            touched.add(last)
    for connection in touched:
        connection.acknowledge()


def answer(replies: Iterable[tuple[Uplink, bytes]]) -> None:
    # Messages of a commit come in runs of one connection and topic: a run is one write.
    run: list[bytes] = []
    connection: Link | None = None
    topic: UplinkTopic | None = None
    for uplink, payload in replies:
        if uplink.topic is not topic or uplink.connection is not connection:
            if connection is not None and topic is not None:
                connection.replies(topic, run)
            connection, topic, run = uplink.connection, uplink.topic, []
        run.append(payload)
    if connection is not None and topic is not None:
        connection.replies(topic, run)


def refuse(uplinks: Iterable[Uplink]) -> None:
    touched: set[Link] = set()
    for uplink in uplinks:
        uplink.settled = True
        if uplink.extra is not None:
            uplink.extra.refused = True
        touched.add(uplink.connection)
    for connection in touched:
        connection.close(Gone.REFUSED)
        connection.acknowledge()
