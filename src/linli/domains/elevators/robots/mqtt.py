"""Robots over the platform's MQTT port: each a client of its own with four topics, the messages of `rmf` as they are.

user name  robot:{number}      password  its key      client id  any
/robots/{number}/lift_requests   LiftRequest, from the robot
/robots/{number}/lift_states     LiftState of each lift in its zone
/robots/{number}/lift_sessions   what its session waits for, or why it ended
/robots/{number}/errors          what was refused, and why
"""

import ipaddress
from collections.abc import Callable
from typing import Any, Final

import msgspec

from linli.domains.elevators.robots import queries, rmf, service
from linli.domains.elevators.robots.talk import End, Talk, Talks
from linli.things.mqtt.close_reasons import Gone
from linli.things.mqtt.ports import Uplink
from linli.things.mqtt.principals import NOT_ALLOWED, AppPrincipal, ConnectRequest, Refused
from linli.things.mqtt.session import Session
from linli.things.mqtt.settling import done
from linli.things.mqtt.wire import PLAIN

PREFIX: Final = "robot"
REQUESTS, ERRORS = rmf.REQUESTS[0], "/errors"
MOST_INFLIGHT: Final = 8
PLAIN_REFUSED: Final = "robots come over TLS only: their key is the password, and this connection is plain"
_ENDS: Final = {
    End.KEY_UNKNOWN: Gone.KICKED,
    End.TOO_MUCH: Gone.NOT_ALLOWED,
    End.DISPLACED: Gone.TAKEN_OVER,
    End.FAILED: Gone.STOPPED,
    End.STOPPED: Gone.STOPPED,
}


class RobotPrincipal(AppPrincipal, frozen=True, kw_only=True):
    key_hash: str


class _Named(msgspec.Struct, frozen=True):
    session_id: str = ""


def topic_of(robot_id: int, topic: str) -> str:
    return f"/robots/{robot_id}{topic}"


def user_of(robot_id: int) -> str:
    return f"{PREFIX}:{robot_id}"


class RobotGuests:
    """Implements `things.mqtt.ports.Guests`."""

    prefix = PREFIX

    def __init__(self, talks: Talks) -> None:
        self._talks = talks
        self._open: dict[Session, Talk] = {}

    async def authenticate(self, request: ConnectRequest) -> RobotPrincipal | Refused:
        key_hash = service.hash_of(request.password)
        robot = await queries.robot_of_key(self._talks.db, key_hash) if request.password else None
        if robot is None or user_of(robot.robot_id) != request.name.user:
            return Refused(reason="no robot of this name has this key")
        if request.security == PLAIN and not _is_here(request.peer):
            return Refused(reason=PLAIN_REFUSED, connack=NOT_ALLOWED, proven=True)
        topics = (rmf.STATES, rmf.SESSIONS, ERRORS)
        return RobotPrincipal(
            app_key=user_of(robot.robot_id),
            may_subscribe=tuple(topic_of(robot.robot_id, topic) for topic in topics),
            may_publish=(topic_of(robot.robot_id, REQUESTS),),
            tenant_id=robot.tenant_id,
            max_inflight=MOST_INFLIGHT,
            is_guest=True,
            key_hash=key_hash,
        )

    def came(self, session: Session) -> None:
        principal = session.principal
        if isinstance(principal, RobotPrincipal):
            line = _Line(session, self._of_same_robot)
            talk = self._open[session] = Talk(self._talks, line, principal.key_hash)
            talk.start()

    def left(self, session: Session) -> None:
        talk = self._open.pop(session, None)
        if talk is not None:
            talk.stop()

    def _of_same_robot(self, session: Session) -> list[Session]:
        """`session` among them."""
        return [other for other in self._open if other.key[0] == session.key[0]]

    def take(self, uplinks: list[Uplink]) -> None:
        """Acknowledged once it was carried out or refused. A last will is nothing that a robot asks."""
        for uplink in uplinks:
            talk = self._open.get(uplink.session)
            if talk is None or uplink.connection is not uplink.session.connection:
                done([uplink])
                continue
            talk.heard(uplink.payload, lambda uplink=uplink: done([uplink]))  # type: ignore[misc]


def _is_here(peer: str) -> bool:
    """Whether it comes from this machine, where nobody overhears the key."""
    try:
        return ipaddress.ip_address(peer.rpartition(":")[0]).is_loopback
    except ValueError:
        return False


class _Line:
    """A robot's session as its talk sees it. Implements `talk.Carrier`."""

    def __init__(self, session: Session, of_same_robot: Callable[[Session], list[Session]]) -> None:
        self._session = session
        self._of_same_robot = of_same_robot
        self._robot_id = int(session.key[0].partition(":")[2])

    def wants(self, topic: str) -> bool:
        return self._is_granted(self._session, topic)

    def _is_granted(self, session: Session, topic: str) -> bool:
        return session.subscriptions.granted(topic_of(self._robot_id, topic)) is not None

    def read(self, data: bytes) -> tuple[str, bytes]:
        return msgspec.json.decode(data, type=_Named).session_id[:64], data

    def tell(self, topic: str, message: Any) -> None:
        """At QoS 0: who missed it hears the newest within seconds."""
        if self.wants(topic):
            self._session.send(topic_of(self._robot_id, topic), msgspec.json.encode(message))

    def refuse(self, asked: str, code: str, text: str, field: str = "") -> None:
        """To every connection of the robot: one may ask while another listens."""
        refusal = {"session_id": asked, "code": code, "msg": text, "field": field}
        body = msgspec.json.encode({name: value for name, value in refusal.items() if value})
        for session in self._of_same_robot(self._session):
            if self._is_granted(session, ERRORS):
                session.send(topic_of(self._robot_id, ERRORS), body)

    def end(self, why: End) -> None:
        if self._session.connection is not None:
            self._session.connection.close(_ENDS[why])
