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

__version__ = "0.1.0"

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
