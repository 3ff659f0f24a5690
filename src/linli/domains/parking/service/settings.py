"""The parking provider of a community, one, and whether its parking service runs. Spec A 2.2.3.8."""

from linli.domains.parking.errors import ProviderInUse
from linli.domains.parking.models import settings
from linli.domains.parking.queries.lanes import devices_of
from linli.domains.parking.queries.settings import settings_of
from linli.domains.parking.rows import LOCAL, OWN, Settings
from linli.kernel import history
from linli.kernel.db import Tx
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope

HISTORY = "parking_settings"


async def choose(
    scope: Scope, tx: Tx, *, community_id: int, provider: str, service_on: bool, now_ms: int
) -> Settings:
    """Say who steers the lanes. Raises ProviderInUse while devices of the other provider stand there, BadInput."""
    scope.allow(community_id)
    if provider not in (OWN, LOCAL):
        raise BadInput(field="provider", rule="one_of", allowed=f"{OWN}, {LOCAL}")
    before = await settings_of(scope, tx, community_id=community_id)
    if provider != before.provider and await devices_of(scope, tx, community_ids=[community_id]):
        raise ProviderInUse()
    row = Settings(community_id, scope.tenant, provider, int(service_on), now_ms)
    await tx.upsert(
        settings, [row._asdict()], keys=("community_id",), update=("provider", "service_on", "changed_ms")
    )
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, str(community_id), community_id),
        "changed",
        before={"provider": before.provider, "serviceOn": bool(before.service_on)},
        after={"provider": row.provider, "serviceOn": bool(row.service_on)},
        now_ms=now_ms,
    )
    return row
