"""The addresses that devices and people get for connecting: never an address that only means "everywhere"."""

from typing import NamedTuple
from urllib.parse import urlsplit

from linli.app.certificates import ANY_HOST, Certificates
from linli.kernel.settings import Settings
from linli.ops import machine
from linli.protocols.edge_link import MqttAddress
from linli.things.connections.entry import Entry
from linli.things.mqtt.wire import PLAIN


class Ports(NamedTuple):
    """The port of the front of devices, as it really listens; 0: none."""

    plain: int = 0
    tls: int = 0
    x509: int = 0
    https: int = 0


class DeviceAddresses:
    """`ports` is set once the listeners are up."""

    def __init__(self, settings: Settings, certificates: Certificates) -> None:
        self._settings = settings
        self.certificates = certificates
        mqtt = settings.mqtt
        self.ports = Ports(
            0 if mqtt.plain == "off" else mqtt.port, mqtt.tls_at, mqtt.x509_at, settings.https_at
        )

    def host(self, asked: str = "") -> str:
        """The name or address to connect to. `asked`: the host that the asker used."""
        mqtt = self._settings.mqtt
        public = urlsplit(self._settings.http.public_url).hostname or ""
        named = mqtt.host if mqtt.host not in ANY_HOST else ""
        loopback = named in ("127.0.0.1", "::1", "localhost")
        wanted = (mqtt.public_host, named if loopback else "", public, asked, named, *machine.addresses())
        return next((host for host in wanted if host not in ANY_HOST), "127.0.0.1")

    def for_device(self, security: str, reached: str) -> tuple[str, int]:
        """Host and port for a device whose request was so protected and came to our address `reached`."""
        plain, tls, *_ = self.ports
        return self.host(reached), (plain or tls) if security == PLAIN else (tls or plain)

    def entry(self, asked: str) -> Entry:
        """As people are shown it. Reads files."""
        host, trust = self.host(asked), self.certificates.trust()
        plain, tls, x509, _ = self.ports
        authority = None if trust is None else trust.authority
        return Entry(
            host=host,
            plain_port=plain,
            tls_port=tls,
            x509_port=x509,
            own_authority=authority is not None,
            sha256=authority.fingerprint if authority else "",
            not_after_ms=authority.not_after_ms if authority else None,
            listed=trust is not None and host in trust.names,
        )

    def authority_for(self, host: str) -> str | None:
        """With what a box checks our certificate for a name, as PEM; empty: what its system knows; None: it cannot.

        Reads files.
        """
        if self._settings.tls.certificate:
            return ""
        trust = self.certificates.trust()
        if trust is None or not trust.own or host not in trust.names:
            return None
        return self.certificates.authority.certificate.read_text("ascii")

    def for_boxes(self, host: str) -> MqttAddress:
        """Where a box that came to the web server by the name `host` finds the front of devices."""
        public_host = self._settings.mqtt.public_host or host or "127.0.0.1"
        plain, tls, *_ = self.ports
        # It trusts what its system trusts, and not our own authority.
        secure = bool(tls and (self._settings.tls.certificate or not plain))
        return MqttAddress(host=public_host, port=tls if secure else plain, tls=secure)

    def for_trusting_boxes(self, host: str) -> MqttAddress:
        """The same for a box that takes our own authority along. Reads files."""
        mqtt_address, trust, tls = self.for_boxes(host), self.certificates.trust(), self.ports.tls
        # A name that the certificate lacks would keep it out for good.
        if not tls or trust is None or not trust.own or mqtt_address.host not in trust.names:
            return mqtt_address
        authority = self.certificates.authority.certificate.read_text("ascii")
        return MqttAddress(host=mqtt_address.host, port=tls, tls=True, authority=authority)
