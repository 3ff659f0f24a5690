"""Visits as they travel inside the platform: states, rows, and what makes an application fit. Spec B §3.9, §5 F7."""

from typing import Final, NamedTuple

import msgspec

from linli.domains.people import person_rules as rules
from linli.domains.people.schemas import Profile
from linli.domains.people.schemas import checked as checked_profile
from linli.kernel.errors import BadInput
from linli.rules.plates import clean_plate, is_plate

ASKED, EXPECTED, ARRIVED, LEFT, VOID, REFUSED = "asked", "expected", "arrived", "left", "void", "refused"
STATES: Final = (ASKED, EXPECTED, ARRIVED, LEFT, VOID, REFUSED)
WIRE_STATES: Final = {EXPECTED: 0, ARRIVED: 1, LEFT: 1, VOID: 2}
"""VISIT_STATUS. What waits for consent or was refused is no application yet: partners do not see it."""
HOLDS_PASS: Final = (EXPECTED, ARRIVED)

API, STAFF, RESIDENT, POSTER = "API", "STAFF", "RESIDENT", "QRCODE"
SOURCES: Final = (API, STAFF, RESIDENT, POSTER)

GUESTS_MAX: Final = 20
"""Visitors of one application."""
PEOPLE_MAX: Final = 50
REASON_MAX: Final = 100
LONGEST_MS: Final = 366 * 86_400_000


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """One visitor of an application."""

    name: str
    type: int = rules.FRIEND
    phone: str = ""
    id_no: str = ""
    gender: int | None = None
    plate: str = ""
    people: int = 1


class GuestNames(NamedTuple):
    """How a surface calls the fields of a guest, for errors."""

    name: str = "name"
    phone: str = "phone"
    id_no: str = "idCard"
    gender: str = "gender"
    plate: str = "plateNum"
    type: str = "type"
    people: str = "people"


WIRE: Final = GuestNames()


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

    @property
    def codes(self) -> list[str]:
        """The pass's codes: that of most doors first, then those of doors whose scanners have a form of their own."""
        return [self.qr_code, *self.door_codes.split()] if self.qr_code else []

    def holds_pass(self, now_ms: int) -> bool:
        """Whether doors are to open for the visitor, now or later."""
        return self.state in HOLDS_PASS and self.ends_ms > now_ms


def checked(guest: Guest, *, before: str = "", names: GuestNames = WIRE) -> Guest:
    """A guest in clean spelling. `before` stands before the field names in errors. Raises BadInput."""
    profile = checked_profile(
        Profile(name=guest.name, phone=guest.phone or None, id_no=guest.id_no or None, sex=guest.gender),
        wire={
            "name": before + names.name,
            "phone": before + names.phone,
            "id_no": before + names.id_no,
            "sex": before + names.gender,
        },
    )
    if guest.type not in rules.MEMBER_TYPES:
        raise BadInput(field=before + names.type, rule="range", low=1, high=9)
    plate = clean_plate(guest.plate)
    if plate and not is_plate(plate):
        raise BadInput(field=before + names.plate, rule="plate", example="浙A12345")
    if not 1 <= guest.people <= PEOPLE_MAX:
        raise BadInput(field=before + names.people, rule="range", low=1, high=PEOPLE_MAX)
    return Guest(
        name=profile.name or "",
        type=guest.type,
        phone=profile.phone or "",
        id_no=profile.id_no or "",
        gender=guest.gender,
        plate=plate,
        people=guest.people,
    )


def check_window(starts_ms: int, ends_ms: int, now_ms: int) -> None:
    """Raises BadInput unless the visit ends after it begins and after now, within a year."""
    if ends_ms <= now_ms:
        raise BadInput(field="endTime", rule="after", other="now")
    if ends_ms <= starts_ms:
        raise BadInput(field="endTime", rule="after", other="startTime")
    if ends_ms - now_ms > LONGEST_MS:
        raise BadInput(field="endTime", rule="visit_within_year")


def clean_reason(reason: str, *, field: str = "reason") -> str:
    """Raises BadInput for one that is too long or holds control characters."""
    reason = " ".join(reason.split())
    if len(reason) > REASON_MAX:
        raise BadInput(field=field, rule="too_long", limit=REASON_MAX)
    if not reason.isprintable():
        raise BadInput(field=field, rule="control_character")
    return reason
