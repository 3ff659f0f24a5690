"""Wills: what a client wants to be said when its connection is lost. Source: MQTT 5.0, 3.1.2.5 and 3.1.3.2.2.

A will is an uplink like any other, stored and acknowledged to nobody; on a user topic it is passed on, and retained if
it says so. A delayed one waits for the client to come back, at most until its session ends.
"""

from typing import NamedTuple

from linli.protocols import mqtt
from linli.things.mqtt import rules
from linli.things.mqtt.connection import Connection
from linli.things.mqtt.message import Extra, message_of
from linli.things.mqtt.ports import Uplink
from linli.things.mqtt.session import Session
from linli.things.mqtt.traffic import Traffic


class _Waiting(NamedTuple):
    due_tick: int
    connection: Connection
    right: rules.Right
    will: mqtt.Will


class Wills:
    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._waiting: dict[Session, _Waiting] = {}

    def lost(self, session: Session, connection: Connection) -> None:
        """The connection ended; `connection.will` is None if it ended in order. The session may live on."""
        will = connection.will
        if will is None:
            return
        right = rules.publishing(session, will.topic)
        if right.device_no == rules.DENIED:
            return
        delay = will.properties.will_delay or 0 if will.properties is not None else 0
        if delay and session.persistent:
            due = self._traffic.tick + min(delay, session.expiry_s)
            self._waiting[session] = _Waiting(due, connection, right, will)
        else:
            self._say(session, connection, right, will)

    def returned(self, session: Session) -> None:
        """The session has a connection again: nothing is to be said."""
        self._waiting.pop(session, None)

    def ended(self, session: Session) -> None:
        """The session ends before its delay did."""
        waiting = self._waiting.pop(session, None)
        if waiting is not None:
            self._say(session, waiting.connection, waiting.right, waiting.will)

    def sweep(self, tick: int) -> None:
        for session in [s for s, waiting in self._waiting.items() if waiting.due_tick <= tick]:
            self.ended(session)

    def _say(self, session: Session, connection: Connection, right: rules.Right, will: mqtt.Will) -> None:
        extra = None
        topic = right.topic
        if right.unusual:
            packet = mqtt.Publish(
                will.topic, will.payload, will.qos, 0, will.retain, properties=will.properties
            )
            owner = (topic.product_key, topic.device_name)
            now_ms = self._traffic.clock.now_ms()
            extra = Extra(message_of(packet, owner, session.tenant_id, now_ms=now_ms))
        uplink = Uplink(session, connection, topic, right.device_no, will.payload, 0, 0, extra=extra)
        connection.hand_over([uplink])
