"""A community's door provider and door service, and what a frozen account means at doors (A PM-01, PM-02, E 5.2)."""

from sqlalchemy import bindparam, update

from linli.domains.access.errors import ProviderInUse
from linli.domains.access.events import DoorServiceSwitched
from linli.domains.access.models import settings
from linli.domains.access.queries.settings import doors_of_others, settings_of
from linli.domains.access.rows import Settings
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx
from linli.kernel.errors import BadInput
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.things.queries.products import get_product

MAX_PROVIDER = 32
MOST_PRODUCTS = 20
HISTORY = "door_settings"
_CHANGEABLE = ("provider", "provider_products", "service_on", "freeze_doors", "changed_ms")
_salt = Command(
    update(settings)
    .where(settings.c.community_id == bindparam("of_community", type_=INT), settings.c.pin_salt == "")
    .values(pin_salt=bindparam("salt")),
    unscoped="the row was read in scope",
)


async def choose(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    provider: str,
    product_keys: list[str],
    service_on: bool,
    freeze_doors: bool,
    now_ms: int,
) -> Settings:
    """Say who provides the community's doors and whether residents have keys of their own.

    Raises ProviderInUse while doors of another product are there, NotFound for an unknown product, BadInput.
    """
    scope.allow(community_id)
    provider = " ".join(provider.split())
    if len(provider) > MAX_PROVIDER:
        raise BadInput(field="provider", rule="too_long", limit=MAX_PROVIDER)
    product_keys = list(dict.fromkeys(product_keys))
    if len(product_keys) > MOST_PRODUCTS:
        raise BadInput(field="productKeys", rule="too_many_items", limit=MOST_PRODUCTS)
    if bool(provider) != bool(product_keys):
        raise BadInput(field="productKeys" if provider else "provider", rule="required")
    if service_on and not provider:
        raise BadInput(field="provider", rule="required")
    for product_key in product_keys:
        await get_product(scope, tx, product_key=product_key)
    if product_keys:
        others = await doors_of_others(scope, tx, community_id=community_id, product_keys=product_keys)
        if others:
            raise ProviderInUse(field="productKeys", count=others)
    before = await settings_of(scope, tx, community_id=community_id)
    row = before._replace(
        tenant_id=scope.tenant,
        provider=provider,
        provider_products=",".join(product_keys),
        service_on=int(service_on),
        freeze_doors=int(freeze_doors),
        changed_ms=now_ms,
    )
    await tx.upsert(settings, [row._asdict()], keys=("community_id",), update=_CHANGEABLE)
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, str(community_id), community_id),
        "changed",
        before=_audit_values(before),
        after=_audit_values(row),
        now_ms=now_ms,
    )
    if row.service_on != before.service_on:
        event = DoorServiceSwitched(scope.tenant, community_id, service_on)
        await emit(tx, event, key=str(community_id))
    return row


async def pin_salt(scope: Scope, tx: Tx, *, community_id: int, ids: Ids, now_ms: int) -> str:
    """The salt of the community's PINs; created on first use."""
    before = await settings_of(scope, tx, community_id=community_id)
    if before.pin_salt:
        return before.pin_salt
    row = before._replace(tenant_id=scope.tenant, changed_ms=now_ms)
    await tx.upsert(settings, [row._asdict()], keys=("community_id",))
    await _salt.run(tx, of_community=community_id, salt=ids.hex(32))
    return (await settings_of(scope, tx, community_id=community_id)).pin_salt


def _audit_values(row: Settings) -> dict[str, object]:
    return {
        "provider": row.provider,
        "provider_products": row.provider_products,
        "service_on": bool(row.service_on),
        "freeze_doors": bool(row.freeze_doors),
    }
