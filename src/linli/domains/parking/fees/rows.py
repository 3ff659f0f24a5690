"""Tariffs as the queries read them."""

from datetime import date
from typing import NamedTuple

import msgspec

from linli.rules.tariffs import Days


class TariffRow(NamedTuple):
    tariff_id: int
    tenant_id: str
    community_id: int
    name: str
    draft: str
    cases: str
    version: int
    created_ms: int
    changed_ms: int


class VersionRow(NamedTuple):
    tariff_id: int
    version: int
    tenant_id: str
    community_id: int
    tariff: str
    cases: str
    published_by: str
    published_ms: int


class CalendarRow(NamedTuple):
    community_id: int
    tenant_id: str
    holidays: str
    workdays: str
    changed_ms: int

    def days(self) -> Days:
        return Days(frozenset(_dates(self.holidays)), frozenset(_dates(self.workdays)))


def _dates(text: str) -> list[date]:
    return msgspec.json.decode(text, type=list[date])


class StayRow(NamedTuple):
    stay_id: int
    tenant_id: str
    community_id: int
    lot_id: int
    plate: str
    plate_color: int | None
    vehicle_class: str
    state: str
    tariff_id: int | None
    version: int | None
    in_pass: int | None
    in_lane_id: int | None
    in_ms: int
    out_pass: int | None
    out_lane_id: int | None
    out_ms: int | None
    out_plate: str
    fen: int | None
    fee: str
    by_day: str
    free_on: str
    note: str
    changed_ms: int

    @property
    def is_orphan(self) -> bool:
        """An exit for which no entry was found."""
        return self.state == "left" and self.in_pass is None and self.out_pass is not None

    def used(self) -> tuple[dict[date, int], frozenset[date]]:
        """What it cost by day, and the days whose free minutes it used."""
        by_day = msgspec.json.decode(self.by_day, type=dict[date, int])
        return by_day, frozenset(_dates(self.free_on))


class PaymentRow(NamedTuple):
    payment_id: int
    tenant_id: str
    community_id: int
    stay_id: int
    fen: int
    method: str
    reason: str
    taken_by: str
    paid_ms: int
    shift_id: int | None = None
    charge_id: int | None = None


class ShiftRow(NamedTuple):
    shift_id: int
    tenant_id: str
    community_id: int
    taken_by: str
    opened_ms: int
    closed_ms: int
    expected_fen: int
    counted_fen: int
    reason: str


class ExitWait(NamedTuple):
    lane_id: int
    tenant_id: str
    community_id: int
    stay_id: int
    pass_id: int
    since_ms: int
