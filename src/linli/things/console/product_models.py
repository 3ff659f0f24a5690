"""Thing models of products for the editor: draft, faults, publishing, history, comparing, import and export."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from msgspec import Meta

from linli.kernel import i18n
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.things.catalogue import versions
from linli.things.catalogue.errors import DraftChanged, NothingToPublish
from linli.things.errors import TslRefused
from linli.things.queries.products import get_product
from linli.tsl import (
    UNITS,
    Difference,
    ModelRefused,
    Problem,
    compare,
    examine,
    export,
    parse_json,
    to_document,
)

MAX_IMPORT_CHARACTERS = 1_000_000


class Fault(msgspec.Struct, frozen=True):
    path: str
    """Where in the document: `properties[2].dataType.specs.max`; `$` is all of it."""
    rule: str
    message: str
    """In the caller's language."""


class Changed(msgspec.Struct, frozen=True):
    path: str
    kind: Literal["added", "removed", "changed"]
    before: Any
    after: Any
    breaking: bool
    """Devices or programs made for the older model may fail."""


class ModelState(msgspec.Struct, rename="camel", frozen=True):
    version: int
    """In force."""
    document: dict[str, Any]
    """The draft, or what is in force; simple form."""
    revision: int
    """Of the draft; 0: there is none."""
    draft_author: str
    draft_ms: int | None
    faults: list[Fault]
    changes: list[Changed]


class DraftRequest(msgspec.Struct):
    document: dict[str, Any]
    revision: Annotated[int, Meta(description="The one it was made from; 0: there was none.")] = 0


class DraftState(msgspec.Struct, frozen=True):
    revision: int
    faults: list[Fault]
    changes: list[Changed]


class CheckRequest(msgspec.Struct):
    document: dict[str, Any]


class ImportRequest(msgspec.Struct):
    text: Annotated[
        str, Meta(max_length=MAX_IMPORT_CHARACTERS, description="A TSL file, whole or simple form.")
    ]


class Imported(msgspec.Struct, frozen=True):
    """The changes of a file. Nothing is saved by reading it."""

    document: dict[str, Any] | None
    """In its simple form; null where it has faults."""
    faults: list[Fault]
    changes: list[Changed]


class PublishRequest(msgspec.Struct):
    revision: int
    notes: str = ""


class RollBackRequest(msgspec.Struct):
    version: int
    notes: str = ""


class VersionLine(msgspec.Struct, rename="camel", frozen=True):
    version: int
    notes: str
    author: str
    published_ms: int
    properties: int
    events: int
    services: int


class UnitChoice(msgspec.Struct, frozen=True):
    symbol: str
    name: str
    """Chinese, for `unitName`."""
    english: str


unit_routes = Routes("/units", tags=("products",))


@unit_routes.get(right="devices.use")
async def units() -> list[UnitChoice]:
    """Units of numbers to choose from; other units may be typed."""
    return [UnitChoice(*unit) for unit in UNITS]


product_model_routes = Routes("/products/{product_key:str}/model", tags=("products",))


@product_model_routes.get(right="devices.use", raises=(NotFound,))
async def state(product_key: str, scope: Scope, db: Database) -> ModelState:
    """The model with which the editor starts."""
    bench = await versions.workbench(scope, db, product_key=product_key)
    draft = bench.draft
    return ModelState(
        bench.product.version,
        bench.document,
        draft.revision if draft else 0,
        draft.author if draft else "",
        draft.modified_ms if draft else None,
        faults(bench.problems, scope.language),
        changes(bench.differences),
    )


@product_model_routes.put("/draft", right="integrations.manage", raises=(NotFound, DraftChanged))
async def save(product_key: str, data: DraftRequest, scope: Scope, tx: Tx) -> DraftState:
    """Keep a draft, faults and all; refused when somebody else saved in between."""
    revision = await versions.save_draft(
        scope, tx, product_key=product_key, document=data.document, revision=data.revision
    )
    published = (await get_product(scope, tx, product_key=product_key)).model()
    read, problems = examine(data.document)
    return DraftState(revision, faults(problems, scope.language), changes(compare(published, read)))


@product_model_routes.delete("/draft", right="integrations.manage", raises=(NotFound,))
async def discard(product_key: str, scope: Scope, tx: Tx) -> None:
    """Go back to what is in force."""
    await versions.discard_draft(scope, tx, product_key=product_key)


