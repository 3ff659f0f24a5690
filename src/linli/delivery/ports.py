"""Delivery's interfaces to other rooms: calls to devices, carriers by kind, expanders by scope."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from linli.delivery.schemas import GrantRow, Parcel, Target
from linli.kernel.db import Reader
from linli.kernel.scope import Scope
from linli.sync import Carrier


class Invoker(Protocol):
    """Calls services of a thing and sets its properties. Raises Unavailable when it is offline, TimedOut when it
    does not answer, another LinliError when it refuses."""

    async def invoke(
        self, scope: Scope, iot_id: str, identifier: str, args: Mapping[str, Any], *, timeout_s: float
    ) -> Mapping[str, Any]:
        """Call a service and wait for its result: the `data` of the device's reply."""
        ...

    async def set_properties(
        self, scope: Scope, iot_id: str, values: Mapping[str, Any], *, timeout_s: float
    ) -> object:
        """Set properties and wait until the device has them; some SDKs take the message and never reply."""
        ...


class SubjectNames(Protocol):
    """Knows the persons for whom something is delivered."""

    async def names(self, scope: Scope, db: Reader, identity_ids: list[str]) -> dict[str, str]:
        """identityId → name, for persons whom the scope may see."""
        ...

    async def caller_names(self, db: Reader, callers: list[str]) -> dict[str, str]:
        """Caller (`staff:12`, `resident:3`) → the name of the account, for those that are persons with one."""
        ...


class CannotTell(Exception):
    """This device has no way to say what it holds."""


@runtime_checkable
class ReadsBack(Protocol):
    """A carrier whose devices can report their rows."""

    @property
    def kinds(self) -> Sequence[str]: ...
    @property
    def whole(self) -> bool:
        """Whether a fingerprint says all of a content. If not, what waits to be sent is not settled by reading back."""
        ...

    async def read_back(self, device: str, scope: Scope) -> Mapping[tuple[str, str], str]:
        """The device's rows: a fingerprint of each content by (kind, credential). Raises CannotTell and what the call
        raises."""
        ...

    def fingerprint(self, kind: str, content: str) -> str:
        """The device's fingerprint for this content."""
        ...


type Expander = Callable[[Scope, Reader, Sequence[GrantRow]], Awaitable[Mapping[int, Sequence[Target]]]]
"""The devices (and credentials) that grants on scopes of one type reach now, by grant. A grant that reaches none may be
absent.

Called for hundreds of grants at once: it reads for all of them together.
"""


class Carriers:
    """The carrier of each kind and the expander of each scope, filled by the composing function."""

    def __init__(self) -> None:
        self.all: list[Carrier[Parcel]] = []
        self.expanders: dict[str, Expander] = {}

    def add(self, carrier: Carrier[Parcel]) -> None:
        taken = {kind for carrier in self.all for kind in carrier.kinds}
        if twice := taken & set(carrier.kinds):
            raise ValueError(f"two carriers for {', '.join(sorted(twice))}")
        self.all.append(carrier)

    def expand(self, target_type: str, expander: Expander) -> None:
        self.expanders[target_type] = expander

    @property
    def kinds(self) -> list[str]:
        return [kind for carrier in self.all for kind in carrier.kinds]

    def of(self, kind: str) -> Carrier[Parcel] | None:
        return next((carrier for carrier in self.all if kind in carrier.kinds), None)
