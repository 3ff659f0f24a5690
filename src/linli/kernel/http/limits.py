"""The limits of one HTTP server on connections and waiting."""

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    header_bytes: int = 32_768
    header_count: int = 100
    body_bytes: int = 64 * 1024 * 1024
    """Hard bound of any request body; applications set tighter ones."""
    header_seconds: float = 10.0
    """From the first byte of a request to the end of its headers."""
    body_seconds: float = 30.0
    """Between two pieces of a body."""
    write_seconds: float = 30.0
    """Between two pieces that the client takes of an answer."""
    idle_seconds: float = 75.0
    pipelined: int = 16
    connections: int = 10_000
    connections_each: int = 0
    """The most for one address, so that it cannot take all; 0: no limit. Trusted proxies have no such share."""
    unfinished_bytes: int = 64 * 1024 * 1024
    """Bytes received of all requests that are not whole yet, from callers whom the application does not know yet."""
