"""A resident's own form: the fields that the community asks for, and their profile."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from linli.domains.people import form_rules
from linli.domains.people.form_rules import Choice, Form
from linli.domains.people.rows import Person
from linli.domains.people.schemas import Profile, checked

_WIRE: Final = {"id_no": "idNo", "residence_address": "residenceAddress", "ext": "custom"}
_NUMBERS: Final = frozenset(("age",))
_ENUMS: Final = {"sex": (1, 2), "degree": range(10), "marriage": range(3), "politics": range(6)}


class AskedField(msgspec.Struct, rename="camel", frozen=True):
    """One field of the form, beside name, phone and relation to the house."""

    name: Annotated[
        str, Meta(description="As in the form that is sent; a custom field's key goes into `custom`.")
    ]
    kind: Literal["text", "number", "enum"]
    required: bool
    main: Annotated[bool, Meta(description="Shown at once; the others under 更多信息.")]
    label: Annotated[str, Meta(description="Of a custom field; the others the pages name.")]
    custom: bool
    values: Annotated[list[int], Meta(description="Of a standard enum.")]
    choices: Annotated[list[Choice], Meta(description="Of a custom enum.")]


class PersonForm(msgspec.Struct, rename="camel", frozen=True):
    """The person. Empty fields change nothing."""

    name: str = ""
    id_no: str = ""
    sex: Annotated[int | None, Meta(description="1 male, 2 female")] = None
    age: int | None = None
    nationality: str = ""
    registry: Annotated[str, Meta(description="户籍所在地")] = ""
    residence_address: str = ""
    degree: Annotated[int | None, Meta(description="DEGREE, 0 to 9")] = None
    marriage: int | None = None
    politics: int | None = None
    company: str = ""
    health: str = ""
    custom: Annotated[dict[str, str], Meta(description="The community's own fields, by key.")] = {}


def asked(form: Form) -> list[AskedField]:
    """The visible fields in the community's order."""
    rows = []
    for field in form.fields:
        if not field.visible:
            continue
        own = field.custom
        values = list(_ENUMS.get(field.name, ())) if own is None else []
        kind: Literal["text", "number", "enum"] = "text"
        if values or (own is not None and own.kind == "enum"):
            kind = "enum"
        elif field.name in _NUMBERS:
            kind = "number"
        rows.append(
            AskedField(
                name=field.name if own is not None else _camel(field.name),
                kind=kind,
                required=field.required,
                main=field.main,
                label=own.label if own is not None else "",
                custom=own is not None,
                values=values,
                choices=list(own.choices) if own is not None else [],
            )
        )
    return rows


def profile_of(data: PersonForm, *, form: Form, phone: str, person: Person | None) -> Profile:
    """The checked profile of somebody with this phone, as the community's form wants it. Raises BadInput."""
    ext = form_rules.merged_ext(form, person.ext if person else "", data.custom)
    given = {
        name: value
        for name, value in msgspec.structs.asdict(data).items()
        if name in Profile.__struct_fields__
    }
    profile = checked(Profile(**{**given, "phone": phone, "ext": ext}), wire=_WIRE)
    form_rules.check(form, profile.values(), wire=_WIRE, creating=True)
    return profile


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
