"""How the routes of doorbells are called; see `routes`."""

from collections.abc import Callable
from typing import Any

from linli.app.platform import Platform
from linli.domains.intercom.rows import Doorbell
from linli.domains.intercom.service import doorbells
from linli.kernel.scope import Scope

PATH = "/communities/{community_id}/doorbells"


async def add_doorbells(platform: Platform, lot: Any) -> None:
    """`bell`, and `lost_bell`, which is taken away."""
    scope, now_ms = Scope.system(lot.project.tenant_id, "intercom"), platform.clock.now_ms()
    async with platform.db.begin() as tx:
        for name in ("bell", "lost_bell"):
            wish = Doorbell(
                bell_id=platform.ids.number(), tenant_id=lot.project.tenant_id, community_id=lot.community,
                space_id=None, iot_id="", name=f"东门{lot.name}", code="", is_on=1, from_minute=0, to_minute=0,
                days=127, muted_until_ms=0, created_ms=now_ms, changed_ms=now_ms,
            )  # fmt: skip
            row = await doorbells.make(scope, tx, wish=wish, ids=platform.ids)
            setattr(lot, name, row.bell_id)


def routes(ask: Any) -> dict[str, list[Callable[[Any], Any]]]:
    def at(x: Any, bell: int = 0) -> dict[str, Any]:
        return {"community_id": x.community} | ({"bell_id": bell} if bell else {})

    def form(x: Any) -> dict[str, Any]:
        return {"name": f"西门{x.name}", "iotId": x.door, "spaceId": x.building}

    return {
        f"GET {PATH}": [lambda x: ask(at(x))],
        f"POST {PATH}": [lambda x: ask(at(x), body=form(x))],
        f"PUT {PATH}/{{bell_id}}": [lambda x: ask(at(x, x.bell), body=form(x))],
        f"POST {PATH}/{{bell_id}}/renew": [lambda x: ask(at(x, x.bell))],
        f"POST {PATH}/{{bell_id}}/mute": [lambda x: ask(at(x, x.bell), body={"muted": True})],
        f"DELETE {PATH}/{{bell_id}}": [lambda x: ask(at(x, x.lost_bell))],
    }
