"""From CONNECT to CONNACK: who is it, do they prove it, may they in.

Source: spec clients b.1, b.2; MQTT 3.1.1, 3.1.4 and 3.2.
"""

import asyncio
from typing import Protocol

import msgspec

from linli.kernel.errors import Unavailable
from linli.kernel.telemetry import logger
from linli.protocols import mqtt
from linli.protocols.linkkit.connect import ConnectKind, ConnectName, parse_connect
from linli.protocols.linkkit.topics import REGISTERED, REGISTERED_NEW
from linli.protocols.mqtt.encode import publish
from linli.things.mqtt.connection import Connection
from linli.things.mqtt.limits import Limits
from linli.things.mqtt.ports import (
    BAD_CREDENTIALS,
    BAD_NAMES,
    UNAVAILABLE,
    AppPrincipal,
    Backend,
    ConnectRequest,
    DevicePrincipal,
    Gone,
    Refused,
    Registered,
    RegisterRequest,
)

log = logger(__name__)


class Reception(Protocol):
    """What follows an admission."""

    async def prepare(
        self, connect: mqtt.Connect, name: ConnectName, principal: DevicePrincipal | AppPrincipal
    ) -> None:
        """Before the CONNACK. Raising means CONNACK 3."""
        ...

    def left_before_welcome(self, principal: DevicePrincipal | AppPrincipal) -> None: ...

    def welcome(
        self,
        connection: Connection,
        connect: mqtt.Connect,
        name: ConnectName,
        principal: DevicePrincipal | AppPrincipal,
    ) -> None:
        """Open the session, and send the CONNACK."""
        ...


class Admission:
    """Decides on CONNECTs, a bounded number at a time."""

    def __init__(self, backend: Backend, reception: Reception, limits: Limits) -> None:
        self._backend = backend
        self._reception = reception
        self._turns = asyncio.Semaphore(limits.max_authentications)
        self._tasks: set[asyncio.Task[None]] = set()
        self.refused = 0
        """CONNECTs refused since the start."""

    def admit(self, connection: Connection, connect: mqtt.Connect) -> None:
        task = asyncio.get_running_loop().create_task(self._admit(connection, connect))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _admit(self, connection: Connection, connect: mqtt.Connect) -> None:
        name = parse_connect(connect.client_id, connect.username or "")
        refusal = _unfit(connect, name)
        if refusal is not None or name is None:
            self._refuse(connection, refusal or Refused(reason="names", connack=BAD_NAMES))
            return
        password = (connect.password or b"").decode(errors="replace")
        async with self._turns:
            if not connection.awaits_answer():
                return
            answer: DevicePrincipal | AppPrincipal | Registered | Refused
            try:
                if name.kind in (ConnectKind.REGISTER, ConnectKind.REGISTER_NEW):
                    answer = await self._backend.register(_registration(name, password, connection.peer))
                else:
                    answer = await self._backend.authenticate(
                        ConnectRequest(
                            name=name,
                            password=password,
                            clean=connect.clean,
                            peer=connection.peer,
                            tls=connection.tls,
                        )
                    )
                if isinstance(answer, DevicePrincipal | AppPrincipal):
                    await self._reception.prepare(connect, name, answer)
            except Unavailable as error:
                answer = Refused(reason=f"unavailable: {error}", connack=UNAVAILABLE)
            except Exception:
                log.exception("the backend could not decide on a CONNECT")
                answer = Refused(reason="unavailable", connack=UNAVAILABLE)
        if not connection.awaits_answer():
            if isinstance(answer, DevicePrincipal | AppPrincipal):
                self._reception.left_before_welcome(answer)
            return
        match answer:
            case Refused():
                self._refuse(connection, answer, name)
            case Registered():
                connection.send(mqtt.encode(mqtt.Connack()))
                connection.send(_registered(answer, new=name.kind is ConnectKind.REGISTER_NEW))
                connection.await_leave()
            case _:
                self._reception.welcome(connection, connect, name, answer)

    def _refuse(self, connection: Connection, refusal: Refused, name: ConnectName | None = None) -> None:
        self.refused += 1
        log.info(
            "CONNECT refused",
            extra={
                "facts": {
                    "peer": connection.peer,
                    "reason": refusal.reason,
                    "connack": refusal.connack,
                    "device": f"{name.product_key}/{name.device_name}" if name and name.device_name else "",
                }
            },
        )
        connection.send(mqtt.encode(mqtt.Connack(refusal.connack)))
        connection.close(Gone.NOT_ALLOWED)


def _unfit(connect: mqtt.Connect, name: ConnectName | None) -> Refused | None:
    """What can be told without asking anybody."""
    if not connect.username:
        return Refused(reason="no user name", connack=BAD_CREDENTIALS)
    if name is None or (not connect.client_id and not connect.clean):
        return Refused(reason="client id or user name fit no kind of client", connack=BAD_NAMES)
    if any(mark in text for text in (name.product_key, name.device_name) for mark in "/+#"):
        return Refused(reason="names cannot stand in a topic", connack=BAD_NAMES)
    return None


def _registration(name: ConnectName, password: str, peer: str) -> RegisterRequest:
    return RegisterRequest(
        product_key=name.product_key,
        device_name=name.device_name,
        random=name.params.get("random", ""),
        sign=password,
        new=name.kind is ConnectKind.REGISTER_NEW,
        peer=peer,
    )


def _registered(answer: Registered, *, new: bool) -> bytes:
    """The message that a registering client waits for without having subscribed (b.2)."""
    fields = {"productKey": answer.product_key, "deviceName": answer.device_name}
    if new:
        fields |= {"clientId": answer.client_id, "deviceToken": answer.device_token}
        return publish(REGISTERED_NEW, msgspec.json.encode(fields))
    fields |= {"deviceSecret": answer.device_secret}
    return publish(REGISTERED, msgspec.json.encode(fields))
