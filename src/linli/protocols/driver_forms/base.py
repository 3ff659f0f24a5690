"""Configurations as typed classes, and the forms that are drawn from them (style: settings and driver forms are schemas).

A driver declares `Config` and `Device`. Titles and hints stand in the driver's strings, so that the same schema draws a
Chinese and an English form; ranges, choices and defaults stand in the class.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

Secret = Annotated[str, Meta(max_length=256, extra_json_schema={"writeOnly": True, "format": "password"})]
"""A text that forms hide and that never travels back to a browser."""
HIDDEN: Final = "***"


class FormBad(ValueError):
    """Values break their form: `field` is the way to it by wire names ("" for the whole), `rule` says how."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field, self.rule = field, rule


class DriverConfig(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Base of all configurations. Rules across fields: raise ValueError("field: rule") in `__post_init__`."""


class NoConfig(DriverConfig, frozen=True, kw_only=True):
    """Of drivers that need none."""


def read_values[C: DriverConfig](kind: type[C], values: Mapping[str, Any]) -> C:
    """Check what a person or the platform gave. Raises FormBad."""
    try:
        return msgspec.convert(dict(values), kind)
    except msgspec.ValidationError as error:
        rule, separator, place = str(error).partition(" - at `")
        field = place.rstrip("`").removeprefix("$").removeprefix(".")
        if not separator:
            named, colon, text = rule.partition(": ")
            field, rule = (named, text) if colon else ("", rule)
        raise FormBad(field, rule) from None


def form_of(kind: type[DriverConfig], text: Callable[[str], str | None]) -> dict[str, Any]:
    """The JSON schema of a configuration with the texts of one language. The form is drawn from it.

    `text` gives the words of `<field>` and `<field>.hint`, None where there are none.
    """
    (schema,), parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    own = dict(parts[schema["$ref"].rpartition("/")[2]])
    own["properties"] = {
        name: _with_texts(name, dict(field), text) for name, field in own["properties"].items()
    }
    own.pop("title", None)
    own.pop("description", None)
    others = {name: part for name, part in parts.items() if name != kind.__name__}
    return own | ({"$defs": others} if others else {})


def _with_texts(name: str, field: dict[str, Any], text: Callable[[str], str | None]) -> dict[str, Any]:
    for key, of in (("title", name), ("description", f"{name}.hint")):
        if (words := text(of)) is not None:
            field[key] = words
    return field


def secrets_of(kind: type[DriverConfig]) -> frozenset[str]:
    """The wire names of the fields that hide."""
    return hidden_in(form_of(kind, lambda _: None))


def hidden_in(form: Mapping[str, Any]) -> frozenset[str]:
    """The wire names of the fields that hide, by a form's schema."""
    properties: Mapping[str, Any] = form.get("properties", {})
    return frozenset(name for name, field in properties.items() if field.get("writeOnly"))


def shown(config: DriverConfig) -> dict[str, Any]:
    """The configuration without its secrets, for pages, logs and diagnostics."""
    hidden = secrets_of(type(config))
    values: dict[str, Any] = msgspec.to_builtins(config)
    return {name: HIDDEN if name in hidden and value else value for name, value in values.items()}
