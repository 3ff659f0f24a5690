"""The rules of delivery, in the caller's transaction: each call writes a handful of rows, whatever it reaches."""

from linli.delivery.service.grants import expand_scope, grant, revoke, revoke_all
from linli.delivery.service.rows import (
    check_row,
    content_hash,
    device_online,
    refresh,
    resend,
    retry,
    wake_worker,
    watch,
)

__all__ = [
    "check_row",
    "content_hash",
    "device_online",
    "expand_scope",
    "grant",
    "refresh",
    "resend",
    "retry",
    "revoke",
    "revoke_all",
    "wake_worker",
    "watch",
]
