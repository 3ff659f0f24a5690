"""From `params` as sent to the method's Struct; `kernel.input_errors` names the field and the rule of what does not fit.

Numbers may come as strings (spec B 3.1, rule 7); unknown members are ignored; a wrong JSON type and a bad value are
different failures (spec H 8.2: 400 and 460).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

type Decode = Callable[[bytes | msgspec.Raw], msgspec.Struct]


def decoder(params: type[msgspec.Struct]) -> Decode:
    """A function from JSON to `params`. Raises msgspec.DecodeError; `input_errors.refusal` makes the answer of it."""
    return msgspec.json.Decoder(params, strict=False).decode


def from_fields(fields: Mapping[str, str], params: type[msgspec.Struct]) -> msgspec.Struct:
    """Query or form fields as `params`; a list or an object is written as JSON text in its field.

    Raises msgspec.ValidationError.
    """
    try:
        return msgspec.convert(fields, params, strict=False)
    except msgspec.ValidationError:
        opened = {name: _opened(value) for name, value in fields.items()}
        if opened == fields:
            raise
        return msgspec.convert(opened, params, strict=False)


def _opened(value: str) -> Any:
    if value[:1] in ("[", "{"):
        try:
            return msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError):
            return value
    return value
