"""What can go wrong with a call of the open API, by who said so.

LinliError
├── ConnectionFailed      nobody answered
│   └── ConnectionBroken  the line broke after the request went out: it may have been carried out
├── GatewayRefused        HTTP 4xx/5xx before the signature counted (X-Ca-Error-* headers)
└── ApiError              HTTP 200 with a body code other than 200
    ├── WrongType 400   NotAuthorized 401   NotAllowed 403   TooManyCalls 429
    ├── BadParameter 460   SystemError 500   NoProvider 20003   ProviderFailed 20004
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class LinliError(Exception):
    """Any failure that this package raises on purpose."""


class ConnectionFailed(LinliError):
    """Nobody answered, in any of the tries. `__cause__` is the reason."""


class ConnectionBroken(ConnectionFailed):
    """The connection broke, or the time ran out, after the request was sent: the platform may have carried it out."""


class GatewayRefused(LinliError):
    """The gateway did not accept the request itself: signature, key, time, nonce, size, throttling."""

    def __init__(self, status: int, code: str, message: str, request_id: str) -> None:
        super().__init__(f"HTTP {status} {code}: {message}" if code else f"HTTP {status}: {message}")
        self.status = status
        self.code = code
        """`X-Ca-Error-Code`, six characters, e.g. `A400SM`; empty when a proxy answered."""
        self.message = message
        """`X-Ca-Error-Message`; for a wrong signature it shows the string that the server signed."""
        self.request_id = request_id
        """`X-Ca-Request-Id`: find the call by it in the console's request log."""


class ApiError(LinliError):
    """The method said no. `code` is the body code; subclasses stand for the common ones."""

    codes: ClassVar[tuple[int, ...]] = ()

    def __init__(
        self, code: int | str, message: str, localized: str | None, request_id: str, path: str
    ) -> None:
        super().__init__(f"{path}: {code} {message}")
        self.code = code
        self.message = message
        """English."""
        self.localized = localized
        """In the language of the client; None when the platform sent none."""
        self.request_id = request_id
        self.path = path


class WrongType(ApiError):
    """A parameter has another JSON type than the contract."""

    codes = (400,)


class NotAuthorized(ApiError):
    """The cloudToken is missing, wrong or expired. The client fetches a new one once by itself."""

    codes = (401,)


class NotAllowed(ApiError):
    """Outside what the key may see or call; a row of somebody else and an absent one look alike."""

    codes = (403,)


class TooManyCalls(ApiError):
    """Over the rate of this method or the quota of this key: wait, then try again."""

    codes = (429,)


class BadParameter(ApiError):
    """A value breaks a rule; the message names the field and the rule."""

    codes = (460,)


class SystemError(ApiError):
    """The platform failed; its operator finds the reason by `request_id`."""

    codes = (500,)


class NoProvider(ApiError):
    """A service-model method that nobody serves."""

    codes = (20003,)


class ProviderFailed(ApiError):
    """The provider of a service-model method failed or took too long."""

    codes = (20004,)


_KINDS: Mapping[int, type[ApiError]] = {
    code: kind
    for kind in (
        WrongType,
        NotAuthorized,
        NotAllowed,
        TooManyCalls,
        BadParameter,
        SystemError,
        NoProvider,
        ProviderFailed,
    )
    for code in kind.codes
}


def api_error(code: int | str, message: str, localized: str | None, request_id: str, path: str) -> ApiError:
    """The exception of a body code: a subclass where there is one."""
    kind = _KINDS.get(code, ApiError) if isinstance(code, int) else ApiError
    return kind(code, message, localized, request_id, path)


class DeviceError(LinliError):
    """A device's request was refused: the code and message of the platform's reply."""

    def __init__(self, code: int, message: str, topic: str = "") -> None:
        super().__init__(f"{topic}: {code} {message}" if topic else f"{code} {message}")
        self.code = code
        self.message = message


class ConnectRefused(LinliError):
    """The platform refused the MQTT connection: wrong secret, disabled device, unknown product (CONNACK code)."""

    def __init__(self, code: int) -> None:
        super().__init__(f"connection refused, CONNACK {code}")
        self.code = code


class QueueFull(LinliError):
    """The device is offline and its queue holds as much as it may."""
