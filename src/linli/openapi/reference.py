"""The API reference, read off the registry: fields, errors and examples of every method."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import inspect

from linli.kernel import i18n
from linli.kernel.errors import BadInput, LinliError, NotFound
from linli.openapi import answers
from linli.openapi.descriptions import half
from linli.openapi.registry import MethodSpec

DEEPEST: Final = 6
"""Levels of nesting that are described; a structure that contains itself ends there."""
_ALWAYS: Final = (
    answers.WRONG_TYPE,
    answers.BAD_PARAMETER,
    answers.FORBIDDEN,
    answers.TOO_MANY,
    answers.SYSTEM_ERROR,
    answers.NO_ROUTE,
    answers.BACKEND_ERROR,
)
"""The gateway's own answers for all methods: 20003 for another version, 20004 while the database is away."""
_SIMPLE: Final[dict[type[inspect.Type], tuple[str, Any]]] = {
    inspect.StrType: ("String", "string"),
    inspect.IntType: ("Long", 1),
    inspect.FloatType: ("Double", 1.0),
    inspect.BoolType: ("Boolean", True),
    inspect.AnyType: ("Object", {}),
    inspect.RawType: ("Object", {}),
}


class Field(msgspec.Struct, frozen=True):
    """One member by its wire name; nested members are named with dots, elements of lists with `[]`."""

    name: str
    type: str
    required: bool
    description: str
    limits: str
    """Allowed values or lengths, as `1–64` or `a, b`; empty when there are none."""


class ErrorCode(msgspec.Struct, frozen=True):
    code: str
    message: str


def fields_of(kind: Any, language: str = i18n.DEFAULT) -> list[Field]:
    """The members of a parameter or result type, in the order they are declared, described in the language."""
    if kind is None:
        return []
    return [
        msgspec.structs.replace(field, description=half(field.description, language))
        for field in _members(inspect.type_info(kind), "", 0)
    ]


def example_of(kind: Any) -> Any:
    """A value of the type, small and plausible by shape only."""
    return None if kind is None else _sample(inspect.type_info(kind), 0)


def errors_of(spec: MethodSpec, language: str) -> list[ErrorCode]:
    """Body codes that the method may answer with, with their texts (spec H 8.2).

    `*` stands for the codes of a provider that answers the call for us.
    """
    defaultdicts: dict[str, list[str]] = defaultdict(list)
    for kind in _raised(spec):
        failure = _failure(kind, language)
        defaultdicts["*" if kind.code_of_another else str(failure.code)].append(failure.localized)
    for code in _always(spec):
        defaultdicts.setdefault(str(code), []).append(answers.plain(code, language).localized)
    return [ErrorCode(code, "; ".join(dict.fromkeys(texts))) for code, texts in sorted(defaultdicts.items())]


def codes_of(spec: MethodSpec) -> set[int | str]:
    """The body codes of `errors_of` as they stand in an answer, without those of others."""
    raised = {_failure(kind, i18n.DEFAULT).code for kind in _raised(spec) if not kind.code_of_another}
    return {*_always(spec), *raised}


def _raised(spec: MethodSpec) -> list[type[LinliError]]:
    return [kind for kind in spec.raises if issubclass(kind, LinliError)]


def _always(spec: MethodSpec) -> tuple[int, ...]:
    return _ALWAYS if spec.token == "none" else (*_ALWAYS, answers.UNAUTHORIZED)


def envelope_example(spec: MethodSpec) -> dict[str, Any]:
    """The request of a call."""
    request = {"apiVer": spec.version}
    if spec.token != "none":
        request["cloudToken"] = "<cloudToken>"
    return {"id": "1", "version": "1.0", "request": request, "params": example_of(spec.params) or {}}


def answer_example(spec: MethodSpec) -> dict[str, Any]:
    """The answer to a successful call."""
    answer: dict[str, Any] = {"id": "1", "code": answers.OK, "message": spec.message, "localizedMsg": None}
    if spec.result is None:
        return answer
    example = example_of(spec.result)
    return {**answer, "data": example, **({spec.beside: example} if spec.beside else {})}


