"""The machine's trusted certificates are read once a process: each HTTP client reads them for 10 ms, and a test of doors
makes a dozen. Clients with a context of their own keep it.

Clients that name no time wait longer than httpx has them: its 5 s are not enough where others have the processor.
"""

import os
import ssl
from functools import cache
from typing import Any

from httpx._config import DEFAULT_TIMEOUT_CONFIG
from httpx._transports import default

_make = default.create_ssl_context


@cache
def _trusting(trust_env: bool, _file: str, _folder: str) -> ssl.SSLContext:
    return _make(verify=True, trust_env=trust_env)


def _shared(verify: Any = True, cert: Any = None, trust_env: bool = True) -> ssl.SSLContext:
    if verify is not True or cert is not None:
        return _make(verify=verify, cert=cert, trust_env=trust_env)
    return _trusting(trust_env, os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", ""))


PATIENCE_S = 60.0


def pytest_configure() -> None:
    for part in ("connect", "read", "write", "pool"):  # the one object that every client has by default
        setattr(DEFAULT_TIMEOUT_CONFIG, part, PATIENCE_S)
    default.create_ssl_context = _shared
