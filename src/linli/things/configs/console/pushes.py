"""Pushes of a configuration to the devices that are online: begin one, watch it, stop it."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.configs import queries, service
from linli.things.configs.errors import NothingToPush, PushRunning
from linli.things.configs.queries import Push, PushState, Taking
from linli.things.queries.products import get_product


class ConfigPushForm(msgspec.Struct, rename="camel"):
    product_key: str
    batch: int = service.DEFAULT_BATCH
    """Devices told at one time; batches go out a second apart."""


class ConfigPushRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    version: str
    state: PushState
    total: int
    counts: dict[Taking, int]
    created_by: str
    created_ms: int
    finished_ms: int | None


class ConfigPushedRow(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    device_name: str
    nickname: str
    state: Taking
    code: int
    """The device's answer."""
    sent_ms: int | None
    answered_ms: int | None


async def _row(db: Reader, push: Push) -> ConfigPushRow:
    return ConfigPushRow(
        id=str(push.push_no),
        version=push.config_ids,
        state=push.state,
        total=push.total,
        counts=await queries.push_counts(db, push_no=push.push_no),
        created_by=push.created_by,
        created_ms=push.created_ms,
        finished_ms=push.finished_ms,
    )


class PushedFilter(Filter, frozen=True):
    """Devices that a push is for."""

    states: Annotated[str, Meta(description="Comma-separated states.")] = msgspec.field(
        default="", name="state"
    )


config_push_routes = Routes("/config-pushes", tags=("configs",))


@config_push_routes.get(right="devices.use", raises=(NotFound,))
async def list_pushes(scope: Scope, db: Database, product_key: str) -> list[ConfigPushRow]:
    """The last 20 of a product, the newest first."""
    product = await get_product(scope, db, product_key=product_key)
    pushes = await queries.last_pushes(scope, db, product_no=product.product_no)
    return [await _row(db, push) for push in pushes]


@config_push_routes.post(right="integrations.manage", raises=(NotFound, NothingToPush, PushRunning))
async def push(data: ConfigPushForm, scope: Scope, tx: Tx) -> ConfigPushRow:
    """Push its configuration to every online device of a product that the caller may see."""
    push_row = await service.push_config(scope, tx, product_key=data.product_key, batch=data.batch)
    return await _row(tx, push_row)


@config_push_routes.get("/{push_id:int}/devices", right="devices.use", raises=(NotFound,))
async def list_devices(
    push_id: int, scope: Scope, db: Database, page: PageRequest, where: PushedFilter
) -> Page[ConfigPushedRow]:
    """How each device took it."""
    await queries.get_push(scope, db, push_no=push_id)
    states = tuple(state for state in where.states.split(",") if state)
    pushed_devices = await queries.pushed_devices(scope, db, push_no=push_id, page=page, states=states)
    rows = [
        ConfigPushedRow(
            row.iot_id, row.device_name, row.nickname, row.state, row.code, row.sent_ms, row.answered_ms
        )
        for row in pushed_devices.data
    ]
    return Page.of(page, pushed_devices.total, rows)


@config_push_routes.post("/{push_id:int}/cancel", right="integrations.manage", raises=(NotFound,))
async def cancel(push_id: int, scope: Scope, tx: Tx) -> None:
    """Tell no further device."""
    await service.cancel_push(scope, tx, push_no=push_id)
