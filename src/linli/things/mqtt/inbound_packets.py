"""Packets other than plain uplinks: QoS 2, messages between clients, control packets.

QoS 2, from the device (4.3.3):

    PUBLISH --> stored, committed, passed on --> its id written down --> PUBREC
    PUBREL  --> its id forgotten, durably    --> PUBCOMP

A message whose id is stored is never taken again, also after a crash in between.
"""

from linli.protocols import mqtt
from linli.protocols.linkkit.topics import UplinkTopic
from linli.protocols.mqtt import Properties, Reason
from linli.protocols.mqtt.encode import PINGRESP
from linli.things.mqtt.close_reasons import Gone
from linli.things.mqtt.home import Home
from linli.things.mqtt.link import Link
from linli.things.mqtt.message import Extra, message_of
from linli.things.mqtt.ports import Uplink
from linli.things.mqtt.rules import AFTER_LEAVING, Right
from linli.things.mqtt.session import Session


def take_unusual(
    connection: Link, home: Home, session: Session, packet: mqtt.Publish, right: Right
) -> Uplink | None:
    """The uplink of a publish that is refused, passed on, or at QoS 2. None: it was taken before, or all is over."""
    topic, device_no, unusual = right
    if packet.qos == 2 and not _begin(connection, session, packet):
        return None
    extra = Extra()
    uplink = Uplink(
        session,
        connection,
        topic,
        device_no,
        packet.payload,
        packet.qos,
        packet.packet_id,
        packet.dup,
        extra=extra,
    )
    if packet.qos == 2:
        # What came twice is known by its id; only a crash may have lost that, and then the bytes are compared.
        uplink.dup = packet.dup and session.restored
    if device_no < 0:
        uplink.settled = True
        extra.reason = Reason.NOT_AUTHORIZED
        _deny(connection, home, session, topic, packet.payload)
    elif unusual:
        limits = connection.traffic.limits
        owner = (topic.product_key, topic.device_name)
        message = message_of(packet, owner, session.tenant_id, now_ms=connection.traffic.clock.now_ms())
        if message.retain and message.payload and not home.may_retain(message, limits):
            uplink.settled = True
            extra.reason = Reason.QUOTA_EXCEEDED
        extra.message = message
    return uplink


def _deny(connection: Link, home: Home, session: Session, topic: UplinkTopic, payload: bytes) -> None:
    """A publish was refused."""
    if topic.kind in AFTER_LEAVING:
        return
    connection.count_denial()
    home.denied(session, topic, payload)


def tell_if_ready(home: Home, session: Session) -> None:
    """An app that had no room may have some again."""
    if session.starved and session.has_room():
        session.starved = False
        home.app_ready(session)


def _begin(connection: Link, session: Session, packet: mqtt.Publish) -> bool:
    """Whether a QoS 2 message is new."""
    due = session.incoming.get(packet.packet_id)
    if due is not None:
        if due:
            connection.send(mqtt.encode(mqtt.Pubrec(packet.packet_id)))
        return False  # else its PUBREC follows the commit
    if len(session.incoming) >= connection.traffic.limits.max_incoming:
        connection.close(Gone.PROTOCOL, Reason.RECEIVE_MAXIMUM_EXCEEDED)
        return False
    session.incoming[packet.packet_id] = False
    return True


def conclude(connection: Link, home: Home, uplink: Uplink, extra: Extra) -> bool:
    """It is stored, and its turn has come: pass it on. False: its acknowledgement must wait until that is durable."""
    if extra.concluded:
        return True
    session = uplink.session
    if extra.refused:
        session.incoming.pop(uplink.packet_id, None)
        return True
    extra.concluded = True
    waits = False
    message = extra.message
    if message is not None and not extra.reason:
        reached = home.pass_on(message, session)
        waits = message.retain or any(session.persistent for session in reached)
        if session.is_app and not reached:
            extra.reason = Reason.NO_MATCHING_SUBSCRIBERS
    if uplink.qos == 2 and session.persistent and extra.reason < 0x80:
        session.receiving(uplink.packet_id)
        waits = True
    if not waits or not uplink.qos:
        return True
    uplink.settled = False
    inside = True

    def durable() -> None:
        uplink.settled = True
        if not inside:
            connection.acknowledge()

    home.when_durable(durable)
    inside = False
    return uplink.settled


def answer(connection: Link, uplink: Uplink, extra: Extra) -> None:
    """Acknowledge what was concluded."""
    if not uplink.qos or extra.refused:
        return
    session = uplink.session
    target = session.connection  # a QoS 2 exchange goes on where the session is now
    if uplink.qos == 1 or target is None:
        target = connection
    reason = extra.reason if target.v5 is not None else 0
    if uplink.qos == 2:
        if uplink.packet_id not in session.incoming:
            return
        if reason >= 0x80:
            del session.incoming[uplink.packet_id]  # an error ends the exchange (5.0, 4.3.3)
        else:
            session.incoming[uplink.packet_id] = True
    if not target.is_open:
        return
    properties = None
    if reason >= 0x80 and target.v5 is not None and target.v5.tells_problems:
        properties = Properties(reason_string=_TEXTS[reason])
    make = mqtt.Puback if uplink.qos == 1 else mqtt.Pubrec
    target.send(mqtt.encode(make(uplink.packet_id, reason, properties), target.level))


_TEXTS: dict[int, str] = {
    Reason.NOT_AUTHORIZED: "this topic is not yours",
    Reason.QUOTA_EXCEEDED: "too large to be retained, or too many retained messages",
}


def take_control(connection: Link, home: Home, session: Session, packet: mqtt.Packet) -> None:
    """Everything but PUBLISH and PUBACK."""
    match packet:
        case mqtt.Pingreq():
            connection.send(PINGRESP)
        case mqtt.Subscribe():
            home.subscribe(session, packet)
        case mqtt.Unsubscribe():
            home.unsubscribe(session, packet)
        case mqtt.Pubrel():
            _take_pubrel(connection, home, session, packet)
        case mqtt.Pubrec():
            session.note_received(packet.packet_id, packet.reason)
            tell_if_ready(home, session)
        case mqtt.Pubcomp():
            session.complete(packet.packet_id)
            tell_if_ready(home, session)
        case mqtt.Disconnect():
            _take_disconnect(connection, session, packet)
        case _:
            # A second CONNECT, or an AUTH that nobody asked for.
            connection.close(Gone.PROTOCOL, Reason.PROTOCOL_ERROR)


def _take_pubrel(connection: Link, home: Home, session: Session, packet: mqtt.Pubrel) -> None:
    matched = session.incoming.pop(packet.packet_id, None) is not None
    reason = 0 if matched else Reason.PACKET_ID_NOT_FOUND
    wire = mqtt.encode(mqtt.Pubcomp(packet.packet_id, reason), connection.level)
    if matched and session.persistent:
        # The client may use the id again as soon as it reads this.
        session.received(packet.packet_id)
        home.when_durable(lambda: connection.send(wire))
    else:
        connection.send(wire)


def _take_disconnect(connection: Link, session: Session, packet: mqtt.Disconnect) -> None:
    expiry = packet.properties.session_expiry if packet.properties is not None else None
    if expiry is not None:
        if expiry and not session.expiry_s:
            connection.close(Gone.PROTOCOL, Reason.PROTOCOL_ERROR)
            return
        session.outlive(min(expiry, connection.traffic.limits.session_expiry))
    if packet.reason != Reason.DISCONNECT_WITH_WILL:
        connection.will = None
    connection.close(Gone.CLOSED)
