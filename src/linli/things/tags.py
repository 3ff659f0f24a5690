"""Device tags (标签): free keys beside the platform's own CategoryCode, CategoryName and Capability."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete

from linli.kernel.db import INT, Command, Tx, any_of
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.things.models import device_tags
from linli.things.queries.devices import get_device

MAX_KEY = 64
MAX_VALUE = 1024

_delete = Command(
    delete(device_tags).where(
        device_tags.c.device_no == bindparam("no", type_=INT), any_of(device_tags.c.tag_key, "keys")
    )
)


def tag_text(value: Any) -> str:
    """A tag's value as kept: strings as they are, everything else as JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def check_tag(key: object, value: Any, field: str) -> tuple[str, str]:
    """A tag as stored. Raises BadInput."""
    if not isinstance(key, str) or not 1 <= len(key) <= MAX_KEY or "\0" in key:
        raise BadInput(field=field, rule="tag_key")
    text = tag_text(value)
    if len(text) > MAX_VALUE:
        raise BadInput(field=f"{field}.{key}", rule="too_long", limit=MAX_VALUE)
    if "\0" in text:
        raise BadInput(field=f"{field}.{key}", rule="tsl.zero_character")
    return key, text


async def set_tags(scope: Scope, tx: Tx, *, iot_id: str, tags: Mapping[str, Any]) -> None:
    """Add tags or change their values; others stay. Raises BadInput, NotFound."""
    device = await get_device(scope, tx, iot_id=iot_id)
    rows = []
    for key, value in tags.items():
        tag_key, text = check_tag(key, value, "tags")
        rows.append({"device_no": device.device_no, "tag_key": tag_key, "tag_value": text})
    await tx.upsert(device_tags, rows, keys=("device_no", "tag_key"), update=("tag_value",))


async def remove_tags(scope: Scope, tx: Tx, *, iot_id: str, keys: list[str]) -> None:
    """Remove tags by key; unknown keys are no error. Raises NotFound."""
    device = await get_device(scope, tx, iot_id=iot_id)
    await _delete.run(tx, no=device.device_no, keys=keys)
