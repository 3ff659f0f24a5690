"""Versions of a product's thing model: one draft that may have faults, and published ones that never change.

Devices and APIs use the newest published version (`products.tsl`). Every property keeps its number through all versions,
so that values stored under an older one stay readable.
"""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, select, update

from linli.kernel.db import INT, Command, Query, Reader, Tx, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.things import audit
from linli.things.catalogue.documents import read_tsl
from linli.things.catalogue.errors import DraftChanged, NothingToPublish
from linli.things.changes import Change, tell
from linli.things.models import product_drafts, product_properties, product_versions, products
from linli.things.queries.products import ProductRow, get_product
from linli.tsl import Difference, Problem, ThingModel, compare, examine, parse_json, to_document, to_storage

MAX_NOTES = 1000
MAX_DRAFT_BYTES = 1_000_000


class Version(NamedTuple):
    version: int
    notes: str
    author: str
    published_ms: int
    tsl: str

    def model(self) -> ThingModel:
        return parse_json(self.tsl)


class Draft(NamedTuple):
    revision: int
    document: str
    """JSON text as it was saved."""
    author: str
    modified_ms: int


class Workbench(NamedTuple):
    """The documents with which an editor starts."""

    product: ProductRow
    draft: Draft | None
    document: dict[str, Any]
    """The draft, or the published model in its simple form."""
    problems: list[Problem]
    differences: list[Difference]
    """From the published model to the draft, as far as it can be read."""


_versions = Query(
    select(*(product_versions.c[name] for name in Version._fields))
    .where(product_versions.c.product_no == bindparam("product_no", type_=INT))
    .order_by(product_versions.c.version.desc()),
    Version,
)
_version = Query(
    select(*(product_versions.c[name] for name in Version._fields)).where(
        product_versions.c.product_no == bindparam("product_no", type_=INT),
        product_versions.c.version == bindparam("version", type_=INT),
    ),
    Version,
)
_draft = Query(
    select(*(product_drafts.c[name] for name in Draft._fields)).where(
        product_drafts.c.product_no == bindparam("product_no", type_=INT)
    ),
    Draft,
)
_known_properties = Query(
    select(product_properties.c.identifier).where(
        product_properties.c.product_no == bindparam("product_no", type_=INT)
    )
)
_put_in_force = Command(
    update(products)
    .where(
        products.c.product_no == bindparam("no", type_=INT),
        products.c.version == bindparam("seen", type_=INT),
        in_scope(products),
    )
    .values(
        tsl=bindparam("tsl_text"),
        version=bindparam("number", type_=INT),
        modified_ms=bindparam("now", type_=INT),
    )
)
_drop_draft = Command(delete(product_drafts).where(product_drafts.c.product_no == bindparam("no", type_=INT)))
_drop_draft_seen = Command(
    delete(product_drafts).where(
        product_drafts.c.product_no == bindparam("no", type_=INT),
        product_drafts.c.revision == bindparam("seen", type_=INT),
    )
)
_save_draft = Command(
    update(product_drafts)
    .where(
        product_drafts.c.product_no == bindparam("no", type_=INT),
        product_drafts.c.revision == bindparam("seen", type_=INT),
    )
    .values(
        revision=product_drafts.c.revision + 1,
        document=bindparam("text"),
        author=bindparam("who"),
        modified_ms=bindparam("now", type_=INT),
    )
)


async def workbench(scope: Scope, db: Reader, *, product_key: str) -> Workbench:
    """Raises NotFound."""
    product = await get_product(scope, db, product_key=product_key)
    draft = await _draft.one(db, product_no=product.product_no)
    published = product.model()
    if draft is None:
        return Workbench(product, None, to_document(published), [], [])
    document = msgspec.json.decode(draft.document)
    read, problems = examine(document)
    return Workbench(product, draft, document, problems, compare(published, read))


async def save_draft(
    scope: Scope, tx: Tx, *, product_key: str, document: dict[str, Any], revision: int
) -> int:
    """Keep a draft, faults and all. `revision` is the one it was made from, 0 where there was none.

    Returns the new revision. Raises NotFound, BadInput (too large), DraftChanged when somebody saved in between.
    """
    product = await get_product(scope, tx, product_key=product_key)
    text = msgspec.json.encode(document).decode()
    if len(text.encode()) > MAX_DRAFT_BYTES:
        raise BadInput(field="document", rule="too_long", limit=MAX_DRAFT_BYTES)
    if "\\u0000" in text:
        raise BadInput(field="document", rule="tsl.zero_character")
    now, who = tx.db.clock.now_ms(), audit.caller_of(scope)
    if await _save_draft.run(tx, no=product.product_no, seen=revision, text=text, who=who, now=now):
        return revision + 1
    there = await _draft.one(tx, product_no=product.product_no)
    if there is not None or revision != 0:
        raise DraftChanged(id=product_key)
    row = {
        "product_no": product.product_no,
        "revision": 1,
        "document": text,
        "author": who,
        "modified_ms": now,
    }
    await tx.insert(product_drafts, row)
    return 1


