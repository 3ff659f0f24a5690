"""A visit as callers send it, and its checks. Spec B §3.9, §5 F7."""

from typing import Final, NamedTuple

import msgspec

from linli.domains.people import person_rules as rules
from linli.domains.people.schemas import Profile
from linli.domains.people.schemas import checked as checked_profile
from linli.kernel.errors import BadInput
from linli.rules import UNLIMITED
from linli.rules.plates import clean_plate, is_plate
from linli.rules.ways import MOST_USES

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
    """A surface's names for the fields of a guest, for errors."""

    name: str = "name"
    phone: str = "phone"
    id_no: str = "idCard"
    gender: str = "gender"
    plate: str = "plateNum"
    type: str = "type"
    people: str = "people"


WIRE: Final = GuestNames()


def checked(guest: Guest, *, before: str = "", names: GuestNames = WIRE) -> Guest:
    """The guest, normalized. `before` is a prefix of field names in errors. Raises BadInput."""
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
    """Raises BadInput unless the visit ends after its start and after now, and within a year."""
    if ends_ms <= now_ms:
        raise BadInput(field="endTime", rule="after", other="now")
    if ends_ms <= starts_ms:
        raise BadInput(field="endTime", rule="after", other="startTime")
    if ends_ms - now_ms > LONGEST_MS:
        raise BadInput(field="endTime", rule="visit_within_year")


def check_uses(uses: int) -> int:
    """Raises BadInput. UNLIMITED is as often as they like."""
    if uses != UNLIMITED and not 1 <= uses <= MOST_USES:
        raise BadInput(field="uses", rule="range", low=1, high=MOST_USES)
    return uses


def clean_reason(reason: str, *, field: str = "reason") -> str:
    """Raises BadInput for a reason that is too long or has control characters."""
    reason = " ".join(reason.split())
    if len(reason) > REASON_MAX:
        raise BadInput(field=field, rule="too_long", limit=REASON_MAX)
    if not reason.isprintable():
        raise BadInput(field=field, rule="control_character")
    return reason
