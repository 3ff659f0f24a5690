"""What the residents' session routes give."""

import msgspec


class ResidentMe(msgspec.Struct, rename="camel", frozen=True):
    """The signed-in resident."""

    name: str
    phone: str
    houses: int
    """Houses lived in."""
    waiting: int
    """Certifications under review."""


class FrontState(msgspec.Struct, rename="camel", frozen=True):
    """What the pages must know before anybody signs in."""

    version: str
    codes: bool
    """Whether one can sign in: codes are sent at all."""