def _failure(kind: type[LinliError], language: str) -> answers.Failure:
    """The answer to an error of this kind; places in its text that only the call can fill stay as `{name}`."""
    error = kind.__new__(kind)
    error.facts = {}
    code = answers.code_of(error) if kind.api_code is None else kind.api_code
    key = f"error.{kind.code}"
    text = i18n.text(key, language)
    if text == key or kind.code in (BadInput.code, NotFound.code):
        text = answers.plain(code, language).localized if isinstance(code, int) else kind.code
    return answers.Failure(code, kind.code, text)


def _members(kind: inspect.Type, prefix: str, depth: int) -> Iterator[Field]:
    kind, _ = _bare(kind)
    if isinstance(kind, inspect.ListType | inspect.SetType | inspect.VarTupleType):
        yield from _members(kind.item_type, f"{prefix}[]", depth + 1)
    elif isinstance(kind, inspect.StructType) and depth < DEEPEST:
        for member in kind.fields:
            bare, meta = _bare(member.type)
            name = f"{prefix}.{member.encode_name}" if prefix else member.encode_name
            yield Field(name, _name(bare), member.required, meta.get("description", ""), _limits(bare))
            yield from _members(bare, name, depth + 1)


def _bare(kind: inspect.Type) -> tuple[inspect.Type, dict[str, str]]:
    """The type without its metadata and without None, and the metadata's description."""
    meta: dict[str, str] = {}
    while True:
        if isinstance(kind, inspect.Metadata):
            schema = kind.extra_json_schema or {}
            if "description" in schema:
                meta["description"] = str(schema["description"])
            kind = kind.type
        elif isinstance(kind, inspect.UnionType):
            kept = [member for member in kind.types if not isinstance(member, inspect.NoneType)]
            kind = kept[0] if kept else inspect.AnyType()
        else:
            return kind, meta


def _name(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.ListType | inspect.SetType | inspect.VarTupleType):
        return f"List<{_name(_bare(kind.item_type)[0])}>"
    if isinstance(kind, inspect.LiteralType | inspect.EnumType):
        values = kind.values if isinstance(kind, inspect.LiteralType) else [e.value for e in kind.cls]
        return "String" if any(isinstance(value, str) for value in values) else "Integer"
    if isinstance(kind, inspect.StructType | inspect.DictType):
        return "Object"
    return _SIMPLE.get(type(kind), ("String", ""))[0]


def _limits(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.LiteralType):
        return ", ".join(str(value) for value in kind.values)
    if isinstance(kind, inspect.EnumType):
        return ", ".join(str(entry.value) for entry in kind.cls)
    if isinstance(kind, inspect.StrType | inspect.ListType):
        return _range(kind.min_length, kind.max_length)
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        return _range(
            kind.ge if kind.ge is not None else kind.gt, kind.le if kind.le is not None else kind.lt
        )
    return ""


def _range(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    return f"{'' if low is None else low}–{'' if high is None else high}"


def _sample(kind: inspect.Type, depth: int) -> Any:
    kind, _ = _bare(kind)
    if isinstance(kind, inspect.StructType):
        if depth >= DEEPEST:
            return {}
        return {
            member.encode_name: _sample(member.type, depth + 1)
            for member in kind.fields
            if member.required or depth == 0
        }
    if isinstance(kind, inspect.ListType | inspect.SetType | inspect.VarTupleType):
        return [_sample(kind.item_type, depth + 1)]
    if isinstance(kind, inspect.DictType):
        return {}
    if isinstance(kind, inspect.LiteralType):
        return kind.values[0]
    if isinstance(kind, inspect.EnumType):
        return next(iter(kind.cls)).value
    return _SIMPLE.get(type(kind), ("String", "string"))[1]
