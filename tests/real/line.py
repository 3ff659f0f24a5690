"""The line between a device and the platform: TCP, or TLS that trusts the platform's own authority."""

import ssl
import threading
import urllib.request
from typing import Any, NamedTuple, Self

import paho.mqtt.client as paho
from linkkit.linkkit import LinkKit

from tests.engines import free_port
from tests.real.platform import Installation

LINES = ("tcp", "tls")
_TLS_PORT = "LINLI_MQTT_TLS_PORT"


class TakingTurns(ssl.SSLSocket):
    """A line of TLS whose threads wait for each other.

    The vendor's SDK publishes from its user's thread while its own thread reads and answers, and OpenSSL allows one
    thread at a time on a line. Without turns about one connection in thirty sends a broken record and is ended.
    """

    turn: threading.Lock

    @classmethod
    def _create(cls, *args: Any, **options: Any) -> Self:
        made = super()._create(*args, **options)  # type: ignore[misc]
        made.turn = threading.Lock()
        return made

    def send(self, *args: Any) -> int:
        with self.turn:
            return super().send(*args)

    def recv(self, *args: Any) -> bytes:
        with self.turn:
            return super().recv(*args)


ssl.SSLContext.sslsocket_class = TakingTurns


def serving(line: str) -> dict[str, str]:
    """Settings of an installation whose devices come by one of `LINES`."""
    if line == "tcp":
        return {}
    # Unless told, devices with certificates have the TLS port's neighbour, which may be somebody else's here.
    return {_TLS_PORT: str(free_port()), "LINLI_MQTT_X509_PORT": str(free_port())}


class Line(NamedTuple):
    port: int
    authority: str = ""
    """Its certificate, PEM; empty: TCP."""

    @classmethod
    def to(cls, linli: Installation) -> Self:
        """TLS where the running installation serves it, with the authority that it hands out to everybody."""
        if _TLS_PORT not in linli.more:
            return cls(linli.mqtt_port)
        with urllib.request.urlopen(f"{linli.url}/ca.pem", timeout=60) as answer:
            return cls(int(linli.more[_TLS_PORT]), answer.read().decode())

    @property
    def secure_mode(self) -> int:
        """What a device says of the line in its client id."""
        return 2 if self.authority else 3

    def put_to(self, kit: LinkKit) -> None:
        """As the guide for devices says it for the vendor's SDK."""
        kit.config_mqtt(port=self.port, secure="TLS" if self.authority else "", cadata=self.authority or None)

    def paho(self, client_id: str, **more: Any) -> paho.Client:
        """A client that has yet to connect."""
        client = paho.Client(client_id, **more)
        if self.authority:
            client.tls_set_context(ssl.create_default_context(cadata=self.authority))
        return client
