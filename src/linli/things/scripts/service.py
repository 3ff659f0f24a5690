"""Drafts and versions of products' scripts. The product's `data_format` is the format of its devices."""

from typing import Final

from sqlalchemy import bindparam, update

from linli.kernel.db import INT, Command, Tx
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.things.changes import Change, tell
from linli.things.queries.products import get_product
from linli.things.scripts.errors import DraftChanged, NothingPublished, ScriptFailed
from linli.things.scripts.models import product_script_versions, product_scripts
from linli.things.scripts.queries import script_of, versions_of
from linli.things.scripts.sandbox import Sandbox, Script

MAX_BYTES: Final = 64 * 1024
UP: Final = "rawDataToProtocol"
DOWN: Final = "protocolToRawData"
TOPIC: Final = "transformPayload"
FUNCTIONS: Final = (UP, DOWN, TOPIC)
_REQUIRED: Final = (UP, DOWN)
_LOOK: Final = "__linliFunctions"
_LOOKER: Final = (
    f"\n;function {_LOOK}(names) {{ return names.filter(function (n) "
    "{ return typeof globalThis[n] === 'function' }) }"
)

_set_published = Command(
    update(product_scripts)
    .where(product_scripts.c.product_no == bindparam("no", type_=INT))
    .values(published=bindparam("at", type_=INT))
)


async def check_script(sandbox: Sandbox, source: str, *, owner: str) -> None:
    """Raises BadInput when it is too long, does not run, or lacks one of the two functions that it must have."""
    check_size(source)
    try:
        ran = await sandbox.call(Script.of(source + _LOOKER, owner), _LOOK, FUNCTIONS)
    except ScriptFailed as failed:
        raise BadInput(field="source", rule="script_broken", reason=failed.reason) from failed
    missing = [name for name in _REQUIRED if name not in ran.value]
    if missing:
        raise BadInput(field="source", rule="script_functions", missing=", ".join(missing))


def check_size(source: str) -> None:
    """Raises BadInput."""
    if len(source.encode()) > MAX_BYTES:
        raise BadInput(field="source", rule="script_size", max=MAX_BYTES)


async def save_draft(scope: Scope, tx: Tx, *, product_key: str, source: str, draft_version: int) -> int:
    """Keep what somebody works on; the draft's new version. `draft_version` is the one it was made from.

    Raises NotFound, BadInput (too long), DraftChanged.
    """
    check_size(source)
    product = await get_product(scope, tx, product_key=product_key)
    script = await script_of(tx, product_no=product.product_no)
    if script.draft_version != draft_version:
        raise DraftChanged
    row = {
        "product_no": product.product_no,
        "draft": source,
        "draft_version": script.draft_version + 1,
        "draft_ms": tx.db.clock.now_ms(),
        "published": script.published,
    }
    await tx.upsert(
        product_scripts, [row], keys=("product_no",), update=("draft", "draft_version", "draft_ms")
    )
    return script.draft_version + 1


async def publish_draft(scope: Scope, tx: Tx, *, product_key: str, draft_version: int) -> int:
    """Put the draft into use; the version's number. Check it before.

    Raises NotFound, NothingPublished (there is no draft), DraftChanged.
    """
    product = await get_product(scope, tx, product_key=product_key)
    script = await script_of(tx, product_no=product.product_no)
    if script.draft_version != draft_version:
        raise DraftChanged
    if not script.draft.strip():
        raise NothingPublished
    versions = await versions_of(tx, product_no=product.product_no)
    version = versions[0].version + 1 if versions else 1
    row = {
        "product_no": product.product_no,
        "version": version,
        "source": script.draft,
        "published_by": f"{scope.caller.kind}:{scope.caller.id}",
        "published_ms": tx.db.clock.now_ms(),
    }
    await tx.insert(product_script_versions, row)
    await _set_published.run(tx, no=product.product_no, at=version)
    tell(tx, Change("product", product.product_no, product_key))
    return version
