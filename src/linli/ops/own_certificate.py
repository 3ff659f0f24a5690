"""The server's certificate from the installation's own authority, issued and renewed automatically."""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from linli.kernel.errors import BadInput, NotFound
from linli.kernel.telemetry import logger
from linli.ops.tls import RENEW_BELOW_DAYS, Authority, Certificate, read

log = logger(__name__)

MOST_NAMES: Final = 100
_LOCK: Final = ".lock"


class OwnCertificate:
    """`wanted`: the server's present names and addresses, most important first."""

    def __init__(self, authority: Authority, wanted: Callable[[], Iterable[str]]) -> None:
        self._authority = authority
        self._wanted = wanted

    def ensure(self, *, now_ms: int) -> bool:
        """Make what is missing; renew a certificate that ends within 30 days or lacks a name. True: there is a new one.

        Making a key takes some tenths of a second of the processor. Several processes may call this for one folder.
        Raises OSError.
        """
        authority = self._authority
        authority.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(authority.folder):
            if not authority.certificate.exists():
                certificate = authority.create("Linli CA", now_ms=now_ms)
                log.info("certificate authority made", extra={"facts": {"sha256": certificate.fingerprint}})
            present = self._present()
            names = list(dict.fromkeys(self._wanted()))[:MOST_NAMES]
            lacking = present is None or not set(names) <= set(present.names)
            if present is not None and not lacking and present.days_left(now_ms) >= RENEW_BELOW_DAYS:
                return False
            if present is not None:
                # Names that an operator asked for stay; addresses may change.
                kept = [name for name in present.names if not _is_address(name)]
                names = list(dict.fromkeys([*names, *kept]))[:MOST_NAMES]
            issued = authority.issue(names, now_ms=now_ms)
            log.info("server certificate made", extra={"facts": {"names": ", ".join(issued.names)}})
            return True

    def _present(self) -> Certificate | None:
        if not self._authority.server_key.exists():
            return None
        try:
            return read(self._authority.server_certificate)
        except (NotFound, BadInput):
            return None


def _is_address(name: str) -> bool:
    return ":" in name or name.replace(".", "").isdigit()


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    handle = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
