"""The contents of a permission file, and a door's list after it has applied several files."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum

UNLIMITED = -1


class Change(IntEnum):
    """`type` of an entry. To add an existing entry or modify a missing one stores the entry."""

    ADD = 1
    DELETE = 2
    MODIFY = 3


@dataclass(frozen=True, slots=True)
class QrPermission:
    code: str
    """The person's qrCode in clear, as the door reads it out of the encrypted picture."""
    starts_ms: int
    ends_ms: int
    """Both ends of the window, UTC ms, inclusive."""
    max_scans: int = UNLIMITED
    shared: bool = False
    """True (`SHARE`): all doors count together, which only the platform can; False (`DEVICE`): this door alone."""
    schedule: str = ""
    """Cron expressions joined by `;` for when within the window it opens; empty: always."""
    zone: str = ""
    """Time zone of the schedule by its IANA name; empty: Asia/Shanghai."""
    person_id: str = ""
    way: str = ""
    """Which ways `max_scans` counts (`rules.ways`), for boxes; empty: scans."""
    point: str = ""
    """The door's place on a way."""

    @property
    def key(self) -> str:
        return self.code


@dataclass(frozen=True, slots=True)
class CardPermission:
    card_id: str
    starts_ms: int
    ends_ms: int
    person_id: str = ""
    schedule: str = ""
    zone: str = ""

    @property
    def key(self) -> str:
        return self.card_id


@dataclass(frozen=True, slots=True)
class PasswordPermission:
    password: str
    """Digits, or their digest where `salt` is given."""
    starts_ms: int
    ends_ms: int
    person_id: str = ""
    salt: str = ""
    """For doors that keep digests only (`linli.rules.pins`); empty: the password is in clear."""
    schedule: str = ""
    zone: str = ""

    @property
    def key(self) -> str:
        return self.password


@dataclass(frozen=True, slots=True)
class Entry[P: (QrPermission, CardPermission, PasswordPermission)]:
    change: Change
    key: str
    """qrCode, card number or password."""
    permission: P | None = None
    """None exactly when `change` is DELETE."""

    @staticmethod
    def put[Q: (QrPermission, CardPermission, PasswordPermission)](
        permission: Q, change: Change = Change.ADD
    ) -> "Entry[Q]":
        return Entry(change, permission.key, permission)

    @staticmethod
    def delete(key: str) -> "Entry[P]":
        return Entry(Change.DELETE, key)


@dataclass(frozen=True, slots=True)
class PermissionFile:
    """The four arrays, each in file order."""

    qr: tuple[Entry[QrPermission], ...] = ()
    cards: tuple[Entry[CardPermission], ...] = ()
    ble_cards: tuple[Entry[CardPermission], ...] = ()
    passwords: tuple[Entry[PasswordPermission], ...] = ()


@dataclass(slots=True)
class HeldPermissions:
    """A door's own list. `apply` works in file order, so add, delete, modify of one code leaves it held."""

    qr: dict[str, QrPermission] = field(default_factory=dict)
    cards: dict[str, CardPermission] = field(default_factory=dict)
    ble_cards: dict[str, CardPermission] = field(default_factory=dict)
    passwords: dict[str, PasswordPermission] = field(default_factory=dict)

    def apply(self, file: PermissionFile) -> None:
        _apply(file.qr, self.qr)
        _apply(file.cards, self.cards)
        _apply(file.ble_cards, self.ble_cards)
        _apply(file.passwords, self.passwords)


def _apply[P: (QrPermission, CardPermission, PasswordPermission)](
    entries: Iterable[Entry[P]], permissions: dict[str, P]
) -> None:
    for entry in entries:
        if entry.permission is None:
            permissions.pop(entry.key, None)
        else:
            permissions[entry.key] = entry.permission
