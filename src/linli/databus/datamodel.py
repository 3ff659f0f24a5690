"""A data model (数据模型): its fields, their types and limits, from the JSON files in `datamodels/`."""

from typing import Any, Literal

import msgspec

type FieldType = Literal["String", "Integer", "Long", "Float", "Double", "Boolean", "Date", "Enum"]
type IndexSlot = Literal["text_1", "text_2", "text_3", "number_1"]
"""Column of the records table that holds a copy of the field, so that conditions on it use an index."""

TEXTUAL: frozenset[str] = frozenset({"String", "Enum"})
WHOLE: frozenset[str] = frozenset({"Integer", "Long"})
REAL: frozenset[str] = frozenset({"Float", "Double"})

# Rows carry these beside the model's own fields (spec B, 2.10).
SYSTEM_FIELDS: dict[str, str] = {
    "id": "Long",
    "scope_id": "String",
    "gmt_create": "Date",
    "gmt_modified": "Date",
    "creator": "String",
    "modifier": "String",
}


class AllowedValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One value of a closed list, with its meaning."""

    value: int | str
    zh: str
    en: str


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"max_length": "maxLength"}):
    """One attribute of a data model. `name` is the wire name, misspelt or not."""

    name: str
    type: FieldType
    zh: str
    en: str
    required: bool = False
    """Must be given; an empty text counts as given (an unknown card has no person)."""
    max_length: int | None = None
    """Characters."""
    min: float | None = None
    max: float | None = None
    step: float | None = None
    """Resolution of a number: values are rounded to it."""
    format: Literal["datetime", "json"] | None = None
    """The content of a text: a time in one of the Date forms, or JSON (an object becomes text)."""
    values: tuple[AllowedValue, ...] = ()
    """The closed list of values; empty when anything of the type is allowed."""
    further: str = ""
    """A pattern of values beside the list: kinds of makers' own."""
    file: Literal["picture", "text"] | None = None
    """The field holds the NAME of an uploaded file of this kind."""
    index: IndexSlot | None = None
    person: Literal["id", "facts"] | None = None
    """The identityId of the person in the row, or what is removed once that person is erased (`erasure`)."""
    fill: Literal["tenant", "scope"] | None = None
    """The platform's value for an absent field: the tenant id or the scope_id."""

    def text(self, language: str) -> str:
        return self.en if language == "en" else self.zh


class Titles(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"zh": "zh-CN"}):
    zh: str
    en: str

    def text(self, language: str) -> str:
        return self.en if language == "en" else self.zh


class DataModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"model_id": "modelId"}):
    """One version of one model. Versions of a model differ in their fields and live side by side."""

    model_id: str
    version: str
    area: Literal["access", "elevator", "video", "parking", "security"]
    title: Titles
    source: str
    """Section of the manual that defines the model."""
    fields: tuple[Field, ...]
    note: Titles | None = None

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)

    @property
    def ids_of_persons(self) -> list[str]:
        return [field.name for field in self.fields if field.person == "id"]

    @property
    def facts_of_persons(self) -> list[str]:
        return [field.name for field in self.fields if field.person == "facts"]

    def slots(self, row: dict[str, Any]) -> dict[str, Any]:
        """The index columns of a checked row. Empty text is left out: nobody looks for it by index."""
        slots: dict[str, Any] = {"text_1": None, "text_2": None, "text_3": None, "number_1": None}
        for field in self.fields:
            if field.index is not None:
                slots[field.index] = row.get(field.name) or None
        return slots
