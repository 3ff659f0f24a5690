"""Products' scripts: draft, trial, versions; and what failed over messages of a device."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.masking import masked_text
from linli.kernel.scope import Scope
from linli.things.features import Features
from linli.things.queries.devices import get_device
from linli.things.queries.products import get_product
from linli.things.scripts import queries
from linli.things.scripts.errors import DraftChanged, NothingPublished
from linli.things.scripts.service import check_script, publish_draft, save_draft
from linli.things.scripts.trial import Direction, try_script


class ScriptVersion(msgspec.Struct, rename="camel", frozen=True):
    version: int
    published_by: str
    published_ms: int


class ProductScript(msgspec.Struct, rename="camel", frozen=True):
    custom: Annotated[bool, Meta(description="The product's devices speak a format of their own.")]
    draft: str
    draft_version: int
    draft_ms: int
    published: int | None
    """The version in use."""
    versions: list[ScriptVersion]
    """Newest first."""


class ScriptSource(msgspec.Struct, rename="camel", frozen=True):
    source: str


class DraftChange(msgspec.Struct, rename="camel"):
    source: str
    draft_version: Annotated[int, Meta(ge=0, description="The version that was edited.")]


class DraftSaved(msgspec.Struct, rename="camel", frozen=True):
    draft_version: int


class Published(msgspec.Struct, rename="camel", frozen=True):
    version: int


class ScriptTrialRequest(msgspec.Struct, rename="camel"):
    source: str
    direction: Direction
    input: Annotated[str, Meta(description="Bytes in hexadecimal; a message as JSON where it goes down.")]
    topic: str = ""


class ScriptTrialResult(msgspec.Struct, rename="camel", frozen=True):
    output: str
    error: str
    topic: str
    lines: tuple[str, ...]
    micros: int


class ScriptFailure(msgspec.Struct, rename="camel", frozen=True):
    id: str
    at_ms: int
    function: str
    kind: str
    reason: str
    input: str
    """Bytes in hexadecimal of an uplink, JSON of a downlink; cut."""


product_script_routes = Routes("/products/{product_key:str}/script", tags=("devices",))


@product_script_routes.get(right="devices.use", raises=(NotFound,))
async def script(product_key: str, scope: Scope, db: Database) -> ProductScript:
    """The draft, and what was published so far."""
    product = await get_product(scope, db, product_key=product_key)
    script_row = await queries.script_of(db, product_no=product.product_no)
    versions = await queries.versions_of(db, product_no=product.product_no)
    return ProductScript(
        product.data_format == "custom",
        script_row.draft,
        script_row.draft_version,
        script_row.draft_ms,
        script_row.published,
        [ScriptVersion(row.version, row.published_by, row.published_ms) for row in versions],
    )


@product_script_routes.get("/versions/{version:int}", right="devices.use", raises=(NotFound,))
async def version(product_key: str, version: int, scope: Scope, db: Database) -> ScriptSource:
    """The text of a version, to look at or to go back to."""
    product = await get_product(scope, db, product_key=product_key)
    source = await queries.version_source(db, product_no=product.product_no, version=version)
    if source is None:
        raise NotFound(what="script_version", id=version)
    return ScriptSource(source)


@product_script_routes.put("/draft", right="devices.manage", raises=(NotFound, DraftChanged))
async def save(product_key: str, data: DraftChange, scope: Scope, tx: Tx) -> DraftSaved:
    """Keep the draft, whether it runs or not, unless somebody else saved one meanwhile."""
    version = await save_draft(
        scope, tx, product_key=product_key, source=data.source, draft_version=data.draft_version
    )
    return DraftSaved(version)


@product_script_routes.post("/trial", right="devices.manage", status=200, raises=(NotFound,))
async def trial(
    product_key: str, data: ScriptTrialRequest, scope: Scope, db: Database, features: Features
) -> ScriptTrialResult:
    """Run a text with one input. Nothing is stored and no device hears of it."""
    await get_product(scope, db, product_key=product_key)
    tried = await try_script(
        features.sandbox,
        owner=scope.tenant,
        source=data.source,
        direction=data.direction,
        given=data.input,
        topic=data.topic,
    )
    return ScriptTrialResult(tried.output, tried.error, tried.topic, tried.lines, tried.micros)


@product_script_routes.post(
    "/publish", right="devices.manage", status=200, raises=(NotFound, DraftChanged, NothingPublished)
)
async def publish(
    product_key: str, data: DraftSaved, scope: Scope, db: Database, features: Features
) -> Published:
    """Put the draft of this version into use for all devices of the product; refused if it cannot be run."""
    product = await get_product(scope, db, product_key=product_key)
    script_row = await queries.script_of(db, product_no=product.product_no)
    if script_row.draft.strip():
        await check_script(features.sandbox, script_row.draft, owner=scope.tenant)
    async with db.begin() as tx:
        version = await publish_draft(scope, tx, product_key=product_key, draft_version=data.draft_version)
    return Published(version)


device_script_routes = Routes("/devices/{iot_id:str}/script-failures", tags=("devices",))


@device_script_routes.get(right="devices.use", raises=(NotFound,))
async def failures(iot_id: str, scope: Scope, db: Database) -> list[ScriptFailure]:
    """The last 100 messages that the product's script failed over, newest first; one a minute is noted."""
    device = await get_device(scope, db, iot_id=iot_id)
    return [
        ScriptFailure(
            str(row.seq),
            row.at_ms,
            row.function,
            row.kind,
            masked_text(row.reason),
            _shown(row.function, bytes(row.input)),
        )
        for row in await queries.failures_of(db, device_no=device.device_no)
    ]


def _shown(function: str, given: bytes) -> str:
    return (
        masked_text(given.decode("utf-8", "replace"))
        if function == "protocolToRawData"
        else given.hex(" ").upper()
    )
