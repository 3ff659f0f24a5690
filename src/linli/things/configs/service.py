"""Configurations: write a version, restore an old one, give a device its own, push to all online devices."""

import hashlib
import json
from typing import Any, Final

from sqlalchemy import bindparam, select, update

from linli.kernel import outbox
from linli.kernel.db import INT, Command, Database, Query, Tx, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.things.configs import queries
from linli.things.configs.errors import NothingToPush, PushRunning, SameContent
from linli.things.configs.models import config_push_devices, config_pushes, device_configs
from linli.things.configs.pushing import PUSH, PushStep
from linli.things.configs.queries import Config, Push
from linli.things.models import devices
from linli.things.queries.devices import get_device
from linli.things.queries.products import get_product

MAX_BYTES: Final = 64 * 1024
_MAX_NOTES: Final = 1024
DEFAULT_BATCH: Final = 100
MAX_BATCH: Final = 1000

_online = Query(
    select(devices.c.device_no)
    .where(
        in_scope(devices),
        devices.c.product_no == bindparam("product_no", type_=INT),
        devices.c.online == 1,
        devices.c.enabled == 1,
    )
    .order_by(devices.c.device_no),
    heavy=True,
)
_running = Query(
    select(config_pushes.c.push_no).where(
        in_scope(config_pushes),
        config_pushes.c.product_no == bindparam("product_no", type_=INT),
        config_pushes.c.state == "running",
    )
)
_stop = Command(
    update(config_pushes)
    .where(
        in_scope(config_pushes),
        config_pushes.c.push_no == bindparam("no", type_=INT),
        config_pushes.c.state == "running",
    )
    .values(state="cancelled", finished_ms=bindparam("now", type_=INT))
)


