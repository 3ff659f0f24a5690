"""What one process listens on: the web, devices over MQTT plain, over TLS and over WebSocket, and their fixed port."""

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path

from linli.app.http import Router
from linli.kernel.clock import Clock
from linli.kernel.http import HttpServer, Upgrade
from linli.kernel.http import Limits as HttpLimits
from linli.kernel.lobby import MOST as MOST_WAITING
from linli.kernel.settings import Settings
from linli.ops.tls import Authority, ServerTls
from linli.protocols.edge_link import MqttAddress
from linli.things.auth_http import AuthHttp
from linli.things.mqtt import websocket
from linli.things.mqtt.listen import Listening, SharedPort, listen
from linli.things.ota.firmware import MAX_BYTES as FIRMWARE_BYTES
from linli.things.room import Things


class Listeners:
    """`start_devices`, then `start_web` once everything that a page may ask for runs; they stop in any state."""

    def __init__(self, settings: Settings, clock: Clock, things: Things, authority: Authority) -> None:
        self._settings = settings
        self._clock = clock
        self._things = things
        self._authority = authority
        self._proxies = frozenset(settings.http.trusted_proxies)
        self.tls: ssl.SSLContext | None = None
        """Of the web; other listeners that browsers and programs call share it. None: everything is plain."""
        self._http: HttpServer | None = None
        self._mqtt: list[Listening] = []
        self._fixed_port: SharedPort | None = None
        """For unchanged devices: registration over HTTP and MQTT on one port, told apart by their first bytes."""
        self._renewals: asyncio.Future[tuple[None, None]] | None = None

    async def start_devices(self) -> None:
        """Raises OSError when a port is taken or a certificate cannot be read."""
        front, mqtt = self._things.front.connection, self._settings.mqtt
        tls, lobby = await self._read_certificates(), min(MOST_WAITING, mqtt.max_waiting)
        self._mqtt.append(await listen(front, mqtt.host, mqtt.port))
        # The simulator speaks to this process's own front, whatever balancer stands before it.
        loopback = mqtt.host in ("", "0.0.0.0", "::")
        self._things.simulator.address = lambda: ("127.0.0.1" if loopback else mqtt.host, self.mqtt_port)
        if mqtt.tls_port and tls is not None:
            self._mqtt.append(
                await listen(front, mqtt.host, mqtt.tls_port, tls=tls, most=lobby, proxies=self._proxies)
            )
        fixed = self._settings.device_auth
        if fixed.port:
            auth = AuthHttp(
                self._things.backend, clock=self._clock, proxies=self._proxies,
                max_connections=fixed.max_connections, connections_each=fixed.connections_each,
            )  # fmt: skip
            self._fixed_port = SharedPort(
                mqtt=front, http=auth.connection, tls=tls, most=lobby, proxies=self._proxies
            )
            await self._fixed_port.start(fixed.host, fixed.port)

    async def start_web(self, router: Router, upgrades: Mapping[str, Upgrade]) -> None:
        """`upgrades`: who takes WebSockets, by path, besides the front of devices. Raises OSError."""
        http = self._settings.http
        self._http = HttpServer(
            router, host=http.host, port=http.port, tls=self.tls,
            proxies=self._proxies,
            limits=HttpLimits(
                body_bytes=max(http.max_body_bytes, FIRMWARE_BYTES), connections=http.max_connections,
                connections_each=http.connections_each, unfinished_bytes=http.max_unfinished_bytes,
            ),
            upgrades={websocket.PATH: websocket.upgrade(self._things.front.connection), **upgrades},
        )  # fmt: skip
        await self._http.start()

    async def _read_certificates(self) -> ssl.SSLContext | None:
        """Those of the web and of devices, watched for newer files from now on; the devices' context."""
        tls = self._settings.tls
        if not tls.certificate:
            return None
        files = Path(tls.certificate), Path(tls.key or tls.certificate)
        served, devices = ServerTls(*files), ServerTls(*files)
        # Devices may show a certificate; browsers would ask their users for one.
        if self._authority.certificate.exists():
            devices.context.load_verify_locations(self._authority.certificate)
        await self._things.certificates.trust(devices.context)
        self._renewals = asyncio.gather(served.watch(self._clock), devices.watch(self._clock))
        self.tls = served.context
        return devices.context

    def refuse_devices(self) -> None:
        """Take no further connection of a device; those that are there stay."""
        for listener in self._mqtt:
            listener.close()

    async def stop(self) -> None:
        if self._renewals is not None:
            self._renewals.cancel()
        if self._http is not None:
            await self._http.stop()
        self.refuse_devices()
        if self._fixed_port is not None:
            await self._fixed_port.stop()

    @property
    def http(self) -> HttpServer:
        """The web server, once it was started."""
        assert self._http is not None
        return self._http

    @property
    def mqtt_port(self) -> int:
        return self._mqtt[0].sockets[0].getsockname()[1]

    def mqtt_for_boxes(self, host: str) -> MqttAddress:
        """Where a box that came to the web server by the name `host` finds the front of devices."""
        mqtt = self._settings.mqtt
        tls = bool(mqtt.tls_port and self._settings.tls.certificate)
        port = mqtt.tls_port if tls else self.mqtt_port
        return MqttAddress(host=mqtt.public_host or host or "127.0.0.1", port=port, tls=tls)
