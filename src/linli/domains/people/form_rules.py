"""Pure rules of the resident form: which fields a community asks for, and how. Spec A CON-06, CON-07, §2.3.

Name, relation and phone stand first, always visible, required and main; nobody changes that. A required field is main
and visible; an extended one (shown under 更多信息) is never required.
"""

import json
import re
from typing import Any, Final, Literal

import msgspec

from linli.kernel.errors import BadInput

LOCKED: Final = ("name", "type", "phone")
STANDARD: Final = (
    "sex", "id_no", "age", "nationality", "registry", "residence_address", "degree", "marriage", "politics",
    "company", "health",
)  # fmt: skip
"""Fields that a community may show or hide, in the order they have at first."""
_MAIN_AT_FIRST: Final = frozenset({"sex", "id_no"})
CUSTOM_MAX: Final = 20
LABEL_MAX: Final = 20
CHOICES_MAX: Final = 50
LENGTH_MAX: Final = 256
_KEY = re.compile(r"[A-Za-z][0-9A-Za-z_]{0,31}")


class Choice(msgspec.Struct, frozen=True, rename="camel"):
    """One value of an enum field (参数值, 参数描述)."""

    value: str
    description: str


class Custom(msgspec.Struct, frozen=True, rename="camel"):
    """The values of a community's own field."""

    label: str
    kind: Literal["string", "enum"]
    max_length: int = 0
    choices: list[Choice] = []


class Field(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    """The name of a column of persons, or the key in their `ext`."""
    visible: bool = False
    required: bool = False
    main: bool = False
    custom: Custom | None = None


class Form(msgspec.Struct, frozen=True):
    """The fields of a community's form for residents, in their order; locked fields are not listed."""

    fields: list[Field]
    review: bool = False
    """居民自行添加住户，是否需要物业审批 (CON-08)."""

    @property
    def customs(self) -> dict[str, Custom]:
        return {field.name: field.custom for field in self.fields if field.custom is not None}


def standard() -> Form:
    """The form of a community that has not changed it."""
    return Form([Field(name, True, False, name in _MAIN_AT_FIRST) for name in STANDARD])


def arranged(form: Form, wanted: list[Field]) -> Form:
    """The form with its fields shown as `wanted`, in that order; those not named follow as they are.

    Raises BadInput naming the field.
    """
    fields_by_name = {field.name: field for field in form.fields}
    for name in LOCKED:
        if any(field.name == name for field in wanted):
            raise BadInput(field=name, rule="field_locked")
    names = [field.name for field in wanted]
    for name in names:
        if name not in fields_by_name or names.count(name) > 1:
            raise BadInput(field="fields", rule="field_once", name=name[:64])
    for field in wanted:
        if field.required and not field.main:
            raise BadInput(field=field.name, rule="required_is_main")
        if field.required and not field.visible:
            raise BadInput(field=field.name, rule="required_is_visible")
    fields = [msgspec.structs.replace(field, custom=fields_by_name[field.name].custom) for field in wanted]
    fields += [field for field in form.fields if field.name not in names]
    return msgspec.structs.replace(form, fields=fields)


def checked_custom(form: Form, name: str, custom: Custom, *, is_new: bool) -> Custom:
    """A field of the community's own in clean spelling. Raises BadInput."""
    if is_new and not _KEY.fullmatch(name):
        raise BadInput(field="enName", rule="format", example="carPlate")
    if is_new and name in {*LOCKED, *STANDARD, *form.customs}:
        raise BadInput(field="enName", rule="taken")
    if is_new and len(form.customs) >= CUSTOM_MAX:
        raise BadInput(field="enName", rule="too_many_items", limit=CUSTOM_MAX)
    label = " ".join(custom.label.split())
    if not label:
        raise BadInput(field="cnName", rule="required")
    if len(label) > LABEL_MAX:
        raise BadInput(field="cnName", rule="too_long", limit=LABEL_MAX)
    if any(other.label == label for key, other in form.customs.items() if key != name):
        raise BadInput(field="cnName", rule="taken")
    if custom.kind == "string":
        if not 1 <= custom.max_length <= LENGTH_MAX:
            raise BadInput(field="maxLength", rule="range", low=1, high=LENGTH_MAX)
        return Custom(label, "string", custom.max_length)
    choices = [Choice(choice.value.strip(), choice.description.strip()) for choice in custom.choices]
    if not choices or any(not choice.value or not choice.description for choice in choices):
        raise BadInput(field="choices", rule="required")
    if len(choices) > CHOICES_MAX:
        raise BadInput(field="choices", rule="too_many_items", limit=CHOICES_MAX)
    if len({choice.value for choice in choices}) < len(choices):
        raise BadInput(field="choices", rule="repeated_values")
    return Custom(label, "enum", 0, choices)


def custom_values(ext: str | None) -> dict[str, Any]:
    """The object in a person's `ext`; empty when it is none."""
    try:
        values = json.loads(ext) if ext else {}
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def merged_ext(form: Form, ext: str, custom: dict[str, str]) -> str:
    """`ext` of a person with the form's values of the community's own fields; other keys stay."""
    values = custom_values(ext)
    for name in form.customs:
        values.pop(name, None)
        if custom.get(name):
            values[name] = custom[name]
    return msgspec.json.encode(values).decode() if values else ""


def custom_problem(custom: Custom, value: Any) -> tuple[str, dict[str, Any]] | None:
    """(rule, facts) that a value of a custom field breaks."""
    if not isinstance(value, str):
        return "type", {"expected": "string"}
    if custom.kind == "string":
        return ("too_long", {"limit": custom.max_length}) if len(value) > custom.max_length else None
    allowed = [choice.value for choice in custom.choices]
    return None if value in allowed else ("one_of", {"allowed": ", ".join(allowed)})


def check(
    form: Form,
    values: dict[str, Any],
    *,
    wire: dict[str, str],
    creating: bool,
    cleared: frozenset[str] = frozenset(),
) -> None:
    """Raises BadInput when a person's fields do not fit the form.

    `values` are a checked profile's fields; of an update only its given fields and its `cleared` ones are checked.
    """
    ext = custom_values(values.get("ext"))
    for field in form.fields:
        if field.custom is None:
            missing = values.get(field.name) in (None, "")
            if field.required and missing and (creating or field.name in cleared):
                raise BadInput(field=wire.get(field.name, field.name), rule="required")
            continue
        name = f"{wire.get('ext', 'ext')}.{field.name}"
        value = ext.get(field.name)
        if value in (None, ""):
            if field.required and (creating or "ext" in values or "ext" in cleared):
                raise BadInput(field=name, rule="required")
        elif problem := custom_problem(field.custom, value):
            raise BadInput(field=name, rule=problem[0], **problem[1])
