"""JSON of the permission file, both directions.

The source specifies only the QR entry. Card entries follow the local door protocol of the same maker
(2.3.1.2 is silent; 3.5.1.2, 5.1 names `cardId`, `userId`, `effectiveTime`, `expiryTime`), and carry the QR
entry's `startTime`/`endTime` beside, so that firmware written to either reading finds its window.
`maxScanTimes` is a String in the table and a number in the sample: written as the sample, read as either.
`cron` is ours, named as the validity expression of the face calls (spec E C6): left out where there is none, and
sent only to doors that say they keep schedules, so that firmware without it sees the file it knows. `timeZone` is
beside it where the community's is not Asia/Shanghai. `way` with its `point` is ours too: boxes count ways
(`rules.ways`); a reader that does not know them counts its own scans, which are never fewer.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from linli.protocols.door_permissions.model import (
    UNLIMITED,
    CardPermission,
    Change,
    Entry,
    PasswordPermission,
    PermissionFile,
    QrPermission,
)

QR, CARDS, BLE_CARDS, PASSWORDS = (
    "qrCodePermissionList",
    "tradCardPermissionList",
    "bleCardPermissionList",
    "passwordPermissionList",
)
MOST_CRON = 4096
MOST_ZONE = 64
type _Object = dict[str, Any]


class PermissionFileError(ValueError):
    """The file breaks its format; the text names the array, the entry (from 0) and the field."""


def encode(file: PermissionFile) -> bytes:
    """The file as UTF-8 JSON. Arrays without entries are left out."""
    arrays = {
        QR: [_write(entry, "qrCode", _qr_fields) for entry in file.qr],
        CARDS: [_write(entry, "cardId", _card_fields) for entry in file.cards],
        BLE_CARDS: [_write(entry, "cardId", _card_fields) for entry in file.ble_cards],
        PASSWORDS: [_write(entry, "password", _password_fields) for entry in file.passwords],
    }
    return msgspec.json.encode({name: rows for name, rows in arrays.items() if rows})


def decode(data: bytes | str) -> PermissionFile:
    """Read a file. Unknown keys are ignored. Raises PermissionFileError."""
    try:
        document = msgspec.json.decode(data, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise PermissionFileError(f"not a JSON object: {error}") from error
    return PermissionFile(
        qr=_read(document, QR, "qrCode", _read_qr),
        cards=_read(document, CARDS, "cardId", _read_card),
        ble_cards=_read(document, BLE_CARDS, "cardId", _read_card),
        passwords=_read(document, PASSWORDS, "password", _read_password),
    )


def _write[P: (QrPermission, CardPermission, PasswordPermission)](
    entry: Entry[P], key: str, fields: Callable[[P], _Object]
) -> _Object:
    head: _Object = {"type": int(entry.change), key: entry.key}
    return head if entry.permission is None else head | fields(entry.permission)


def _window(permission: QrPermission | CardPermission | PasswordPermission) -> _Object:
    cron = {"cron": permission.schedule} if permission.schedule else {}
    if cron and permission.zone:
        cron["timeZone"] = permission.zone
    return {"startTime": str(permission.starts_ms), "endTime": str(permission.ends_ms)} | cron


def _qr_fields(permission: QrPermission) -> _Object:
    person = {"userId": permission.person_id} if permission.person_id else {}
    fields = person | _window(permission) | {"maxScanTimes": permission.max_scans}
    if permission.max_scans != UNLIMITED:
        fields["maxScanScope"] = "SHARE" if permission.shared else "DEVICE"
    if permission.way:
        fields |= {"way": permission.way, "point": permission.point}
    return fields


def _card_fields(permission: CardPermission) -> _Object:
    person = {"userId": permission.person_id} if permission.person_id else {}
    starts, ends = str(permission.starts_ms), str(permission.ends_ms)
    return person | _window(permission) | {"effectiveTime": starts, "expiryTime": ends}


def _password_fields(permission: PasswordPermission) -> _Object:
    person = {"userId": permission.person_id} if permission.person_id else {}
    salt = {"salt": permission.salt} if permission.salt else {}
    return person | _window(permission) | salt


def _read[P: (QrPermission, CardPermission, PasswordPermission)](
    document: _Object, array: str, key: str, permission: Callable[[_Object], P]
) -> tuple[Entry[P], ...]:
    rows = document.get(array)
    if rows is None:
        return ()
    if not isinstance(rows, list):
        raise PermissionFileError(f"{array} is not an array")
    entries = []
    for index, row in enumerate(rows):
        try:
            entries.append(_entry(row, key, permission))
        except ValueError as error:
            raise PermissionFileError(f"{array}[{index}]: {error}") from error
    return tuple(entries)


def _entry[P: (QrPermission, CardPermission, PasswordPermission)](
    row: object, key: str, permission: Callable[[_Object], P]
) -> Entry[P]:
    if not isinstance(row, dict):
        raise ValueError("an entry must be an object")
    change, name = Change(_integer(row, "type")), row.get(key)
    if not isinstance(name, str) or not name:
        raise ValueError(f"{key} must be a text")
    return Entry(change, name, None if change is Change.DELETE else permission(row))


def _integer(row: _Object, *names: str) -> int:
    """The first of `names` present, a JSON integer or a decimal string."""
    value = next((row[name] for name in names if row.get(name) is not None), None)
    if isinstance(value, str) and value.strip().removeprefix("-").isdecimal():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{names[0]} must be a number or a decimal string")
    return value


def _read_window(row: _Object) -> tuple[int, int]:
    return _integer(row, "startTime", "effectiveTime"), _integer(row, "endTime", "expiryTime")


def _cron(row: _Object) -> tuple[str, str]:
    """(cron, time zone)."""
    cron, zone = row.get("cron") or "", row.get("timeZone") or ""
    if not isinstance(cron, str) or len(cron) > MOST_CRON:
        raise ValueError(f"cron must be a text of at most {MOST_CRON} characters")
    if not isinstance(zone, str) or len(zone) > MOST_ZONE:
        raise ValueError(f"timeZone must be a text of at most {MOST_ZONE} characters")
    return cron, zone


def _short(row: _Object, name: str) -> str:
    value = row.get(name) or ""
    if not isinstance(value, str) or len(value) > MOST_ZONE:
        raise ValueError(f"{name} must be a text of at most {MOST_ZONE} characters")
    return value


def _person(row: _Object) -> str:
    person = row.get("userId") or ""
    if not isinstance(person, str):
        raise ValueError("userId must be a text")
    return person


def _read_qr(row: _Object) -> QrPermission:
    starts_ms, ends_ms = _read_window(row)
    scans = UNLIMITED if row.get("maxScanTimes") is None else _integer(row, "maxScanTimes")
    scope = row.get("maxScanScope") or "DEVICE"
    if scope not in ("SHARE", "DEVICE"):
        raise ValueError("maxScanScope must be SHARE or DEVICE")
    return QrPermission(
        row["qrCode"], starts_ms, ends_ms, scans, scope == "SHARE", *_cron(row), _person(row),
        _short(row, "way"), _short(row, "point"),
    )  # fmt: skip


def _read_card(row: _Object) -> CardPermission:
    return CardPermission(row["cardId"], *_read_window(row), _person(row), *_cron(row))


def _read_password(row: _Object) -> PasswordPermission:
    salt = row.get("salt") or ""
    if not isinstance(salt, str):
        raise ValueError("salt must be a text")
    return PasswordPermission(row["password"], *_read_window(row), _person(row), salt, *_cron(row))
