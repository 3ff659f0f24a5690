"""What a box that runs the site's intercom gets of the cloud, and what it tells of its calls."""

from typing import Annotated, Final, Literal
from urllib.parse import quote

import msgspec
from msgspec import Meta

SITE_INTERCOM: Final = "/edge/intercom/site"
"""GET; answers `SiteIntercom`."""
SITE_CALLS: Final = "/edge/intercom/calls"
"""POST `SiteCallBatch`; answers `SiteCallsTaken`."""
CALLS_MOST: Final = 50
PHONES_MOST: Final = 2_000
REF: Final = "x-linli-call"
"""Field of an INVITE to the cloud: the id of the call at the site, so that both are one call there."""
_Text = Annotated[str, Meta(max_length=64)]
_Count = Annotated[int, Meta(ge=0)]


def site_path(have: str) -> str:
    """`have`: the version that holds at the box; empty: none."""
    return f"{SITE_INTERCOM}?have={quote(have, safe='')}"


class _Struct(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    pass


class SiteAccount(_Struct, frozen=True, kw_only=True):
    """A phone of the site. What proves its password is as secret as the password itself."""

    number: _Text
    kind: Literal["door", "unit", "desk"]
    md5: str
    """HA1 of RFC 2617 by MD5, hexadecimal."""
    sha256: str
    """The same by SHA-256 (RFC 8760)."""
    device: str = ""
    """Of a door behind this box: its DeviceName."""
    opens: list[str] = []
    """Numbers of the doors that it may look through and open."""
    permission: Literal["video", "voice", "off"] = "video"
    """How it may talk with doors."""
    until_ms: _Count = 0
    """When it ends by itself; 0: it does not."""

    def __repr__(self) -> str:
        return f"SiteAccount({self.number}, {self.kind})"


class SiteQuiet(_Struct, frozen=True, kw_only=True):
    """When a home is not to be disturbed (`rules.quiet`)."""

    from_minute: int
    to_minute: int
    days: int
    manner: Literal["silent", "skip"]
    strict: bool = False
    """Also who rings a second time within minutes is not heard."""


class SiteGroup(_Struct, frozen=True, kw_only=True):
    """Whom a room rings at the site."""

    id: _Text
    units: list[str] = []
    units_s: float = 45.0
    """How long before the desks ring as well."""
    desks: bool = True
    desks_s: float = 30.0
    quiet: SiteQuiet | None = None


class SipPlace(_Struct, frozen=True, kw_only=True):
    """The cloud's own SIP server, by which calls of the site also ring phones and browsers elsewhere."""

    host: str
    port: int
    tls: bool = False
    """Without it whoever is on the way could ask for a door: the box opens none for the cloud over such a line."""
    authority: str = ""
    """PEM of the only authority that its certificate is checked with; empty: those the system knows."""


class SiteIntercom(_Struct, frozen=True, kw_only=True):
    version: str = ""
    """The mark of this content; the same content has the same mark."""
    unchanged: bool = False
    realm: str = "linli"
    zone: str = "Asia/Shanghai"
    talk_s: float = 300.0
    view_s: float = 60.0
    cloud: SipPlace | None = None
    """None: it serves no SIP."""
    accounts: list[SiteAccount] = []
    groups: list[SiteGroup] = []


class SiteStep(_Struct, frozen=True, kw_only=True):
    """Whom a call tried."""

    place: Annotated[int, Meta(ge=1, le=20)]
    step: _Text
    phones: _Count = 0
    result: _Text
    number: _Text = ""
    started_ms: _Count = 0
    ended_ms: _Count = 0


class SiteOpening(_Struct, frozen=True, kw_only=True):
    """A phone asked to open the door of its call."""

    number: _Text
    way: _Text = ""
    result: _Text
    asked_ms: _Count
    answered_ms: _Count = 0


class SiteCall(_Struct, frozen=True, kw_only=True):
    """A call at the site that is over."""

    id: Annotated[str, Meta(min_length=1, max_length=32)]
    caller: _Text
    target: _Text
    to_group: bool = False
    started_ms: _Count
    answered_ms: _Count = 0
    answered_by: _Text = ""
    opened_ms: _Count = 0
    ended_ms: _Count = 0
    outcome: _Text = ""
    steps: Annotated[list[SiteStep], Meta(max_length=20)] = []
    openings: Annotated[list[SiteOpening], Meta(max_length=40)] = []


class SitePhone(_Struct, frozen=True, kw_only=True):
    """A phone that is logged in at the box."""

    number: _Text
    host: _Text
    agent: Annotated[str, Meta(max_length=120)] = ""
    since_ms: _Count = 0


class SiteCallBatch(_Struct, frozen=True, kw_only=True):
    calls: Annotated[list[SiteCall], Meta(max_length=CALLS_MOST)] = []
    phones: Annotated[list[SitePhone], Meta(max_length=PHONES_MOST)] | None = None
    """All that are logged in now; None: as told before."""
    address: Annotated[str, Meta(max_length=80)] = ""
    """Host and port at which the box's SIP server is on the site's network."""


class SiteCallsTaken(_Struct, frozen=True, kw_only=True):
    taken: list[str]
    """Ids of calls that the cloud has, now or since before."""
