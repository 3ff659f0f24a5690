"""Parking's tables in the box's file. Times are UTC ms; `plate` is cleaned, `shown` as it was given first."""

import sqlite3
from typing import Final

from linli.edge.store import Step

STEPS: Final = (
    Step(
        "parking.1",
        """
        CREATE TABLE parking_vehicles (
          lot TEXT NOT NULL, plate TEXT NOT NULL, shown TEXT NOT NULL, user_name TEXT NOT NULL, user_phone TEXT NOT NULL,
          user_id TEXT NOT NULL, PRIMARY KEY (lot, plate)
        ) WITHOUT ROWID;
        CREATE TABLE parking_locks (
          lot TEXT NOT NULL, plate TEXT NOT NULL, starts_ms INTEGER NOT NULL, ends_ms INTEGER NOT NULL,
          PRIMARY KEY (lot, plate)
        ) WITHOUT ROWID;
        CREATE TABLE parking_permissions (
          lot TEXT NOT NULL, kind TEXT NOT NULL, place TEXT NOT NULL, plate TEXT NOT NULL, shown TEXT NOT NULL,
          starts_ms INTEGER NOT NULL, ends_ms INTEGER NOT NULL, PRIMARY KEY (lot, kind, place, plate)
        ) WITHOUT ROWID;
        CREATE INDEX parking_permissions_plate ON parking_permissions (lot, plate);
        CREATE TABLE parking_lists (
          lot TEXT NOT NULL, area TEXT NOT NULL, plate TEXT NOT NULL, shown TEXT NOT NULL, kind TEXT NOT NULL,
          starts_ms INTEGER, ends_ms INTEGER, PRIMARY KEY (lot, area, plate)
        ) WITHOUT ROWID;
        CREATE INDEX parking_lists_plate ON parking_lists (lot, plate);
        CREATE TABLE parking_spaces (
          lot TEXT NOT NULL, space TEXT NOT NULL, user_name TEXT NOT NULL, kind TEXT NOT NULL, sold INTEGER NOT NULL,
          property TEXT NOT NULL, owner_phone TEXT NOT NULL, owner_name TEXT NOT NULL, owner_id TEXT NOT NULL,
          plate TEXT NOT NULL, PRIMARY KEY (lot, space)
        ) WITHOUT ROWID;
        CREATE TABLE parking_stays (
          id INTEGER PRIMARY KEY AUTOINCREMENT, lot TEXT NOT NULL, area TEXT NOT NULL, plate TEXT NOT NULL,
          shown TEXT NOT NULL, in_barrier TEXT NOT NULL, in_ms INTEGER NOT NULL, in_picture TEXT NOT NULL,
          out_barrier TEXT NOT NULL, out_ms INTEGER, order_number TEXT NOT NULL
        );
        CREATE INDEX parking_stays_inside ON parking_stays (lot, plate) WHERE out_ms IS NULL;
        CREATE TABLE parking_orders (
          number TEXT PRIMARY KEY, lot TEXT NOT NULL, area TEXT NOT NULL, plate TEXT NOT NULL, shown TEXT NOT NULL,
          in_barrier TEXT NOT NULL, in_ms INTEGER NOT NULL, out_barrier TEXT NOT NULL, out_ms INTEGER,
          status INTEGER NOT NULL, fen INTEGER NOT NULL, paid_ms INTEGER, in_picture TEXT NOT NULL,
          out_picture TEXT NOT NULL,
          waits INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE parking_passes (
          id TEXT PRIMARY KEY, lot TEXT NOT NULL, area TEXT NOT NULL, plate TEXT NOT NULL, shown TEXT NOT NULL,
          barrier TEXT NOT NULL, direction INTEGER NOT NULL, at_ms INTEGER NOT NULL, order_number TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX parking_passes_age ON parking_passes (at_ms);
        CREATE TABLE parking_sightings (
          source TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, outcome TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE parking_barriers (barrier TEXT PRIMARY KEY, open_until_ms INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE parking_waiting (
          barrier TEXT PRIMARY KEY, plate TEXT NOT NULL, shown TEXT NOT NULL, picture TEXT NOT NULL,
          at_ms INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE parking_uplink (
          seq INTEGER PRIMARY KEY AUTOINCREMENT, model TEXT NOT NULL, record TEXT NOT NULL, files TEXT NOT NULL,
          at_ms INTEGER NOT NULL
        );
        """,
    ),
    Step(
        "parking.2",
        """
        ALTER TABLE parking_stays ADD COLUMN vehicle_class TEXT NOT NULL DEFAULT '';
        ALTER TABLE parking_stays ADD COLUMN basis TEXT NOT NULL DEFAULT 'box_price';
        ALTER TABLE parking_stays ADD COLUMN tariff TEXT NOT NULL DEFAULT '';
        ALTER TABLE parking_stays ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE parking_stays ADD COLUMN as_guest INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE parking_stays ADD COLUMN by_day TEXT NOT NULL DEFAULT '{}';
        ALTER TABLE parking_stays ADD COLUMN free_on TEXT NOT NULL DEFAULT '[]';
        CREATE INDEX parking_stays_over ON parking_stays (lot, plate, out_ms);
        ALTER TABLE parking_orders ADD COLUMN stay INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE parking_orders ADD COLUMN waived_fen INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE parking_orders ADD COLUMN reason TEXT NOT NULL DEFAULT '';
        CREATE INDEX parking_orders_stay ON parking_orders (stay);
        CREATE INDEX parking_orders_waits ON parking_orders (out_barrier) WHERE waits = 1;
        ALTER TABLE parking_uplink ADD COLUMN detail TEXT NOT NULL DEFAULT '';
        CREATE TABLE parking_tariffs (
          tariff TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (tariff, version)
        ) WITHOUT ROWID;
        CREATE TABLE parking_given (
          plate TEXT NOT NULL, kind TEXT NOT NULL, space TEXT NOT NULL, starts_ms INTEGER, ends_ms INTEGER
        );
        CREATE INDEX parking_given_plate ON parking_given (plate);
        CREATE TABLE parking_rules (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        """,
    ),
    Step(
        "parking.3",
        """
        CREATE TABLE parking_pay_codes (
          nonce TEXT PRIMARY KEY, code TEXT NOT NULL, key_no INTEGER NOT NULL, order_number TEXT NOT NULL,
          lot TEXT NOT NULL, barrier TEXT NOT NULL, fen INTEGER NOT NULL, at_ms INTEGER NOT NULL,
          until_ms INTEGER NOT NULL, used_ms INTEGER, kept_fen INTEGER NOT NULL DEFAULT 0,
          untold INTEGER NOT NULL DEFAULT 0
        ) WITHOUT ROWID;
        CREATE INDEX parking_pay_codes_lane ON parking_pay_codes (barrier, at_ms);
        CREATE INDEX parking_pay_codes_order ON parking_pay_codes (order_number);
        CREATE INDEX parking_pay_codes_untold ON parking_pay_codes (nonce) WHERE untold = 1;
        CREATE TABLE parking_digit_tries (
          barrier TEXT PRIMARY KEY, tries INTEGER NOT NULL, since_ms INTEGER NOT NULL
        ) WITHOUT ROWID;
        """,
    ),
    Step(
        "parking.4",
        """
        CREATE TABLE parking_lifts (
          barrier TEXT PRIMARY KEY, plate TEXT NOT NULL, shown TEXT NOT NULL, order_number TEXT NOT NULL,
          fen INTEGER NOT NULL, at_ms INTEGER NOT NULL, told INTEGER NOT NULL DEFAULT 0
        ) WITHOUT ROWID;
        """,
    ),
    Step(
        "parking.5",
        """
        CREATE TABLE parking_coupons (
          number TEXT PRIMARY KEY, plate TEXT NOT NULL, kind TEXT NOT NULL, value INTEGER NOT NULL,
          space TEXT NOT NULL, stacks INTEGER NOT NULL, here INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX parking_coupons_plate ON parking_coupons (plate);
        CREATE TABLE parking_coupon_uses (
          number TEXT PRIMARY KEY, stay INTEGER NOT NULL, kind TEXT NOT NULL, value INTEGER NOT NULL,
          at_ms INTEGER NOT NULL, settled INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX parking_coupon_uses_stay ON parking_coupon_uses (stay);
        """,
    ),
)
"""`parking_given`: rights that the cloud gives, by its spaces. `parking_rules`: what else it says, and own fires.
`parking_pay_codes`: what drivers were asked to pay at exits; `used_ms`: when its payment was counted, once; `untold`:
the cloud does not know that yet. `parking_digit_tries`: wrong digits at a lane. `parking_lifts`: cars that paid
and whose barrier has not moved yet; `told`: it did not move, and a person is to see to it. `parking_coupons`: as the
cloud lists them; `here`: left to this box. `parking_coupon_uses`: those of stays that are over; `settled`: in the
cloud, too."""


def sweep(db: sqlite3.Connection, *, before_ms: int) -> None:
    """Forget what ended before."""
    db.execute("DELETE FROM parking_sightings WHERE at_ms < ?", (before_ms,))
    db.execute("DELETE FROM parking_passes WHERE at_ms < ?", (before_ms,))
    db.execute("DELETE FROM parking_lifts WHERE at_ms < ?", (before_ms,))
    db.execute("DELETE FROM parking_coupon_uses WHERE at_ms < ? AND settled = 1", (before_ms,))
    db.execute("DELETE FROM parking_stays WHERE out_ms < ?", (before_ms,))
    db.execute("DELETE FROM parking_pay_codes WHERE at_ms < ? AND untold = 0", (before_ms,))
    db.execute(
        "DELETE FROM parking_orders WHERE in_ms < ? AND waits = 0 AND out_ms < ?", (before_ms, before_ms)
    )
