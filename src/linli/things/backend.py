"""The MQTT front's backend: admission of clients, the way of uplinks, and the effects of connections and
disconnections."""

from typing import Final

from linli.kernel.secrets import Secrets
from linli.protocols.linkkit.connect import ConnectKind, ConnectName
from linli.things.apps import AppLogin
from linli.things.connections.demands import Demands
from linli.things.connections.refused_attempts import Attempt, RefusedAttempts
from linli.things.fleet import DeviceEntry, Fleet
from linli.things.gateways.edge_bus import EdgeBus
from linli.things.inbox.ingest import Ingest
from linli.things.mqtt.close_reasons import Gone
from linli.things.mqtt.ports import Guests, Publisher, TopicFault, Uplink
from linli.things.mqtt.principals import (
    NOT_ALLOWED,
    AppPrincipal,
    ConnectRequest,
    DevicePrincipal,
    PreAuthorized,
    PreAuthRequest,
    Refused,
    Registered,
    RegisterRequest,
)
from linli.things.mqtt.session import Session
from linli.things.registration import Registration, TokenKind

_TOPIC_FAULTS: Final[dict[TopicFault, str]] = {
    "publish": "publish not allowed: the topic is not one of this device or of a sub-device logged in through it",
    "subscribe": "subscribe not allowed: the topic is not one of this device or of a sub-device logged in through it",
    "quota": "subscribe not allowed: the connection has as many subscriptions as it may",
}
"""The reason as the log of refused messages shows it; the device gets it by SUBACK and on `/ext/error/`."""


