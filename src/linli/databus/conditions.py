"""Conditions on records: the caller's text, its check, and its SQL on both engines."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Float, Text, and_, bindparam, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

from linli.databus import values
from linli.databus.datamodel import REAL, SYSTEM_FIELDS, TEXTUAL, Field
from linli.databus.models import records
from linli.databus.record_ids import day_of_record
from linli.kernel.db import INT, any_of
from linli.kernel.errors import BadInput

MAX_CONDITIONS: Final = 20
MAX_LIST: Final = 500

_SPELLINGS: Final = {
    "eq": "eq", "neq": "ne", "ne": "ne", "lt": "lt", "lteq": "le", "lte": "le", "le": "le", "mt": "gt", "gt": "gt",
    "mteq": "ge", "gte": "ge", "ge": "ge", "bt": "between", "between": "between", "in": "in", "nin": "not_in",
    "nul": "null", "nnul": "not_null", "like": "like",
}  # fmt: skip
"""The public guide's operators and the spellings people try first."""

_SYSTEM = {name: Field(name, type_, "", "") for name, type_ in SYSTEM_FIELDS.items()}  # type: ignore[arg-type]
_SYSTEM_COLUMNS: dict[str, ColumnElement[Any]] = {
    "id": records.c.id,
    "scope_id": records.c.scope_id,
    "gmt_create": records.c.created_ms,
    "gmt_modified": records.c.modified_ms,
    "creator": records.c.creator,
    "modifier": records.c.modifier,
}


class Condition(msgspec.Struct, rename="camel"):
    """One condition as callers send it: `{"fieldName": "id", "operate": "eq", "value": 5}`; all must hold."""

    field_name: str
    operate: str = "eq"
    value: Any = None


class Term(NamedTuple):
    """A checked condition: its place in the table, the operator, and the values to bind."""

    field: str
    type: str
    slot: str | None
    """Index column that holds the field, if any."""
    operator: str
    values: tuple[Any, ...]


class BodyValue(ColumnElement[Any]):
    """One field of a record's JSON body, in the SQL type of its field type; NULL when the row lacks it."""

    inherit_cache = False

    def __init__(self, name: str, type_: str) -> None:
        self.name = name
        self.field_type = type_
        self.type = Text() if type_ in TEXTUAL else Float(53) if type_ in REAL else INT

    def get_children(self, **_: Any) -> list[ClauseElement]:
        return [records.c.body]


