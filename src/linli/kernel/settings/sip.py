"""The section [sip]: calls of door stations and phones."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

_SIP_PORT: Final = 6050
"""Of the specification (spec A 4.1)."""


class Sip(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    port: Annotated[
        int,
        Meta(
            ge=0,
            le=65535,
            description="SIP by UDP and TCP, for door stations and phones (6050 by the standard); 0: off.",
        ),
    ] = 0
    tls_port: Annotated[
        int,
        Meta(ge=0, le=65535, description="SIP over TLS (5061 by the standard), beside `port`; 0: off."),
    ] = 0
    web_origins: Annotated[
        list[str],
        Meta(
            description="Sites (https://host) whose pages may be phones over WebSocket at /sip, besides our own."
        ),
    ] = []
    public_host: Annotated[
        str, Meta(description="Host that doors and phones are told to log in at. Empty: that of public_url.")
    ] = ""
    realm: Annotated[
        str, Meta(min_length=1, max_length=64, description="Named in the request for a password.")
    ] = "linli"
    max_connections: Annotated[int, Meta(ge=1, description="TCP connections of phones.")] = 10_000
    connections_each: Annotated[int, Meta(ge=1, description="Of these, from one address.")] = 500
    most_seconds: Annotated[
        int,
        Meta(
            ge=60,
            le=86_400,
            description="The longest time that a phone stays logged in without a sign of life.",
        ),
    ] = 3_600

    @property
    def told_port(self) -> int:
        """What doors and phones are told."""
        return self.port or _SIP_PORT
