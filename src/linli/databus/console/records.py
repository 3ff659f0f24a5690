"""Console: the data models, and a search over their records."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from linli.databus import files, queries, registry
from linli.databus.conditions import Condition, check
from linli.databus.datamodel import DataModel, Field
from linli.databus.queries import NEWEST_FIRST, Order, Record
from linli.databus.schemas import as_conditions
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.masking import OF_KIND, Sort, masked, sort_of
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_WHOLE: Final = frozenset(("eq", "in"))


class ModelValue(msgspec.Struct, rename="camel", frozen=True):
    value: str
    text: str


class ModelField(msgspec.Struct, rename="camel", frozen=True):
    """One field of a model, in the caller's language."""

    name: str
    type: str
    text: str
    required: bool
    max_length: int | None
    file: str | None
    """`picture` or `text` where the field names an uploaded file."""
    indexed: bool
    """Whether conditions on it are quick."""
    values: list[ModelValue]


class DataModelRow(msgspec.Struct, rename="camel", frozen=True):
    """One version of one data model."""

    model_id: str
    version: str
    area: str
    title: str
    note: str
    source: str
    """Section of the manual."""
    rows: int
    """Records that the caller may see."""
    newest_ms: int | None
    fields: list[ModelField]


class RecordRow(msgspec.Struct, rename="camel", frozen=True):
    """One record."""

    id: str
    model_id: str
    version: str
    community_id: str
    scope_id: str
    created_ms: int
    modified_ms: int
    creator: str
    source: str
    """The room that wrote it, or `api`."""
    fields: dict[str, Any]
    """The model's own, without what opens doors; a Date is UTC ms."""


class FileLink(msgspec.Struct, rename="camel", frozen=True):
    url: str


def _field(field: Field, language: str) -> ModelField:
    return ModelField(
        name=field.name,
        type=field.type,
        text=field.text(language),
        required=field.required,
        max_length=field.max_length,
        file=field.file,
        indexed=field.index is not None,
        values=[
            ModelValue(str(value.value), value.en if language == "en" else value.zh) for value in field.values
        ],
    )


def _model(model: DataModel, counted: tuple[int, int] | None, language: str) -> DataModelRow:
    return DataModelRow(
        model_id=model.model_id,
        version=model.version,
        area=model.area,
        title=model.title.text(language),
        note=model.note.text(language) if model.note else "",
        source=model.source,
        rows=counted[0] if counted else 0,
        newest_ms=counted[1] if counted else None,
        fields=[_field(field, language) for field in model.fields],
    )


def _record(record: Record) -> RecordRow:
    return RecordRow(
        id=str(record.id),
        model_id=record.model_id,
        version=record.version,
        community_id=str(record.community_id or ""),
        scope_id=record.scope_id,
        created_ms=record.created_ms,
        modified_ms=record.modified_ms,
        creator=record.creator,
        source=record.source,
        fields=masked(msgspec.json.decode(record.body)),
    )


model_routes = Routes("/data-models", tags=("databus",))


@model_routes.get(right="devices.use")
async def list_models(scope: Scope, db: Database) -> list[DataModelRow]:
    """Every data model with its fields, and how many records there are."""
    counts = await queries.counts_by_model(scope, db)
    return [
        _model(model, counts.get((model.model_id, model.version)), scope.language)
        for model in registry.load()
    ]


record_routes = Routes("/records", tags=("databus",))


class RecordFilter(Filter, frozen=True):
    """Records of a model, as they are asked for."""

    model_id: str
    community_id: int | None = None
    conditions: Annotated[
        str, Meta(description='JSON: [{"fieldName", "operate", "value"}], as the open API takes them.')
    ] = ""
    sort: Annotated[str, Meta(description="A field, with - before it for the reverse.")] = ""


@record_routes.get(right="devices.use")
async def search(scope: Scope, db: Database, page: PageRequest, where: RecordFilter) -> Page[RecordRow]:
    """Records of one model, newest first unless sorted."""
    fields = registry.load().fields(where.model_id)
    if not fields:
        raise BadInput(field="modelId", rule="unknown")
    if where.community_id is not None:
        scope.allow(where.community_id)
    wanted = as_conditions(where.conditions)
    _check_hidden(wanted)
    terms = check(wanted, fields)
    records = await queries.find_records(
        scope,
        db,
        model_id=where.model_id,
        terms=terms,
        page=page,
        community_id=where.community_id,
        order=_order(where.sort, fields),
    )
    total = await queries.count_records(
        scope, db, model_id=where.model_id, terms=terms, community_id=where.community_id
    )
    return Page.of(page, total, [_record(record) for record in records])


@record_routes.get("/{record_id:int}", right="devices.use", raises=(NotFound,))
async def get_record(record_id: int, scope: Scope, db: Database) -> RecordRow:
    """One record with all its fields."""
    record = await queries.get_record(scope, db, record_id=record_id)
    if record is None:
        raise NotFound(what="record", id=record_id)
    return _record(record)


@record_routes.get("/{record_id:int}/files/{field:str}", right="devices.use", raises=(NotFound,))
async def get_file(record_id: int, field: str, scope: Scope, db: Database, objects: ObjectStore) -> FileLink:
    """Where the file that a field names can be fetched, for an hour."""
    record = await queries.get_record(scope, db, record_id=record_id)
    if record is None:
        raise NotFound(what="record", id=record_id)
    name = str(record.fields().get(field) or "")
    url = await files.download_url(
        scope,
        db,
        file_name=name,
        scope_id=record.scope_id,
        model_id=record.model_id,
        attr_name=field,
        store=objects,
    )
    return FileLink(url)


def _check_hidden(conditions: Sequence[Condition]) -> None:
    """Hidden values may only be compared as a whole, so that they cannot be found out piece by piece. Raises BadInput."""
    for number, condition in enumerate(conditions):
        if _is_hidden(condition.field_name) and condition.operate.strip().lower() not in _WHOLE:
            allowed = ", ".join(sorted(_WHOLE))
            raise BadInput(field=f"conditions[{number}].operate", rule="one_of", allowed=allowed)


def _is_hidden(field: str) -> bool:
    return field in OF_KIND or sort_of(field) in (Sort.CODE, Sort.SECRET, Sort.PAPER)


def _order(sort: str, fields: dict[str, Field]) -> tuple[Order, ...]:
    if not sort:
        return NEWEST_FIRST
    field = fields.get(sort.removeprefix("-"))
    if field is None:
        raise BadInput(field="sort", rule="unknown")
    return (Order(field.name, field.type, field.index, sort.startswith("-")),)
