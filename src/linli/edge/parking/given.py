"""What the cloud says about car parks, kept in the box's file: tariffs, calendar, rights, fires. Read by each car."""

import sqlite3
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import msgspec

from linli.kernel.secrets import SealBroken, Secrets
from linli.protocols.edge_link import ParkingRules, PayKey, RulesLot
from linli.protocols.parking_site import Lot
from linli.rules.tariffs import Days, Tariff

_RULES, _FIRE, _PAY_KEYS = "rules", "fire_ms", "pay_keys"
_KEEP: Final = "INSERT OR REPLACE INTO parking_rules VALUES (?, ?)"
_READ: Final = "SELECT value FROM parking_rules WHERE name = ?"


@dataclass
class Given:
    """As it holds now. `own_fire_ms`: when a device of this box last told of a fire."""

    rules: ParkingRules = field(default_factory=ParkingRules)
    days: Days = field(default_factory=Days)
    lots: dict[str, RulesLot] = field(default_factory=dict[str, RulesLot])
    own_fire_ms: int = 0
    pay_keys: dict[int, bytes] = field(default_factory=dict[int, bytes])
    """By number, the newest first."""
    tariffs: dict[tuple[str, int], Tariff] = field(default_factory=dict[tuple[str, int], Tariff])

    @property
    def fire(self) -> bool:
        """It burns until a person says in the cloud that it is over."""
        return max(self.own_fire_ms, self.rules.fire_ms) > self.rules.fire_over_ms

    def lot(self, lot: Lot) -> RulesLot | None:
        """None: the cloud says nothing of this lot."""
        return self.lots.get(lot.space_id) if lot.space_id else None

    def tariff(self, db: sqlite3.Connection, number: str, version: int) -> Tariff | None:
        """None: the box never got it."""
        key = number, version
        if key not in self.tariffs:
            row = db.execute(
                "SELECT body FROM parking_tariffs WHERE tariff = ? AND version = ?", key
            ).fetchone()
            if row is None:
                return None
            self.tariffs[key] = msgspec.json.decode(row[0], type=Tariff)
        return self.tariffs[key]


def load(db: sqlite3.Connection, secrets: Secrets) -> Given:
    """`secrets`: keys of payment codes are sealed with it. Raises MsgspecError."""
    row = db.execute(_READ, (_RULES,)).fetchone()
    fire = db.execute(_READ, (_FIRE,)).fetchone()
    sealed = db.execute(_READ, (_PAY_KEYS,)).fetchone()
    rules = msgspec.json.decode(row[0], type=ParkingRules) if row else ParkingRules()
    keys: list[PayKey] = []
    if sealed:
        try:
            keys = msgspec.json.decode(secrets.open(sealed[0], about=_PAY_KEYS), type=list[PayKey])
        except SealBroken:  # of another machine: what has no version is asked for
            rules = msgspec.structs.replace(rules, version="")
    return _given(rules, int(fire[0]) if fire else 0, keys)


def take(db: sqlite3.Connection, rules: ParkingRules, secrets: Secrets) -> Given:
    """Keep other rules instead of those before. Versions under which a car is inside stay. Raises MsgspecError."""
    for version in rules.tariffs:
        msgspec.convert(version.body, Tariff)  # before anything is written
    small = msgspec.structs.replace(rules, tariffs=[], rights=[], pay_keys=[])
    db.execute(_KEEP, (_RULES, msgspec.json.encode(small).decode()))
    keys = msgspec.json.encode(rules.pay_keys).decode()
    db.execute(_KEEP, (_PAY_KEYS, secrets.seal(keys, about=_PAY_KEYS)))
    db.execute(
        "DELETE FROM parking_tariffs WHERE NOT EXISTS (SELECT 1 FROM parking_stays AS s WHERE s.out_ms IS NULL"
        " AND s.tariff = parking_tariffs.tariff AND s.version = parking_tariffs.version)"
    )
    db.executemany(
        "INSERT OR REPLACE INTO parking_tariffs VALUES (?, ?, ?)",
        [(row.tariff, row.version, msgspec.json.encode(row.body).decode()) for row in rules.tariffs],
    )
    db.execute("DELETE FROM parking_given")
    db.executemany(
        "INSERT INTO parking_given VALUES (?, ?, ?, ?, ?)",
        [(row.plate, row.kind, row.space, row.starts_ms, row.ends_ms) for row in rules.rights],
    )
    return load(db, secrets)


def note_fire(db: sqlite3.Connection, at_ms: int, secrets: Secrets) -> Given:
    db.execute(_KEEP, (_FIRE, str(at_ms)))
    return load(db, secrets)


def _given(rules: ParkingRules, own_fire_ms: int, keys: list[PayKey]) -> Given:
    days = Days(_dates(rules.holidays), _dates(rules.workdays))
    pay_keys = {each.no: bytes.fromhex(each.key) for each in keys}
    return Given(rules, days, {lot.space: lot for lot in rules.lots}, own_fire_ms, pay_keys)


def _dates(texts: list[str]) -> frozenset[date]:
    return frozenset(date.fromisoformat(text) for text in texts)


def rows_of(db: sqlite3.Connection, plate: str) -> list[tuple[Any, ...]]:
    """(kind, space, starts_ms, ends_ms) of a plate."""
    return db.execute(
        "SELECT kind, space, starts_ms, ends_ms FROM parking_given WHERE plate = ?", (plate,)
    ).fetchall()