@compiles(BodyValue, "sqlite")
def _body_value_sqlite(element: BodyValue, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_extract({compiler.process(records.c.body, **options)}, '$.{element.name}')"


@compiles(BodyValue, "postgresql")
def _body_value_postgresql(element: BodyValue, compiler: SQLCompiler, **options: Any) -> str:
    text = f"({compiler.process(records.c.body, **options)}::json ->> '{element.name}')"
    if element.field_type in TEXTUAL:
        return text
    if element.field_type == "Boolean":
        return f"({text}::boolean::int)"
    return f"({text}::double precision)" if element.field_type in REAL else f"({text}::bigint)"


class Bytewise(ColumnElement[str]):
    """A text that is ordered by its code points on both engines, whatever the database's locale."""

    inherit_cache = False
    type = Text()

    def __init__(self, inner: ColumnElement[Any]) -> None:
        self.inner = inner

    def get_children(self, **_: Any) -> list[ClauseElement]:
        return [self.inner]


@compiles(Bytewise, "sqlite")
def _bytewise_sqlite(element: Bytewise, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.inner, **options)


@compiles(Bytewise, "postgresql")
def _bytewise_postgresql(element: Bytewise, compiler: SQLCompiler, **options: Any) -> str:
    return f'({compiler.process(element.inner, **options)} COLLATE "C")'


def known_fields(fields: dict[str, Field]) -> dict[str, Field]:
    """The fields that conditions and orders may name: the model's and the system's."""
    return {**fields, **_SYSTEM}


def check(conditions: Sequence[Condition], fields: dict[str, Field]) -> list[Term]:
    """Conditions against the fields of a model (all versions). Raises BadInput naming the condition at fault."""
    if len(conditions) > MAX_CONDITIONS:
        raise BadInput(field="conditions", rule="too_many_items", limit=MAX_CONDITIONS)
    by_name = known_fields(fields)
    return [_check_one(condition, by_name, f"conditions[{n}].") for n, condition in enumerate(conditions)]


def _check_one(condition: Condition, fields: dict[str, Field], where: str) -> Term:
    field = fields.get(condition.field_name)
    if field is None:
        raise BadInput(field=f"{where}fieldName", rule="unknown")
    operator = _SPELLINGS.get(condition.operate.strip().lower())
    if operator is None:
        raise BadInput(field=f"{where}operate", rule="one_of", allowed=", ".join(_SPELLINGS))
    given: list[Any] = [condition.value]
    if operator in ("null", "not_null"):
        return Term(field.name, field.type, field.index, operator, ())
    if operator in ("in", "not_in", "between"):
        given = condition.value if isinstance(condition.value, list) else []
        if operator == "between" and len(given) != 2:
            raise BadInput(field=f"{where}value", rule="format", example="[1, 2]")
        if not given:
            raise BadInput(field=f"{where}value", rule="format", example='["a", "b"]')
        if len(given) > MAX_LIST:
            raise BadInput(field=f"{where}value", rule="too_many_items", limit=MAX_LIST)
    if any(value is None for value in given):
        raise BadInput(field=f"{where}value", rule="required")
    if operator == "like" and field.type not in TEXTUAL:
        raise BadInput(
            field=f"{where}operate", rule="one_of", allowed="eq, neq, lt, lteq, mt, mteq, bt, in, nin"
        )
    # A value outside the field's list or limits is a fair question with an empty answer, so only its type counts.
    plain = Field("value", field.type, "", "")
    checked = tuple(values.accept_value(plain, value, prefix=where) for value in given)
    if operator == "like":
        return _like_term(field, str(checked[0]), where)
    return Term(field.name, field.type, field.index, operator, checked)


def _like_term(field: Field, pattern: str, where: str) -> Term:
    """`%` stands for anything at the ends; without it the text may stand anywhere."""
    middle = pattern.strip("%")
    if not middle or "%" in middle:
        raise BadInput(field=f"{where}value", rule="format", example="%text%")
    starts, ends = pattern.startswith("%"), pattern.endswith("%")
    operator = "contains" if starts == ends else "ends" if starts else "begins"
    return Term(field.name, field.type, field.index, operator, (middle,))


def place(field: str, type_: str, slot: str | None) -> ColumnElement[Any]:
    """Where a field stands: a column, an index column, or the body."""
    if field in _SYSTEM_COLUMNS:
        return _SYSTEM_COLUMNS[field]
    return records.c[slot] if slot is not None else BodyValue(field, type_)


def condition_sql(term: Term, number: int) -> ColumnElement[bool]:
    """The SQL of one term; its values are bound as `value_<number>_<place>` or the list `list_<number>`."""
    at = place(term.field, term.type, term.slot)
    sql_type = Text() if term.type in TEXTUAL else Float(53) if term.type in REAL else INT

    def bound(position: int = 0) -> ColumnElement[Any]:
        return bindparam(f"value_{number}_{position}", type_=sql_type)

    ordered: ColumnElement[Any] = Bytewise(at) if term.type in TEXTUAL else at
    make: dict[str, Callable[[], ColumnElement[bool]]] = {
        "eq": lambda: at == bound(),
        "ne": lambda: at != bound(),
        "lt": lambda: ordered < bound(),
        "le": lambda: ordered <= bound(),
        "gt": lambda: ordered > bound(),
        "ge": lambda: ordered >= bound(),
        "between": lambda: and_(ordered >= bound(0), ordered <= bound(1)),
        "in": lambda: any_of(at, f"list_{number}"),
        "not_in": lambda: ~any_of(at, f"list_{number}"),
        "null": lambda: at.is_(None),
        "not_null": lambda: at.is_not(None),
        # LIKE folds case on one engine only, so parts of texts are compared as they are.
        "contains": lambda: func.replace(at, bound(), "") != at,
        "begins": lambda: func.substr(at, 1, func.length(bound())) == bound(),
        "ends": lambda: and_(
            func.length(at) >= func.length(bound()),
            func.substr(at, func.length(at) - func.length(bound()) + 1) == bound(),
        ),
    }
    condition = make[term.operator]()
    if term.field == "id" and term.operator in ("eq", "in"):
        # The partition follows from the id; saying so spares a look into every other one.
        day: ColumnElement[bool] = (
            records.c.day == bindparam(f"day_{number}", type_=INT)
            if term.operator == "eq"
            else any_of(records.c.day, f"days_{number}")
        )
        condition = and_(condition, day)
    return condition


def binds(terms: Sequence[Term]) -> dict[str, Any]:
    """The values for the statements that `condition_sql` made of `terms`."""
    bound: dict[str, Any] = {}
    for number, term in enumerate(terms):
        if term.operator in ("in", "not_in"):
            bound[f"list_{number}"] = list(term.values)
            if term.field == "id":
                bound[f"days_{number}"] = sorted({day_of_record(value) for value in term.values})
        else:
            bound.update((f"value_{number}_{n}", value) for n, value in enumerate(term.values))
            if term.field == "id" and term.operator == "eq":
                bound[f"day_{number}"] = day_of_record(term.values[0])
    return bound
