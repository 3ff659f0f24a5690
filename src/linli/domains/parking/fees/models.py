"""Tables of tariffs. Written by this room's service only. Times are UTC ms."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from linli.kernel.db import INT, flag, integer, metadata, text_column

tariffs = Table(
    "parking_tariffs",
    metadata,
    Column("tariff_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("name"),
    text_column("draft"),  # JSON: `forms.TariffForm`
    text_column("cases", server_default="[]"),  # JSON: `forms.CaseForm`, …
    integer("version", server_default="0"),  # the newest that was published; 0: none
    integer("created_ms"),
    integer("changed_ms"),
    Index("ix_parking_tariffs_community", "tenant_id", "community_id"),
)

versions = Table(
    "parking_tariff_versions",
    metadata,
    Column("tariff_id", INT),
    integer("version"),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("tariff"),  # JSON, never changed
    text_column("cases"),
    text_column("published_by"),  # caller
    integer("published_ms"),
    PrimaryKeyConstraint("tariff_id", "version"),
)
"""A stay keeps the version that it began under."""

calendars = Table(
    "parking_calendars",
    metadata,
    Column("community_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    text_column("holidays", server_default="[]"),  # JSON: dates
    text_column("workdays", server_default="[]"),  # JSON: dates, of weekends on which people work
    integer("changed_ms"),
)

lot_tariffs = Table(
    "parking_lot_tariffs",
    metadata,
    Column("lot_id", INT, primary_key=True, autoincrement=False),  # an outermost parking area
    text_column("tenant_id"),
    integer("community_id"),
    integer("tariff_id"),
    integer("changed_ms"),
)
"""By which tariff a lot charges. Without a row it is free."""

stays = Table(
    "parking_stays",
    metadata,
    Column("stay_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    integer("lot_id"),
    text_column("plate"),  # cleaned
    integer("plate_color", null=True),
    text_column("vehicle_class", server_default=""),
    text_column("state"),  # inside, left, lost, ended
    integer("tariff_id", null=True),  # null: free
    integer("version", null=True),
    integer("in_pass", null=True),
    integer("in_lane_id", null=True),
    integer("in_ms"),
    integer("out_pass", null=True),
    integer("out_lane_id", null=True),
    integer("out_ms", null=True),
    text_column("out_plate", server_default=""),  # as the exit read it, where that is another one
    integer("fen", null=True),  # what it cost in the end; null: not over, or nothing says
    text_column("fee", server_default=""),  # JSON: `forms.FeeRow`
    text_column("by_day", server_default="{}"),  # JSON: what counts for the caps of these days
    text_column("free_on", server_default="[]"),  # JSON: days whose free minutes it used
    text_column("note", server_default=""),  # why a person ended or changed it
    integer("changed_ms"),
    Index("ix_parking_stays_community", "community_id", "state", "stay_id"),
    Index("ix_parking_stays_plate", "community_id", "plate", "stay_id"),
    Index("ix_parking_stays_in", "community_id", "in_ms"),
)

payments = Table(
    "parking_payments",
    metadata,
    Column("payment_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    integer("stay_id"),
    integer("fen"),
    text_column("method"),  # cash, waived, online, given_back
    text_column("reason", server_default=""),
    text_column("taken_by"),  # caller
    integer("paid_ms"),
    integer("shift_id", null=True),  # of cash: the shift in whose till it is
    integer("charge_id", null=True),  # `payments.charges`, of what was paid there or went back
    Index("ix_parking_payments_charge", "charge_id"),
    Index("ix_parking_payments_stay", "stay_id"),
    Index("ix_parking_payments_shift", "shift_id"),
    Index("ix_parking_payments_community", "community_id", "paid_ms"),
)
"""What was taken for a stay, or waived. Never changed: a mistake is put right by another row."""

shifts = Table(
    "parking_shifts",
    metadata,
    Column("shift_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    text_column("taken_by"),  # caller
    integer("opened_ms"),
    integer("closed_ms", server_default="0"),  # 0: it goes on
    integer("expected_fen", server_default="0"),  # what was taken in cash; written when it ends
    integer("counted_fen", server_default="0"),
    text_column("reason", server_default=""),  # why the two differ
    Index("uq_parking_shifts_open", "community_id", "taken_by", "closed_ms", unique=True),
    Index("ix_parking_shifts_community", "community_id", "opened_ms"),
)
"""Cash that one person took in one community, from the first note to its hand-over."""

confusions = Table(
    "parking_confusions",
    metadata,
    text_column("iot_id"),
    text_column("stood"),  # one character of a plate
    text_column("seen"),  # what the camera read for it
    text_column("tenant_id"),
    integer("community_id"),
    integer("count"),
    PrimaryKeyConstraint("iot_id", "stood", "seen"),
)
"""Habits of a camera, learned from readings that were put right."""

lot_rules = Table(
    "parking_lot_rules",
    metadata,
    Column("lot_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    flag("holds_unpaid"),  # guests stay before the closed exit until nothing is due; 0: let out and noted
    integer("capacity", null=True),  # parking spaces; null: not counted, never full
    integer("changed_ms"),
)

exit_waits = Table(
    "parking_exit_waits",
    metadata,
    Column("lane_id", INT, primary_key=True, autoincrement=False),
    text_column("tenant_id"),
    integer("community_id"),
    integer("stay_id"),
    integer("pass_id"),
    integer("since_ms"),
    Index("ix_parking_exit_waits_stay", "stay_id"),
)
"""The car before a closed exit. One that comes later takes its place."""
