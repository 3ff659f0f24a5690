"""How the box names itself to doors."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BoxIdentity:
    """A service that the box offers to door drivers."""

    sn: str
    """4 to 32 of A-Z a-z 0-9 - _ @ . :"""
    ip: str
    mac: str
    sign_method: str = "md5"