class Backend:
    """Implements `mqtt.ports.Backend`."""

    def __init__(
        self,
        fleet: Fleet,
        ingest: Ingest,
        registration: Registration,
        secrets: Secrets,
        apps: AppLogin,
        demands: Demands,
        refused_attempts: RefusedAttempts,
        publisher: Publisher,
        edge_bus: EdgeBus,
    ) -> None:
        self._fleet = fleet
        self._ingest = ingest
        self._registration = registration
        self._secrets = secrets
        self._apps = apps
        self._certificates = demands.rules
        self._book = demands.book
        self._demands = demands
        self._refused = refused_attempts
        self._publisher = publisher
        self._edge_bus = edge_bus
        self.guests: list[Guests] = []

    async def authenticate(self, request: ConnectRequest) -> DevicePrincipal | AppPrincipal | Refused:
        attempt = _connect(request)
        if request.name.kind is ConnectKind.APP:
            guests = self._guests(request.name.user)
            answer = await (guests or self._apps).authenticate(request)
            if isinstance(answer, Refused):
                await self._refused.note(attempt, answer)
            return answer
        if request.certificate is not None:
            refused = await self._by_certificate(request.name, request.certificate)
        else:
            refused = await self._by_secret(request)
        if isinstance(refused, DeviceEntry) and not refused.enabled:
            refused = Refused(reason="disabled device", connack=NOT_ALLOWED, device_no=refused.device_no)
        if isinstance(refused, Refused):
            await self._refused.note(attempt, refused)
            return refused
        return DevicePrincipal(
            product_key=refused.product_key,
            device_name=refused.device_name,
            device_no=refused.device_no,
            tenant_id=refused.tenant_id,
        )

    async def _by_secret(self, request: ConnectRequest) -> DeviceEntry | Refused:
        name = request.name
        match name.kind:
            case ConnectKind.DEVICE:
                device = await self._fleet.find(name.product_key, name.device_name)
                secret = None if device is None else self._secret(device)
            case ConnectKind.TOKEN:
                device = await self._fleet.find(name.product_key, name.device_name)
                secret = await self._token(device, "regnwl", name.client_id)
            case ConnectKind.PRE_AUTH:
                device = await self._fleet.find_iot_id(name.user)
                secret = await self._token(device, "pre_auth", None)
            case _:
                return Refused(reason="no certificate, or not a kind that connects")
        if device is None:
            return Refused(reason="unknown device")
        number, product_no = device.device_no, device.product.product_no
        if not secret or not request.proves(secret):
            return Refused(reason="wrong password", device_no=number)
        if not self._certificates.allows(product_no).secrets:
            reason = "devices of this product connect with a certificate"
            return Refused(reason=reason, connack=NOT_ALLOWED, device_no=number)
        stamp = name.timestamp if name.kind is ConnectKind.DEVICE else None
        reason = await self._demands.refusal(number, product_no, security=request.security, stamp=stamp)
        if reason:
            return Refused(reason=reason, connack=NOT_ALLOWED, device_no=number, proven=True)
        return device

    async def _by_certificate(self, name: ConnectName, certificate: bytes) -> DeviceEntry | Refused:
        """A certificate proves one device; a CONNECT that names another one is refused, whatever its password."""
        holders = await self._certificates.holders(certificate)
        device: DeviceEntry | None
        if name.kind is ConnectKind.PRE_AUTH:
            device = await self._fleet.find_iot_id(name.user)
        elif name.device_name:
            device = await self._fleet.find(name.product_key, name.device_name)
        else:
            device = await self._fleet.find_no(holders[0]) if len(holders) == 1 else None
        if device is None or device.device_no not in holders:
            number = 0 if device is None else device.device_no
            return Refused(
                reason="the certificate is revoked, unknown, or another device's", device_no=number
            )
        if not self._certificates.allows(device.product.product_no).certificates:
            reason = "devices of this product connect with a secret"
            return Refused(reason=reason, connack=NOT_ALLOWED, device_no=device.device_no)
        return device

    async def register(self, request: RegisterRequest) -> Registered | Refused:
        answer = await self._registration.register(request)
        if isinstance(answer, Refused):
            names = (request.product_key, request.device_name)
            await self._refused.note(Attempt("REGISTER", request.peer, request.security, *names), answer)
        return answer

    async def pre_authenticate(self, request: PreAuthRequest) -> PreAuthorized | Refused:
        answer = await self._registration.pre_authenticate(request)
        if isinstance(answer, Refused):
            names = (request.product_key, request.device_name)
            await self._refused.note(Attempt("PRE-AUTH", request.peer, request.security, *names), answer)
        return answer

    async def unfit(self, refused: Refused, *, user: str, peer: str, security: str) -> None:
        device_name, ampersand, product_key = user.rpartition("&")
        names = (product_key, device_name) if ampersand else ("", "")
        await self._refused.note(Attempt("CONNECT", peer, security, *names, user=user), refused)

    def strayed(self, *, reason: str, peer: str, security: str) -> None:
        self._refused.note_stranger(Attempt("CONNECT", peer, security), reason)

    def accept(self, uplinks: list[Uplink]) -> None:
        if uplinks and uplinks[0].session.is_app:
            if guests := self._guests(uplinks[0].session.key[0]):
                guests.take(uplinks)
                return
            uplinks = self._edge_bus.take(uplinks)
        if uplinks:
            self._ingest.accept(uplinks)

    def topic_refused(self, session: Session, topic: str, payload: bytes, what: TopicFault) -> None:
        self._ingest.refuse_topic(session.device_no, topic, payload, _TOPIC_FAULTS[what])

    def _guests(self, user: str) -> Guests | None:
        prefix, colon, _ = user.partition(":")
        return next((guests for guests in self.guests if colon and guests.prefix == prefix), None)

    def connected(self, session: Session) -> None:
        if session.is_app and (guests := self._guests(session.key[0])):
            guests.came(session)
            return
        device = self._fleet.device(session.device_no)
        if device is not None:
            if session.name is not None:
                device.rrpc_style = session.name.rrpc_style
            if session.connection is not None:
                self._book.came(device, security=session.connection.security, peer=session.peer)
            self._ingest.status(device, online=True)

    def disconnected(self, session: Session, reason: Gone) -> None:
        """A take-over is no going: the same device connects at once. Nor is it the end for a device that is still
        logged in through a gateway, or for a sub-device with a connection of its own.
        """
        if session.is_app and (guests := self._guests(session.key[0])):
            guests.left(session)
            return
        elsewhere = self._publisher.through_gateway(*session.key)
        if session.device_no and reason is not Gone.TAKEN_OVER and not elsewhere:
            self._went(session.device_no)
        for key, device_no in session.subs.items():
            if not self._publisher.connects(*key):
                self._went(device_no)

    def _went(self, device_no: int) -> None:
        self._book.left(device_no)
        device = self._fleet.device(device_no)
        if device is not None:
            self._ingest.status(device, online=False)

    def _secret(self, device: DeviceEntry) -> str:
        return self._secrets.open(device.secret, about=f"device:{device.iot_id}")

    async def _token(self, device: DeviceEntry | None, kind: TokenKind, client_id: str | None) -> str | None:
        return None if device is None else await self._registration.token_of(device, kind, client_id)


def _connect(request: ConnectRequest) -> Attempt:
    name = request.name
    return Attempt(
        "CONNECT", request.peer, request.security, name.product_key, name.device_name, user=name.user
    )