@product_model_routes.post("/check", right="devices.use", status=200, raises=(NotFound,))
async def check(product_key: str, data: CheckRequest, scope: Scope, db: Database) -> DraftState:
    """Every fault of a document and its difference from what is in force; nothing is saved."""
    published = (await get_product(scope, db, product_key=product_key)).model()
    read, problems = examine(data.document)
    return DraftState(0, faults(problems, scope.language), changes(compare(published, read)))


@product_model_routes.post("/import", right="devices.use", status=200, raises=(NotFound,))
async def read_file(product_key: str, data: ImportRequest, scope: Scope, db: Database) -> Imported:
    """The changes of a TSL file. To apply it, save the document as the draft."""
    published = (await get_product(scope, db, product_key=product_key)).model()
    try:
        model = parse_json(data.text)
    except ModelRefused as refused:
        return Imported(None, faults(refused.problems, scope.language), [])
    return Imported(to_document(model), [], changes(compare(published, model)))


@product_model_routes.post(
    "/publish",
    right="integrations.manage",
    status=200,
    raises=(NotFound, DraftChanged, NothingToPublish, TslRefused),
)
async def publish(product_key: str, data: PublishRequest, scope: Scope, tx: Tx) -> VersionLine:
    """Put the draft in force for devices and APIs."""
    version = await versions.publish_draft(
        scope, tx, product_key=product_key, revision=data.revision, notes=data.notes
    )
    return _line(version)


@product_model_routes.post(
    "/roll-back", right="integrations.manage", status=200, raises=(NotFound, NothingToPublish)
)
async def roll_back(product_key: str, data: RollBackRequest, scope: Scope, tx: Tx) -> VersionLine:
    """Put an older version in force again, as a new one."""
    version = await versions.roll_back(
        scope, tx, product_key=product_key, version=data.version, notes=data.notes
    )
    return _line(version)


@product_model_routes.get("/versions", right="devices.use", raises=(NotFound,))
async def history(product_key: str, scope: Scope, db: Database) -> list[VersionLine]:
    """Every published version, the newest first."""
    return [_line(row) for row in await versions.history(scope, db, product_key=product_key)]


@product_model_routes.get("/compare", right="devices.use", raises=(NotFound,))
async def compare_versions(
    product_key: str, scope: Scope, db: Database, before: int, after: int
) -> list[Changed]:
    """The changes from one published version to another."""
    differences = await versions.compare_versions(
        scope, db, product_key=product_key, before=before, after=after
    )
    return changes(differences)


class ModelExport(Filter, frozen=True):
    """The form and version of the exported thing model."""

    form: Annotated[
        Literal["whole", "simple"],
        Meta(description="whole: with the generated members, as devices and APIs get it."),
    ] = "whole"
    version: Annotated[int | None, Meta(description="None: the one in force.")] = None


@product_model_routes.get("/export.json", right="devices.use", raises=(NotFound,))
async def export_file(product_key: str, scope: Scope, db: Database, which: ModelExport) -> Response[bytes]:
    """A published model as a file."""
    product = await get_product(scope, db, product_key=product_key)
    number = product.version if which.version is None else which.version
    row = await versions.get_version(scope, db, product_key=product_key, version=number)
    model = row.model()
    document = export(model, product_key) if which.form == "whole" else to_document(model)
    content = msgspec.json.format(msgspec.json.encode(document), indent=2)
    name = f"{product_key}-v{number}{'' if which.form == 'whole' else '-simple'}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/json", headers=headers)


def faults(problems: list[Problem], language: str) -> list[Fault]:
    return [
        Fault(problem.path, problem.rule, i18n.text(f"rule.tsl.{problem.rule}", language, **problem.facts))
        for problem in problems
    ]


def changes(differences: list[Difference]) -> list[Changed]:
    return [
        Changed(difference.path, difference.kind, difference.before, difference.after, difference.breaking)
        for difference in differences
    ]


def _line(row: versions.Version) -> VersionLine:
    model = row.model()
    return VersionLine(
        row.version,
        row.notes,
        row.author,
        row.published_ms,
        len(model.properties),
        len(model.events),
        len(model.services),
    )
