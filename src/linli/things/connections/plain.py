"""Plain connections of products that no longer allow them."""

from collections.abc import Callable

from linli.things.certificates.checks import CertificateChecks
from linli.things.fleet import Fleet
from linli.things.mqtt.clients import Clients
from linli.things.mqtt.close_reasons import Gone
from linli.things.mqtt.wire import PLAIN


class PlainConnections:
    """`release` (product key, device name) logs a sub-device out of its gateway."""

    def __init__(
        self, clients: Clients, fleet: Fleet, rules: CertificateChecks, release: Callable[[str, str], None]
    ) -> None:
        self._clients = clients
        self._fleet = fleet
        self._rules = rules
        self._release = release

    def end_refused(self) -> None:
        """End the connections that the rules no longer allow; waiting messages stay in their sessions."""
        for session in list(self._clients.devices.values()):
            connection, device = session.connection, self._fleet.device(session.device_no)
            if connection is None or connection.security != PLAIN:
                continue
            for key, number in list(session.subs.items()):
                sub = self._fleet.device(number)
                if sub is not None and self._rules.allows(sub.product.product_no).tls_only:
                    self._release(*key)
            if device is not None and self._rules.allows(device.product.product_no).tls_only:
                connection.close(Gone.KICKED)
