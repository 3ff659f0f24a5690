"""The listeners of a process: the web, devices over MQTT plain, TLS and WebSocket, their fixed port, and SIP."""

import functools
import ssl
from collections.abc import Mapping

from linli.app.addresses import DeviceAddresses, Ports
from linli.app.http import Router
from linli.app.sip import SipPort
from linli.kernel.clock import Clock
from linli.kernel.http import HttpServer, Upgrade
from linli.kernel.http import Limits as HttpLimits
from linli.kernel.lobby import MOST as MOST_WAITING
from linli.kernel.lobby import Factory
from linli.kernel.settings import Settings
from linli.kernel.telemetry import logger
from linli.things.auth_http import AuthHttp
from linli.things.mqtt import websocket
from linli.things.mqtt.listen import Listening, SharedPort, listen, sharing
from linli.things.mqtt.wire import ENDED_BEFORE
from linli.things.ota.firmware import MAX_BYTES as FIRMWARE_BYTES
from linli.things.room import Things

log = logger(__name__)


class Listeners:
    """`start_devices`, then `start_web` once everything that a page may ask for runs; they stop in any state."""

    def __init__(
        self, settings: Settings, clock: Clock, things: Things, addresses: DeviceAddresses, sip: SipPort
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._things = things
        self._addresses = addresses
        self._sip = sip
        self._certificates = addresses.certificates
        self._proxies = frozenset(settings.http.trusted_proxies)
        self._lobby = min(MOST_WAITING, settings.mqtt.max_waiting)
        """TLS clients before the end of their handshake, at each port."""
        self.tls: ssl.SSLContext | None = None
        """Of the web; other listeners that browsers and programs call share it. None: everything is plain."""
        self._http: list[HttpServer] = []
        self._mqtt: list[Listening] = []
        self._fixed_port: SharedPort | None = None
        """For unchanged devices: registration over HTTP and MQTT on one port; the first bytes show which it is."""
        self.faults: list[str] = []
        """Ports that nobody asked for and that could not be had."""

    async def start_devices(self) -> None:
        """Raises OSError when a port is taken or a certificate cannot be read."""
        front, mqtt = self._things.front.connection, self._settings.mqtt
        await self._certificates.start()
        await self._sip.start(self._certificates.context, self._things.refused_attempts.note_handshake)
        if self._settings.tls.certificate:
            self.tls = self._web_context()
        unproved = functools.partial(front, ENDED_BEFORE if mqtt.plain == "behind_tls" else "")
        plain = await self._listen(unproved, mqtt.port) if mqtt.plain != "off" else 0
        tls = self._certificates.device_context() if self._certificates.wanted else None
        at, x509_at, secure, x509 = mqtt.tls_at, mqtt.x509_at, 0, 0
        if tls is not None and at:
            if at == x509_at:
                await self._things.certificates.trust(self._trusting(tls))
            secure = await self._listen(front, at, tls=tls, asked=mqtt.tls_port is not None)
        if x509_at and x509_at != at:
            # A client that is asked for a certificate and has none may hang up: those with one come to their own port.
            asking = self._trusting(self._certificates.device_context())
            await self._things.certificates.trust(asking)
            x509 = await self._listen(front, x509_at, tls=asking, asked=mqtt.x509_port is not None)
        fixed = self._settings.device_auth
        if self._settings.device_auth_at and not self._shares_web:
            auth = AuthHttp(
                self._things.backend,
                clock=self._clock,
                proxies=self._proxies,
                max_connections=fixed.max_connections,
                connections_each=fixed.connections_each,
                security=ENDED_BEFORE if mqtt.plain == "behind_tls" else "",
            )
            self._fixed_port = SharedPort(
                mqtt=unproved,
                http=auth.connection,
                tls=tls,
                most=self._lobby,
                proxies=self._proxies,
                on_failed=self._things.refused_attempts.note_handshake,
            )
            await self._fixed_port.start(fixed.host, self._settings.device_auth_at)
        self._addresses.ports = Ports(plain, secure, secure if at == x509_at else x509)

    async def start_web(self, router: Router, upgrades: Mapping[str, Upgrade]) -> None:
        """`upgrades`: the parts that take WebSockets, by path, besides the front of devices. Raises OSError."""
        http, front = self._settings.http, self._things.front.connection
        every = {
            websocket.PATH: websocket.upgrade(front, http.trusted_proxies),
            **self._sip.upgrades(),
            **upgrades,
        }
        limits = HttpLimits(
            body_bytes=max(http.max_body_bytes, FIRMWARE_BYTES),
            connections=http.max_connections,
            connections_each=http.connections_each,
            unfinished_bytes=http.max_unfinished_bytes,
        )
        shared = sharing(front, most=self._lobby, proxies=self._proxies) if self._shares_web else None
        server = HttpServer(
            router,
            host=http.host,
            port=http.port,
            tls=self.tls,
            proxies=self._proxies,
            limits=limits,
            upgrades=every,
            sharing=shared if self.tls is not None and not self._settings.https_at else None,
        )
        self._http.append(server)
        await server.start()
        if at := self._settings.https_at:
            secure = HttpServer(
                router,
                host=http.host,
                port=at,
                tls=self._web_context(),
                proxies=self._proxies,
                limits=limits,
                upgrades=every,
                sharing=shared,
            )
            try:
                await secure.start()
            except OSError as error:
                self._miss(at, error, asked=http.tls_port is not None)
            else:
                self._http.append(secure)
                self._addresses.ports = self._addresses.ports._replace(https=secure.port)

    @property
    def _shares_web(self) -> bool:
        """Whether devices' fixed port is that of the web over TLS."""
        return self._settings.device_auth_at == self._settings.web_tls_at != 0

    def _web_context(self) -> ssl.SSLContext:
        """Where devices come too, with what old devices can; the server prefers the better ones."""
        return self._certificates.device_context() if self._shares_web else self._certificates.context()

    async def _listen(
        self, factory: Factory, port: int, *, tls: ssl.SSLContext | None = None, asked: bool = True
    ) -> int:
        """The port it listens on; 0: it cannot, and nobody asked for it."""
        try:
            server = await listen(
                factory,
                self._settings.mqtt.host,
                port,
                tls=tls,
                most=self._lobby,
                proxies=self._proxies,
                on_failed=self._things.refused_attempts.note_handshake,
            )
        except OSError as error:
            self._miss(port, error, asked=asked)
            return 0
        self._mqtt.append(server)
        return int(server.sockets[0].getsockname()[1])

    def _miss(self, port: int, error: OSError, *, asked: bool) -> None:
        """Raises OSError for a port that the settings name."""
        if asked:
            raise error
        log.warning("port %d cannot be had: %s", port, error)
        self.faults.append(f"port {port} cannot be had")

    def _trusting(self, context: ssl.SSLContext) -> ssl.SSLContext:
        authority = self._certificates.authority
        if authority.certificate.exists():
            context.load_verify_locations(authority.certificate)
        return context

    def tls_fault(self) -> str:
        """A notice about TLS for the operator; empty: none."""
        return "; ".join(filter(None, (*self.faults, self._certificates.fault())))

    def refuse_devices(self) -> None:
        """Take no further connection of a device; those that are there stay."""
        for listener in self._mqtt:
            listener.close()

    async def stop(self) -> None:
        await self._sip.stop()
        await self._certificates.stop()
        for server in self._http:
            await server.stop()
        self.refuse_devices()
        if self._fixed_port is not None:
            await self._fixed_port.stop()

    @property
    def http(self) -> HttpServer:
        """The web server, once it was started."""
        return self._http[0]

    @property
    def mqtt_port(self) -> int:
        """Where devices come plain, or, where that is off, over TLS."""
        return self._addresses.ports.plain or self._addresses.ports.tls
