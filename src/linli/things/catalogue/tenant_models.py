"""A tenant's own groups, categories and models (品类管理-自有). Source: spec D, 1.4 EBA-01, EBA-02 and chapter 2."""

import re
from typing import Any, Final

from sqlalchemy import bindparam, delete, update

from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.things.catalogue.documents import read_tsl
from linli.things.catalogue.errors import CategoryHasParts, CategoryTaken
from linli.things.catalogue.tree import OwnRow, categories, get_own
from linli.things.models import own_categories
from linli.tsl import to_storage

_CODE: Final = re.compile(r"[A-Za-z0-9_]{1,10}")
MAX_NAME: Final = 64
LEVELS: Final = 3
"""Group, category, model."""

_rename = Command(
    update(own_categories)
    .where(own_categories.c.category_no == bindparam("no", type_=INT), in_scope(own_categories))
    .values(name=bindparam("new_name"), modified_ms=bindparam("now", type_=INT))
)
_set_tsl = Command(
    update(own_categories)
    .where(own_categories.c.category_no == bindparam("no", type_=INT), in_scope(own_categories))
    .values(tsl=bindparam("tsl_text"), modified_ms=bindparam("now", type_=INT))
)
_delete = Command(
    delete(own_categories).where(
        own_categories.c.category_no == bindparam("no", type_=INT), in_scope(own_categories)
    )
)


async def add_category(
    scope: Scope,
    tx: Tx,
    *,
    parent_path: str,
    code: str,
    name: str,
    tsl: str | bytes | dict[str, Any] | None = None,
) -> OwnRow:
    """A group (`parent_path` empty), a category or a model; the parent may be built in.

    Products can be made of the third level, which starts with the thing model `tsl`. Raises BadInput, NotFound,
    CategoryTaken, TslRefused.
    """
    if not _CODE.fullmatch(code):
        raise BadInput(field="code", rule="category_code")
    by_path = await categories(scope, tx)
    level = parent_path.count("/") + 2 if parent_path else 1
    if parent_path and parent_path not in by_path:
        raise BadInput(field="parentPath", rule="category_parent")
    if level > LEVELS or (parent_path and by_path[parent_path].model is not None):
        raise BadInput(field="parentPath", rule="category_depth")
    path = f"{parent_path}/{code}".lstrip("/")
    if path in by_path:
        raise CategoryTaken(code=code, name=by_path[path].name)
    now = tx.db.clock.now_ms()
    values = {
        "tenant_id": scope.tenant,
        "parent_path": parent_path,
        "code": code,
        "name": _name(name),
        "tsl": to_storage(read_tsl(tsl)) if level == LEVELS else None,
        "created_ms": now,
        "modified_ms": now,
    }
    category_no = await tx.insert(own_categories, values) or 0
    return await get_own(scope, tx, category_no=category_no)


async def rename_category(scope: Scope, tx: Tx, *, category_no: int, name: str) -> None:
    """Products keep the name they were made with; codes never change. Raises BadInput, NotFound."""
    await get_own(scope, tx, category_no=category_no)
    await _rename.run(tx, scope, no=category_no, new_name=_name(name), now=tx.db.clock.now_ms())


async def set_category_model(
    scope: Scope, tx: Tx, *, category_no: int, tsl: str | bytes | dict[str, Any]
) -> None:
    """The thing model that new products of it start with; those there are stay as they are.

    Raises NotFound, BadInput for a group or category, TslRefused.
    """
    row = await get_own(scope, tx, category_no=category_no)
    if row.tsl is None:
        raise BadInput(field="tsl", rule="category_no_model")
    await _set_tsl.run(
        tx, scope, no=category_no, tsl_text=to_storage(read_tsl(tsl)), now=tx.db.clock.now_ms()
    )


async def remove_category(scope: Scope, tx: Tx, *, category_no: int) -> None:
    """Products made of it stay. Raises NotFound, CategoryHasParts."""
    row = await get_own(scope, tx, category_no=category_no)
    below = [category for category in await categories(scope, tx) if category.startswith(f"{row.path}/")]
    if below:
        raise CategoryHasParts(name=row.name, count=len(below))
    await _delete.run(tx, scope, no=category_no)


def _name(name: str) -> str:
    strip = name.strip()
    if not strip:
        raise BadInput(field="name", rule="blank")
    if len(strip) > MAX_NAME:
        raise BadInput(field="name", rule="too_long", limit=MAX_NAME)
    if "/" in strip:  # it joins the levels in the tag CategoryName
        raise BadInput(field="name", rule="no_slash")
    return strip
