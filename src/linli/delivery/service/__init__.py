"""The rules of delivery, in the caller's transaction: each call writes a handful of rows, whatever it reaches."""

from linli.delivery.service.grants import (
    expand_scope,
    give_again,
    grant,
    revoke,
    revoke_all,
    revoke_credential,
    revoke_device,
)
from linli.delivery.service.holds import hold, holds_of_community, holds_on, lift
from linli.delivery.service.refreshing import hours_moved, refresh
from linli.delivery.service.rows import compare_soon, device_online, resend, retry
from linli.delivery.service.transitions import content_hash, wake_worker

__all__ = [
    "compare_soon",
    "content_hash",
    "device_online",
    "expand_scope",
    "give_again",
    "grant",
    "hold",
    "holds_of_community",
    "holds_on",
    "hours_moved",
    "lift",
    "refresh",
    "resend",
    "retry",
    "revoke",
    "revoke_all",
    "revoke_credential",
    "revoke_device",
    "wake_worker",
]