def check_content(content: str) -> str:
    """The document as it is stored: a JSON object of at most 64 KiB, laid out as it was written. Raises BadInput."""
    try:
        size = len(content.encode())
        parsed = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadInput(field="content", rule="config_json", reason=str(error)[:200]) from None
    if not isinstance(parsed, dict):
        raise BadInput(field="content", rule="config_json", reason="{}")
    if size > MAX_BYTES:
        raise BadInput(field="content", rule="config_size", limit=MAX_BYTES // 1024)
    return content


async def save_config(
    scope: Scope,
    db: Database,
    *,
    product_key: str,
    content: str,
    objects: ObjectStore,
    ids: Ids,
    iot_id: str = "",
    notes: str = "",
    restored_from: int | None = None,
) -> Config:
    """A new version for the product, or for one device of it. The file is stored before the row that names it.

    Raises BadInput, NotFound, SameContent.
    """
    check_content(content)
    if len(notes) > _MAX_NOTES:
        raise BadInput(field="notes", rule="too_long", limit=_MAX_NOTES)
    product = await get_product(scope, db, product_key=product_key)
    config_id = ids.upload_id()
    key = f"{product.tenant_id}/configs/{config_id}.json"
    body = content.encode()
    device_no = await _device_no(scope, db, product_key, iot_id)
    await objects.put(key, body)

    async def store(tx: Tx) -> Config:
        last = await queries.last_version(tx, product_no=product.product_no, device_no=device_no)
        if last is not None and not last.removed and last.content == content:
            raise SameContent(version=last.version)
        row = {
            "config_id": config_id,
            "tenant_id": product.tenant_id,
            "product_no": product.product_no,
            "device_no": device_no,
            "version": last.version + 1 if last else 1,
            "removed": 0,
            "content": content,
            "size": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
            "file_key": key,
            "notes": notes,
            "restored_from": restored_from,
            "created_by": scope.caller.id,
            "created_ms": db.clock.now_ms(),
        }
        await tx.insert(device_configs, row)
        return await queries.get_version(
            scope,
            tx,
            product_no=product.product_no,
            version=int(str(row["version"])),
            device_no=device_no,
        )

    try:
        return await db.run(store)
    except BaseException:
        await objects.delete(key)
        raise


async def restore_config(
    scope: Scope,
    db: Database,
    *,
    product_key: str,
    version: int,
    objects: ObjectStore,
    ids: Ids,
    iot_id: str = "",
) -> Config:
    """A new version with the content of an old one. Raises NotFound, SameContent."""
    product = await get_product(scope, db, product_key=product_key)
    device_no = await _device_no(scope, db, product_key, iot_id)
    old = await queries.get_version(
        scope, db, product_no=product.product_no, version=version, device_no=device_no
    )
    if old.removed:
        raise NotFound(what="config", id=version)
    return await save_config(
        scope,
        db,
        product_key=product_key,
        content=old.content,
        objects=objects,
        ids=ids,
        iot_id=iot_id,
        notes=old.notes,
        restored_from=version,
    )


async def end_override(scope: Scope, tx: Tx, *, product_key: str, iot_id: str, ids: Ids) -> None:
    """A device goes back to its product's configuration; the versions it had stay. Raises NotFound."""
    product = await get_product(scope, tx, product_key=product_key)
    device_no = await _device_no(scope, tx, product_key, iot_id)
    last = await queries.last_version(tx, product_no=product.product_no, device_no=device_no)
    if last is None or last.removed:
        raise NotFound(what="config", id=iot_id)
    mark = {
        "config_id": ids.upload_id(),
        "tenant_id": product.tenant_id,
        "product_no": product.product_no,
        "device_no": device_no,
        "version": last.version + 1,
        "removed": 1,
        "content": "",
        "size": 0,
        "sha256": "",
        "file_key": "",
        "created_by": scope.caller.id,
        "created_ms": tx.db.clock.now_ms(),
    }
    await tx.insert(device_configs, mark)


async def push_config(scope: Scope, tx: Tx, *, product_key: str, batch: int = DEFAULT_BATCH) -> Push:
    """Push its configuration to every online device of the product that the caller may see. Offline devices ask for it
    when they return.

    Raises BadInput, NotFound, NothingToPush, PushRunning.
    """
    if not 1 <= batch <= MAX_BATCH:
        raise BadInput(field="batch", rule="range", low=1, high=MAX_BATCH)
    product = await get_product(scope, tx, product_key=product_key)
    if await _running.one(tx, scope, product_no=product.product_no):
        raise PushRunning(id=product_key)
    configs = await queries.configs_by_device(tx, product_no=product.product_no)
    online = [no for (no,) in await _online.all(tx, scope, product_no=product.product_no)]
    chosen = {no: config for no in online if (config := configs.get(no, configs.get(0)))}
    if not chosen:
        raise NothingToPush(id=product_key)
    current = await queries.current_config(tx, product_no=product.product_no)
    number = await tx.insert(
        config_pushes,
        {
            "tenant_id": product.tenant_id,
            "product_no": product.product_no,
            "config_ids": str(current.version) if current else "",
            "state": "running",
            "batch": batch,
            "total": len(chosen),
            "created_by": scope.caller.id,
            "created_ms": tx.db.clock.now_ms(),
        },
    )
    rows: list[dict[str, Any]] = [
        {"push_no": number, "device_no": no, "config_no": config, "state": "waiting"}
        for no, config in chosen.items()
    ]
    await tx.insert_many(config_push_devices, rows)
    await outbox.add(tx, PUSH, PushStep(number or 0))
    return await queries.get_push(scope, tx, push_no=number or 0)


async def cancel_push(scope: Scope, tx: Tx, *, push_no: int) -> None:
    """Tell no further device. Raises NotFound; one that is over stays as it is."""
    await queries.get_push(scope, tx, push_no=push_no)
    await _stop.run(tx, scope, no=push_no, now=tx.db.clock.now_ms())


async def _device_no(scope: Scope, db: Any, product_key: str, iot_id: str) -> int:
    if not iot_id:
        return 0
    return (await get_device(scope, db, iot_id=iot_id, product_key=product_key)).device_no
