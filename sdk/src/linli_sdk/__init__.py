"""The SDK of Linli (邻里): `Linli` and `AsyncLinli` for the open API."""

from linli_sdk.client import Linli
from linli_sdk.client_async import AsyncLinli
from linli_sdk.errors import (
    ApiError,
    BadParameter,
    ConnectionBroken,
    ConnectionFailed,
    GatewayRefused,
    LinliError,
    NoProvider,
    NotAllowed,
    NotAuthorized,
    ProviderFailed,
    SystemError,
    TooManyCalls,
    WrongType,
)
from linli_sdk.version import __version__ as __version__

__all__ = [
    "ApiError",
    "AsyncLinli",
    "BadParameter",
    "ConnectionBroken",
    "ConnectionFailed",
    "GatewayRefused",
    "Linli",
    "LinliError",
    "NoProvider",
    "NotAllowed",
    "NotAuthorized",
    "ProviderFailed",
    "SystemError",
    "TooManyCalls",
    "WrongType",
]