async def discard_draft(scope: Scope, tx: Tx, *, product_key: str) -> None:
    """Go back to what is published. No draft is no error. Raises NotFound."""
    product = await get_product(scope, tx, product_key=product_key)
    await _drop_draft.run(tx, no=product.product_no)


async def publish_draft(scope: Scope, tx: Tx, *, product_key: str, revision: int, notes: str = "") -> Version:
    """Put the draft in force as the next version. `revision` is the one that was looked at.

    Raises NotFound, DraftChanged, TslRefused, NothingToPublish when it equals what is in force.
    """
    product = await get_product(scope, tx, product_key=product_key)
    draft = await _draft.one(tx, product_no=product.product_no)
    if draft is None:
        raise NothingToPublish(id=product_key)
    if draft.revision != revision:
        raise DraftChanged(id=product_key)
    model = read_tsl(draft.document)
    if model == product.model():
        raise NothingToPublish(id=product_key)
    if not await _drop_draft_seen.run(tx, no=product.product_no, seen=revision):
        raise DraftChanged(id=product_key)
    version = await put_in_force(scope, tx, product=product, model=model, notes=notes)
    await audit.note(scope, tx, "model.published", subject=product_key, facts={"version": version.version})
    return version


async def roll_back(scope: Scope, tx: Tx, *, product_key: str, version: int, notes: str = "") -> Version:
    """Put an older version in force again, as a new one: history is never cut. A draft stays.

    Raises NotFound, NothingToPublish when it equals what is in force.
    """
    product = await get_product(scope, tx, product_key=product_key)
    model = (await get_version(scope, tx, product_key=product_key, version=version)).model()
    if model == product.model():
        raise NothingToPublish(id=product_key)
    new_version = await put_in_force(scope, tx, product=product, model=model, notes=notes)
    facts = {"version": new_version.version, "from": version}
    await audit.note(scope, tx, "model.rolled_back", subject=product_key, facts=facts)
    return new_version


async def put_in_force(
    scope: Scope, tx: Tx, *, product: ProductRow, model: ThingModel, notes: str
) -> Version:
    """The next version; running fronts follow after the commit.

    Raises BadInput (notes), DraftChanged when another version was put in force since `product` was read.
    """
    if len(notes) > MAX_NOTES:
        raise BadInput(field="notes", rule="too_long", limit=MAX_NOTES)
    number, now = product.version + 1, tx.db.clock.now_ms()
    text = to_storage(model)
    changed = await _put_in_force.run(
        tx, scope, no=product.product_no, seen=product.version, tsl_text=text, number=number, now=now
    )
    if not changed:
        raise DraftChanged(id=product.product_key)
    if await _version.one(tx, product_no=product.product_no, version=product.version) is None:
        before = {
            "product_no": product.product_no,
            "version": product.version,
            "tsl": product.tsl,
            "published_ms": product.modified_ms,
        }
        await tx.insert(product_versions, before)
    await number_properties(tx, product.product_no, model)
    await record_version(scope, tx, product_no=product.product_no, version=number, tsl=text, notes=notes)
    tell(tx, Change("product", product.product_no, product.product_key))
    return Version(number, notes.strip(), audit.caller_of(scope), now, text)


async def history(scope: Scope, db: Reader, *, product_key: str) -> list[Version]:
    """Every published version, the newest first. Raises NotFound."""
    product = await get_product(scope, db, product_key=product_key)
    rows = await _versions.all(db, product_no=product.product_no)
    return rows if rows and rows[0].version == product.version else [_in_force(product), *rows]


async def get_version(scope: Scope, db: Reader, *, product_key: str, version: int) -> Version:
    """Raises NotFound (product or version)."""
    product = await get_product(scope, db, product_key=product_key)
    version_row = await _version.one(db, product_no=product.product_no, version=version)
    if version_row is None and version == product.version:
        return _in_force(product)
    if version_row is None:
        raise NotFound(what="version", id=version)
    return version_row


def _in_force(product: ProductRow) -> Version:
    """The version of a product that is older than the keeping of versions."""
    return Version(product.version, "", "", product.modified_ms, product.tsl)


async def compare_versions(
    scope: Scope, db: Reader, *, product_key: str, before: int, after: int
) -> list[Difference]:
    """The changes from version `before` to `after`. Raises NotFound."""
    old = await get_version(scope, db, product_key=product_key, version=before)
    new = await get_version(scope, db, product_key=product_key, version=after)
    return compare(old.model(), new.model())


async def record_version(
    scope: Scope, tx: Tx, *, product_no: int, version: int, tsl: str, notes: str
) -> None:
    """Write a version down; the caller has put it in force."""
    row = {
        "product_no": product_no,
        "version": version,
        "tsl": tsl,
        "notes": notes.strip(),
        "author": audit.caller_of(scope),
        "published_ms": tx.db.clock.now_ms(),
    }
    await tx.insert(product_versions, row)


async def number_properties(tx: Tx, product_no: int, model: ThingModel) -> None:
    """Give each property that never had one a number."""
    numbered = {identifier for (identifier,) in await _known_properties.all(tx, product_no=product_no)}
    for item in model.properties:
        if item.identifier not in numbered:
            await tx.insert(product_properties, {"product_no": product_no, "identifier": item.identifier})
