"""The machine's trusted certificates are read once a process: each HTTP client reads them for 10 ms, and a test of doors
makes a dozen. Clients with a context of their own keep it."""

import os
import ssl
from functools import cache
from typing import Any

from httpx._transports import default

_make = default.create_ssl_context


@cache
def _trusting(trust_env: bool, _file: str, _folder: str) -> ssl.SSLContext:
    return _make(verify=True, trust_env=trust_env)


def _shared(verify: Any = True, cert: Any = None, trust_env: bool = True) -> ssl.SSLContext:
    if verify is not True or cert is not None:
        return _make(verify=verify, cert=cert, trust_env=trust_env)
    return _trusting(trust_env, os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", ""))


def pytest_configure() -> None:
    default.create_ssl_context = _shared
