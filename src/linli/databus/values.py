"""A row's way in: every field checked against its model, before anything is written."""

import math
import re
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

import msgspec

from linli.databus import times
from linli.databus.datamodel import REAL, TEXTUAL, WHOLE, DataModel, Field
from linli.kernel.errors import BadInput

MAX_TEXT = 65_536
"""Characters of one text field when its model sets no limit."""

_LONG = 2**63


def accept_row(
    model: DataModel,
    row: Mapping[str, Any],
    *,
    filled: Mapping[str, str] | None = None,
    zone: tzinfo = times.SITE_ZONE,
    prefix: str = "",
) -> dict[str, Any]:
    """The row as it is stored: known fields only, each in its model's type; a Date becomes ms UTC.

    `filled` gives what the platform puts into fields that ask for it (`tenant`, `scope`) and the writer left
    out; a scope_id given by the writer must be the true one. `prefix` stands before field names in errors
    (`properties.`). Null counts as absent. Raises BadInput for the first field at fault.
    """
    accepted = accept_change(model, row, filled=filled, zone=zone, prefix=prefix)
    for field in model.fields:
        if accepted.get(field.name) is None:
            accepted.pop(field.name, None)
            if field.fill and filled and filled.get(field.fill):
                accepted[field.name] = filled[field.fill]
            elif field.required:
                raise BadInput(field=prefix + field.name, rule="required")
    return accepted


def accept_change(
    model: DataModel,
    row: Mapping[str, Any],
    *,
    filled: Mapping[str, str] | None = None,
    zone: tzinfo = times.SITE_ZONE,
    prefix: str = "",
) -> dict[str, Any]:
    """The given fields alone, checked; None where a field is cleared, which those that must be given cannot be.

    Raises BadInput for the first field at fault.
    """
    accepted: dict[str, Any] = {}
    for name, value in row.items():
        field = model.field(name)
        if field is None:
            raise BadInput(field=f"{prefix}{name}", rule="unknown")
        if value is None and field.required and not field.fill:
            raise BadInput(field=prefix + name, rule="required")
        accepted[name] = None if value is None else accept_value(field, value, zone=zone, prefix=prefix)
        if field.fill and value is not None and filled and accepted[name] not in ("", filled.get(field.fill)):
            raise BadInput(field=prefix + name, rule="one_of", allowed=filled.get(field.fill, ""))
    return accepted


def accept_value(field: Field, value: Any, *, zone: tzinfo = times.SITE_ZONE, prefix: str = "") -> Any:
    """One value in its field's type. Numbers may come as digits, as old clients send them. Raises BadInput."""
    name = prefix + field.name
    accepted: Any
    if field.type in TEXTUAL:
        accepted = _text(field, value, name, zone)
    elif field.type in WHOLE:
        accepted = _whole(field, value, name)
    elif field.type in REAL:
        accepted = _real(field, value, name)
    elif field.type == "Date":
        accepted = times.to_ms(value, zone)
        if accepted is None:
            raise BadInput(field=name, rule="format", example=times.EXAMPLE)
    else:
        accepted = _boolean(value, name)
    if field.values and accepted != "" and not _is_listed(field, accepted):
        raise BadInput(
            field=name,
            rule="one_of",
            allowed=", ".join(str(allowed_value.value) for allowed_value in field.values),
        )
    if field.required and field.values and accepted == "":
        raise BadInput(field=name, rule="blank")
    return accepted


def _is_listed(field: Field, value: Any) -> bool:
    if field.further and re.fullmatch(field.further, str(value)):
        return True
    return any(value == allowed.value for allowed in field.values)


def _text(field: Field, value: Any, name: str, zone: tzinfo) -> str:
    if field.format == "json" and isinstance(value, dict | list):
        text = msgspec.json.encode(value).decode()
    elif isinstance(value, str):
        text = value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        text = str(value)
    else:
        raise BadInput(field=name, rule="type", expected=field.type)
    limit = field.max_length or MAX_TEXT
    if len(text) > limit:
        raise BadInput(field=name, rule="too_long", limit=limit)
    if "\0" in text or (not text.isascii() and _has_lone_surrogate(text)):
        raise BadInput(field=name, rule="format", example="UTF-8")
    if text and field.format == "json":
        try:
            msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError) as error:
            raise BadInput(field=name, rule="format", example='{"code":0}') from error
    if text and field.format == "datetime" and times.to_ms(text, zone) is None:
        raise BadInput(field=name, rule="format", example=times.EXAMPLE)
    if text and field.file and not is_file_name(text):
        raise BadInput(field=name, rule="format", example="5269712352e5.jpg")
    return text


def is_file_name(text: str) -> bool:
    """A bare file name: no folder, no control characters. The file itself goes up by its own call."""
    return text.isprintable() and not set(text) & set("/\\") and text.strip(". ") != ""


def _has_lone_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _whole(field: Field, value: Any, name: str) -> int:
    if isinstance(value, str):
        value = value.strip()
        if len(value) > 20 or not value.lstrip("+-").isdecimal() or not value.isascii():
            raise BadInput(field=name, rule="type", expected=field.type)
        value = int(value)
    elif isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not -_LONG <= value < _LONG:
        raise BadInput(field=name, rule="type", expected=field.type)
    _in_range(field, value, name)
    return value


def _real(field: Field, value: Any, name: str) -> float:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError as error:
            raise BadInput(field=name, rule="type", expected=field.type) from error
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(field=name, rule="type", expected=field.type)
    try:
        number = float(value)
    except OverflowError as error:
        raise BadInput(field=name, rule="type", expected=field.type) from error
    if not math.isfinite(number):
        raise BadInput(field=name, rule="type", expected=field.type)
    _in_range(field, number, name)
    if field.step:
        number = round(round(number / field.step) * field.step, 9)
    return number


def _in_range(field: Field, number: float, name: str) -> None:
    low, high = field.min, field.max
    if (low is not None and number < low) or (high is not None and number > high):
        raise BadInput(field=name, rule="range", low=low, high=high)


def _boolean(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return value
    truth = {"true": True, "1": True, "false": False, "0": False}.get(str(value).strip().lower())
    if truth is None:
        raise BadInput(field=name, rule="type", expected="Boolean")
    return truth
