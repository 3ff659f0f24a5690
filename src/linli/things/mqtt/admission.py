"""From CONNECT to CONNACK: the client's identity, its proof, and its admission.

Source: spec clients b.1, b.2; MQTT 3.1.1, 3.1.4 and 3.2.
"""

import asyncio
import secrets
from collections.abc import Callable

import msgspec

from linli.kernel.errors import Unavailable
from linli.kernel.telemetry import logger
from linli.protocols import mqtt
from linli.protocols.linkkit.connect import ConnectKind, ConnectName, parse_connect
from linli.protocols.linkkit.topics import IDENTITY, REGISTERED, REGISTERED_NEW
from linli.protocols.mqtt import Reason
from linli.protocols.mqtt.reasons import OF_RETURN_CODE
from linli.things.mqtt.close_reasons import Gone
from linli.things.mqtt.connection import Connection
from linli.things.mqtt.handover import Handover
from linli.things.mqtt.limits import Limits
from linli.things.mqtt.ports import Backend
from linli.things.mqtt.principals import (
    BAD_CREDENTIALS,
    BAD_NAMES,
    UNAVAILABLE,
    AppPrincipal,
    ConnectRequest,
    DevicePrincipal,
    Refused,
    Registered,
    RegisterRequest,
)

log = logger(__name__)


type Principal = DevicePrincipal | AppPrincipal
type Welcome = Callable[[Connection, mqtt.Connect, ConnectName, Principal], None]
"""Opens the session, and sends the CONNACK."""


class Admission:
    """Decides on CONNECTs, a bounded number at a time."""

    def __init__(self, backend: Backend, welcome: Welcome, handover: Handover, limits: Limits) -> None:
        self._backend = backend
        self._welcome = welcome
        self._handover = handover
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
        name = _names(connect, connection.certificate)
        refusal = _unfit(connect, name, connection.certificate)
        if refusal is not None or name is None:
            refusal = refusal or Refused(reason="names", connack=BAD_NAMES)
            self._refuse(connection, connect, refusal)
            await self._backend.unfit(
                refusal, user=connect.username or "", peer=connection.peer, security=connection.security
            )
            return
        password = (connect.password or b"").decode(errors="replace")
        async with self._turns:
            if not connection.awaits_answer():
                return
            answer: DevicePrincipal | AppPrincipal | Registered | Refused
            try:
                if name.kind in (ConnectKind.REGISTER, ConnectKind.REGISTER_NEW):
                    answer = await self._backend.register(_registration(name, password, connection))
                else:
                    answer = await self._backend.authenticate(
                        ConnectRequest(
                            name=name,
                            password=password,
                            clean=connect.clean,
                            peer=connection.peer,
                            security=connection.security,
                            certificate=connection.certificate,
                        )
                    )
                if isinstance(answer, DevicePrincipal | AppPrincipal):
                    name = _assigned(name, answer)
                    await self._handover.prepare(connect, name, answer)
            except Unavailable as error:
                answer = Refused(reason=f"unavailable: {error}", connack=UNAVAILABLE)
            except Exception:
                log.exception("the backend could not decide on a CONNECT")
                answer = Refused(reason="unavailable", connack=UNAVAILABLE)
        if not connection.awaits_answer():
            if isinstance(answer, DevicePrincipal | AppPrincipal):
                self._handover.left_before_welcome(answer)
            return
        match answer:
            case Refused():
                self._refuse(connection, connect, answer, name)
            case Registered():
                connection.send(mqtt.encode(mqtt.Connack(), connect.level))
                publish = _registered(answer, new=name.kind is ConnectKind.REGISTER_NEW)
                connection.send(mqtt.encode(publish, connect.level))
                connection.await_leave()
            case _:
                self._welcome(connection, connect, name, answer)
                if name.kind is ConnectKind.X509 and isinstance(answer, DevicePrincipal):
                    _tell_identity(connection, answer)

    def _refuse(
        self,
        connection: Connection,
        connect: mqtt.Connect,
        refusal: Refused,
        name: ConnectName | None = None,
    ) -> None:
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
        code, properties = refusal.connack, None
        if connect.level == 5:
            code = OF_RETURN_CODE.get(code, code)
            properties = mqtt.Properties(reason_string=refusal.reason) if refusal.proven else None
        connection.send(mqtt.encode(mqtt.Connack(code, properties=properties), connect.level))
        connection.close(Gone.NOT_ALLOWED)


def _names(connect: mqtt.Connect, certificate: bytes | None) -> ConnectName | None:
    """Its claimed identity."""
    if certificate is not None and not connect.username:
        return ConnectName(kind=ConnectKind.X509, client_id=connect.client_id.partition("|")[0], params={})
    return parse_connect(connect.client_id, connect.username or "")


def _assigned(name: ConnectName, principal: DevicePrincipal | AppPrincipal) -> ConnectName:
    """With a client id of ours where it has none (5.0, 3.1.3.1); after the proof, which signs what the client sent."""
    if name.client_id:
        return name
    if isinstance(principal, AppPrincipal):
        return msgspec.structs.replace(name, client_id=f"auto-{secrets.token_hex(8)}")
    return msgspec.structs.replace(name, client_id=f"{principal.product_key}&{principal.device_name}")


def _unfit(connect: mqtt.Connect, name: ConnectName | None, certificate: bytes | None) -> Refused | None:
    """The decisions that need no other part."""
    if connect.properties is not None and connect.properties.auth_method is not None:
        return Refused(reason="no such authentication method", connack=Reason.BAD_AUTHENTICATION_METHOD)
    if not connect.username and certificate is None:
        return Refused(reason="no user name", connack=BAD_CREDENTIALS)
    if name is None or (not connect.client_id and not connect.clean and connect.level < 5):
        return Refused(reason="client id or user name fit no kind of client", connack=BAD_NAMES)
    if any(mark in text for text in (name.product_key, name.device_name) for mark in "/+#"):
        return Refused(reason="names cannot stand in a topic", connack=BAD_NAMES)
    return None


def _tell_identity(connection: Connection, principal: DevicePrincipal) -> None:
    """A device that shows a certificate need not know its names; it learns them unasked."""
    if connection.session is not None:
        fields = {"productKey": principal.product_key, "deviceName": principal.device_name}
        connection.session.send(IDENTITY, msgspec.json.encode(fields))


def _registration(name: ConnectName, password: str, connection: Connection) -> RegisterRequest:
    return RegisterRequest(
        product_key=name.product_key,
        device_name=name.device_name,
        random=name.params.get("random", ""),
        sign=password,
        new=name.kind is ConnectKind.REGISTER_NEW,
        peer=connection.peer,
        security=connection.security,
    )


def _registered(answer: Registered, *, new: bool) -> mqtt.Publish:
    """The message that a registering client waits for without having subscribed (b.2)."""
    fields = {"productKey": answer.product_key, "deviceName": answer.device_name}
    if new:
        fields |= {"clientId": answer.client_id, "deviceToken": answer.device_token}
        return mqtt.Publish(REGISTERED_NEW, msgspec.json.encode(fields))
    fields |= {"deviceSecret": answer.device_secret}
    return mqtt.Publish(REGISTERED, msgspec.json.encode(fields))
