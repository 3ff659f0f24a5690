"""The permission file that `syncPermissions` points a door to: a codec, and the list a door keeps from it.

Source: spec A 4.3 (2.3.1.2, items iv and d). The file is JSON with four arrays, any of which may be missing.
"""

from linli.protocols.door_permissions.file import PermissionFileError, decode, encode
from linli.protocols.door_permissions.model import (
    UNLIMITED,
    CardPermission,
    Change,
    Entry,
    HeldPermissions,
    PasswordPermission,
    PermissionFile,
    QrPermission,
)

__all__ = [
    "UNLIMITED",
    "CardPermission",
    "Change",
    "Entry",
    "HeldPermissions",
    "PasswordPermission",
    "PermissionFile",
    "PermissionFileError",
    "QrPermission",
    "decode",
    "encode",
]
