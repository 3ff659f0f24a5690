"""The one unit whose indoor units an intercom door rings."""

from typing import Annotated

import msgspec
from litestar import Controller, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from linli.domains.access.queries.doors import get_door
from linli.domains.access.queries.places import places
from linli.domains.access.service import scopes
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.scope import Scope


class CallUnit(msgspec.Struct, rename="camel", frozen=True):
    space_id: str | None
    place: Annotated[str, Meta(description="Building and unit; empty: the door calls nobody.")]


class CallUnitIn(msgspec.Struct, rename="camel"):
    space_id: Annotated[int | None, Meta(description="A unit of the community; null: none.")]


class CallUnitRoutes(Controller):
    path = "/doors/{iot_id:str}/call-unit"
    tags = ("doors",)

    @get("/", right="devices.use")
    async def show(
        self, iot_id: FromPath[str], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> CallUnit:
        """The unit that the door calls."""
        door = await get_door(within, db, iot_id=iot_id)
        names = await places(within, db, space_ids=[door.call_space_id])
        called = None if door.call_space_id is None else str(door.call_space_id)
        return CallUnit(called, names.get(door.call_space_id, ""))

    @put("/", right="devices.manage", status_code=204)
    async def change(
        self,
        iot_id: FromPath[str],
        data: JSONBody[CallUnitIn],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """Say which unit it calls, apart from whom it serves."""
        async with db.begin() as tx:
            await scopes.set_call_scope(
                within, tx, iot_id=iot_id, space_id=data.space_id, now_ms=clock.now_ms()
            )
