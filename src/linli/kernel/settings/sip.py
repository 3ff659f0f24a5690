"""The section [sip]: calls of door stations and phones, and the line to the telephone network."""

import re
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

_NUMBER: Final = re.compile(r"\+?[0-9*#]{3,20}", re.ASCII)
_SIP_PORT: Final = 6050
"""Of the specification (spec A 4.1)."""


class Rewrite(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A change of the number that is dialled: what matches is put in another form."""

    match: Annotated[str, Meta(description="A pattern: a regular expression of Python.", max_length=100)]
    to: Annotated[
        str, Meta(description="What stands there instead; `\\1`: what the first bracket matched.")
    ] = ""


class Trunk(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The line by which calls reach telephones: of a provider, or a gateway of one's own (IPPBX). Off without a host."""

    host: Annotated[str, Meta(description="The provider's or the gateway's address; empty: no line.")] = ""
    port: Annotated[int, Meta(ge=1, le=65535)] = 5060
    transport: Literal["udp", "tcp", "tls"] = "udp"
    domain: Annotated[str, Meta(description="In the addresses of calls, if it is not `host`.")] = ""
    user: Annotated[str, Meta(description="Name that the line asks for; empty: it asks for none.")] = ""
    password: Annotated[str, Meta(description="Rather in password_file.")] = ""
    password_file: Annotated[str, Meta(description="A file with nothing but the password.")] = ""
    caller: Annotated[str, Meta(description="The number that calls show. Empty: `user`.")] = ""
    register: Annotated[bool, Meta(description="Log in at the line, where it asks for that.")] = False
    check_seconds: Annotated[
        int, Meta(ge=5, le=3600, description="How often the line is asked whether it is there.")
    ] = 60
    most_calls: Annotated[int, Meta(ge=1, le=1000, description="Calls at once, of one process.")] = 4
    codecs: Annotated[tuple[Literal["pcma", "pcmu"], ...], Meta(min_length=1)] = ("pcma", "pcmu")
    allowed: Annotated[
        tuple[str, ...],
        Meta(description="Patterns of the only numbers that are called: mobile ones of China unless set."),
    ] = (r"1[3-9]\d{9}",)
    rewrites: Annotated[
        tuple[Rewrite, ...],
        Meta(description="Changes of a number before it is dialled, one after the other."),
    ] = ()

    def secret(self) -> str:
        """The password. Raises OSError when its file cannot be read."""
        return Path(self.password_file).read_text("utf-8").strip() if self.password_file else self.password

    def dialled(self, number: str) -> str | None:
        """A number in the form that the line wants; None: it may not be called."""
        if not _NUMBER.fullmatch(number) or not any(
            re.fullmatch(pattern, number) for pattern in self.allowed
        ):
            return None
        for rewrite in self.rewrites:
            number = re.sub(rewrite.match, rewrite.to, number, count=1)
        return number if _NUMBER.fullmatch(number) else None

    def fault(self) -> str:
        """What is wrong with it, by key and rule; empty: nothing."""
        for key, pattern in [
            *(("allowed", pattern) for pattern in self.allowed),
            *(("rewrites", rewrite.match) for rewrite in self.rewrites),
        ]:
            try:
                re.compile(pattern)
            except re.error as error:
                return f"{key}: {pattern!r} is no pattern: {error}"
        for key in ("host", "domain", "user", "caller"):
            if re.search(r'[\s<>"@;?,\x00-\x1f\x7f]', getattr(self, key)):
                return f"{key} has signs that no address has"
        for rewrite in self.rewrites:
            try:
                re.sub(rewrite.match, rewrite.to, "13800000000", count=1)
            except (re.error, IndexError) as error:
                return f"rewrites: {rewrite.to!r} cannot be put in: {error}"
        if self.password and self.password_file:
            return "either password or password_file"
        if self.register and not self.user:
            return "register needs a user"
        return ""


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

    trunk: Trunk = msgspec.field(default_factory=Trunk)

    @property
    def told_port(self) -> int:
        """What doors and phones are told."""
        return self.port or _SIP_PORT
