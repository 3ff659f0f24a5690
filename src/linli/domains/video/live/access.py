"""Who may go on looking: asked again while a session lasts."""

from collections.abc import Awaitable, Callable

from linli.domains.people.rights import Right
from linli.domains.people.service import accounts
from linli.kernel import tenancy
from linli.kernel.db import Database
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.things.queries.devices import get_device


def staff_may(
    db: Database,
    scope: Scope,
    iot_id: str,
    community_id: int,
    session_lives: Callable[[], Awaitable[bool]],
    *,
    right: Right = Right.DEVICES_SEE,
) -> Callable[[], Awaitable[bool]]:
    """An account of staff: its session lives, its right holds, and the camera is still the community's."""

    async def alive() -> bool:
        if not await session_lives():
            return False
        try:
            rights = await accounts.rights(db, int(scope.caller.id))
            device = await get_device(Scope.system(scope.tenant, "video"), db, iot_id=iot_id)
        except NotFound:
            return False
        return device.community_id == community_id and rights.may(
            right, tenant_id=scope.tenant, community_id=community_id
        )

    return alive


def app_may(db: Database, scope: Scope, iot_id: str) -> Callable[[], Awaitable[bool]]:
    """An app: its key is enabled, and the camera is still one of its scope."""

    async def alive() -> bool:
        key = await tenancy.find_app_key(db, scope.caller.id)
        if key is None or not key.enabled:
            return False
        try:
            await get_device(scope, db, iot_id=iot_id)
        except NotFound:
            return False
        return True

    return alive
