"""Visits as the queries read them, with their states and sources. Spec B §3.9, §5 F7. Times are UTC ms."""

from typing import Final, NamedTuple

from linli.rules import UNLIMITED

ASKED, EXPECTED, ARRIVED, LEFT, VOID, REFUSED = "asked", "expected", "arrived", "left", "void", "refused"
STATES: Final = (ASKED, EXPECTED, ARRIVED, LEFT, VOID, REFUSED)
WIRE_STATES: Final = {EXPECTED: 0, ARRIVED: 1, LEFT: 1, VOID: 2}
"""VISIT_STATUS. Partners do not see registrations that wait for consent or were refused."""
HOLDS_PASS: Final = (EXPECTED, ARRIVED)

API, STAFF, RESIDENT, POSTER = "API", "STAFF", "RESIDENT", "QRCODE"
SOURCES: Final = (API, STAFF, RESIDENT, POSTER)


class Visit(NamedTuple):
    """A row of `visits`, in the order of the columns."""

    apply_id: int
    tenant_id: str
    community_id: int
    house_id: int
    state: str
    source: str
    name: str
    type: int
    phone: str
    id_no: str
    gender: int | None
    plate: str
    reason: str
    people: int
    host_name: str
    starts_ms: int
    ends_ms: int
    submitter_id: int | None
    submitter_identity: str
    visitor_id: int | None
    visitor_identity: str
    qr_code: str
    arrived_ms: int
    left_ms: int
    end_reason: str
    changed_by: str
    created_ms: int
    changed_ms: int
    door_codes: str = ""
    uses: int = UNLIMITED
    """How often they may come in (`rules.ways`)."""

    @property
    def codes(self) -> list[str]:
        """The pass's codes: first the one for most doors, then those for scanners of a form of their own."""
        return [self.qr_code, *self.door_codes.split()] if self.qr_code else []

    @property
    def way(self) -> str:
        """The name by which its ways are counted; empty: they are not."""
        return "" if self.uses == UNLIMITED else f"visit:{self.apply_id}"

    def holds_pass(self, now_ms: int) -> bool:
        """Whether doors open for the visitor, now or later."""
        return self.state in HOLDS_PASS and self.ends_ms > now_ms
