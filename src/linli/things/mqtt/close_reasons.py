"""Why connections end."""

from enum import StrEnum


class Gone(StrEnum):
    """Why a connection ended."""

    CLOSED = "closed"
    """By the client, in order (DISCONNECT)."""
    LOST = "lost"
    """By the client or the network, without DISCONNECT."""
    KEEP_ALIVE = "keep_alive"
    TAKEN_OVER = "taken_over"
    """The same device connected again; `Backend.connected` follows at once."""
    KICKED = "kicked"
    PROTOCOL = "protocol"
    """It broke the protocol or its limits."""
    NOT_ALLOWED = "not_allowed"
    """It published too often where it may not."""
    SLOW = "slow"
    """It did not read what it was sent, or (apps) did not acknowledge in time."""
    REFUSED = "refused"
    """One of its uplinks could not be stored; it will send it again."""
    DISPLACED = "displaced"
    """There was no room left, and it had been silent longest."""
    STOPPED = "stopped"
    """The front stopped."""
