"""The log-ins that the sign-in page of the demo offers. Every other process has none."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from linli.domains.accounts.schemas import SampleLogin

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
_FORWARDED: Final = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via"})


class SampleLogins:
    """Filled by the demo alone, which invents the people and runs on the machine of who looks at it."""

    def __init__(self) -> None:
        self._logins: tuple[SampleLogin, ...] = ()

    def offer(self, logins: Iterable[SampleLogin]) -> None:
        self._logins = tuple(logins)

    def shown_to(self, scope: Mapping[str, Any]) -> tuple[SampleLogin, ...]:
        """For a caller on this machine whom no proxy passed on; nobody else is shown any. `scope` is the request's."""
        client = scope.get("client")
        forwarded = any(name in _FORWARDED for name, _ in scope["headers"])
        return () if client is None or client[0] not in _LOOPBACK or forwarded else self._logins
