"""Callers' data of a person, and its checks. The wire names of each open API stand in its own structs."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from linli.domains.people import person_rules as rules
from linli.kernel.errors import BadInput


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A person's fields. None neither sets nor clears."""

    name: str | None = None
    phone: str | None = None
    id_no: str | None = None
    sex: int | None = None
    age: int | None = None
    degree: int | None = None
    health: str | None = None
    marriage: int | None = None
    politics: int | None = None
    company: str | None = None
    registry: str | None = None
    registry_code: str | None = None
    residence_address: str | None = None
    residence_address_code: str | None = None
    nationality: str | None = None
    ext: str | None = None
    """JSON text of an object: the integrator's own fields."""
    face_upload_id: str | None = None

    def values(self) -> dict[str, Any]:
        """The fields that are given."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}


_TEXT_MAX = {
    "health": 64,
    "company": 128,
    "registry": 128,
    "registry_code": 32,
    "residence_address": 256,
    "residence_address_code": 32,
    "nationality": 64,
    "ext": 4096,
    "face_upload_id": 64,
}
_CHOICES = {
    "sex": rules.SEXES,
    "age": range(151),
    "degree": rules.DEGREES,
    "marriage": rules.MARRIAGES,
    "politics": rules.POLITICS,
}


def checked(profile: Profile, *, wire: Mapping[str, str], name_max: int = rules.NAME_MAX) -> Profile:
    """The profile in clean spelling. `wire` maps our field names to those of the caller. Raises BadInput.

    Empty texts count as not given, so that a form's empty fields clear nothing by accident.
    """
    values = profile.values()
    for field in list(values):
        if isinstance(values[field], str):
            values[field] = values[field].strip()
            if not values[field] and field != "name":
                del values[field]
    if "name" in values:
        values["name"] = rules.clean_person_name(values["name"])
        if problem := rules.name_problem(values["name"], longest=name_max):
            raise BadInput(field=wire.get("name", "name"), rule=problem, limit=name_max)
    if "phone" in values:
        values["phone"] = rules.clean_phone(values["phone"])
        if not rules.is_phone(values["phone"]):
            raise BadInput(field=wire.get("phone", "phone"), rule="format", example="13800138000")
    if "id_no" in values:
        values["id_no"] = rules.clean_id_number(values["id_no"])
        if not rules.is_id_number(values["id_no"]):
            raise BadInput(field=wire.get("id_no", "idNo"), rule="format", example="330102199001011234")
        if problem := rules.id_number_problem(values["id_no"]):
            raise BadInput(field=wire.get("id_no", "idNo"), rule=problem)
    for field, longest in _TEXT_MAX.items():
        if len(values.get(field, "")) > longest:
            raise BadInput(field=wire.get(field, field), rule="too_long", limit=longest)
    for field, choices in _CHOICES.items():
        if field in values and values[field] not in choices:
            raise BadInput(field=wire.get(field, field), rule="range", low=choices[0], high=choices[-1])
    if "ext" in values and not _is_object(values["ext"]):
        raise BadInput(field=wire.get("ext", "ext"), rule="json_object")
    return Profile(**values)


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
