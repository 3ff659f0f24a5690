"""The caller and the tools for work at the edge in the console: one parameter for routes instead of five."""

from typing import NamedTuple, TypedDict

from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

SEE, MANAGE = Right.DEVICES_SEE.value, Right.DEVICES_MANAGE.value


class Stamp(TypedDict):
    """The arguments of services that create rows."""

    ids: Ids
    secrets: Secrets
    now_ms: int


class Hand(NamedTuple):
    """`within`: the caller's scope by the route's right."""

    within: Scope
    db: Database
    ids: Ids
    secrets: Secrets
    clock: Clock

    @property
    def now_ms(self) -> int:
        return self.clock.now_ms()

    @property
    def stamp(self) -> Stamp:
        return {"ids": self.ids, "secrets": self.secrets, "now_ms": self.now_ms}
