"""A device's shadow and its desired property values, to look at and to change."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, Conflict, NotFound
from linli.kernel.masking import masked
from linli.kernel.scope import Scope
from linli.things.desired.property_values import Taken, want_properties
from linli.things.desired.queries import desired_of
from linli.things.desired.service import DesiredChanged, forget_desired
from linli.things.downlink.invoker import Invoker
from linli.things.features import Features
from linli.things.queries.devices import get_device
from linli.things.shadow.document import Shadow, ShadowRefused, VersionConflict
from linli.things.shadow.service import set_wanted, shadow_of


class ShadowDocument(msgspec.Struct, rename="camel", frozen=True):
    version: int
    reported: dict[str, Any]
    desired: dict[str, Any]
    reported_at: Annotated[dict[str, int], Meta(description="Seconds since the epoch, by key.")]
    desired_at: dict[str, int]
    modified_ms: int
    missed: Annotated[bool, Meta(description="The device has not been told of what is desired yet.")]

    @staticmethod
    def of(shadow: Shadow) -> "ShadowDocument":
        stamps = shadow.stamps
        return ShadowDocument(
            shadow.version,
            masked(shadow.reported),
            masked(shadow.desired),
            stamps.get("reported", {}),
            stamps.get("desired", {}),
            shadow.modified_ms,
            shadow.missed,
        )


class ShadowChange(msgspec.Struct, rename="camel"):
    desired: Annotated[dict[str, Any], Meta(description="Everything that is wanted from now on.")]
    version: Annotated[int, Meta(ge=0, description="The version that was edited.")]


class DesiredValue(msgspec.Struct, rename="camel", frozen=True):
    identifier: str
    value: Any
    version: int
    modified_ms: int


class DesiredChange(msgspec.Struct, rename="camel"):
    items: Annotated[dict[str, Any], Meta(description="Values by property identifier.")]


class DesiredOutcome(msgspec.Struct, rename="camel", frozen=True):
    taken: Taken
    reason: str
    versions: dict[str, int]


device_shadow_routes = Routes("/devices/{iot_id:str}/shadow", tags=("devices",))


@device_shadow_routes.get(right="devices.use", raises=(NotFound,))
async def document(iot_id: str, scope: Scope, db: Database) -> ShadowDocument:
    """The device's reported and desired values; an empty shadow of version 0 before the first report."""
    device = await get_device(scope, db, iot_id=iot_id)
    return ShadowDocument.of(await shadow_of(db, device_no=device.device_no))


@device_shadow_routes.put(right="devices.manage", raises=(NotFound, ShadowRefused, VersionConflict))
async def change(
    iot_id: str, data: ShadowChange, scope: Scope, db: Database, features: Features
) -> ShadowDocument:
    """Replace what is wanted, unless the shadow was changed meanwhile. The device is told, now or when it is back."""
    try:
        async with db.begin() as tx:
            device = await get_device(scope, tx, iot_id=iot_id)
            desireds = (await shadow_of(tx, device_no=device.device_no)).desired
            desired = {
                name: desireds[name] if name in desireds and value == _hidden(name, desireds[name]) else value
                for name, value in data.desired.items()
            }  # what the page was not shown comes back as it was shown, and stays
            device_no, shadow = await set_wanted(
                scope, tx, iot_id=iot_id, desired=desired, version=data.version + 1, whole=True
            )
            features.shadows.after(tx, device_no, shadow)
    except Conflict:
        raise
    except ShadowRefused as refused:
        raise BadInput(field="desired", rule="shadow", words=refused.words) from refused
    return ShadowDocument.of(shadow)


device_desired_routes = Routes("/devices/{iot_id:str}/desired", tags=("devices",))


@device_desired_routes.get(right="devices.use", raises=(NotFound,))
async def list_desired(iot_id: str, scope: Scope, db: Database) -> list[DesiredValue]:
    """Values that the device has not taken up yet."""
    device = await get_device(scope, db, iot_id=iot_id)
    desireds = await desired_of(db, device_no=device.device_no)
    return [
        DesiredValue(row.identifier, _hidden(row.identifier, row.value), row.version, row.modified_ms)
        for row in desireds.values()
    ]


@device_desired_routes.put(right="devices.manage", raises=(NotFound,))
async def want(
    iot_id: str, data: DesiredChange, scope: Scope, db: Database, invoker: Invoker
) -> DesiredOutcome:
    """Want properties to have values: set at once if the device is online, else kept until it fetches them."""
    wanted = await want_properties(scope, db, invoker, iot_id=iot_id, values=data.items)
    return DesiredOutcome(wanted.taken, wanted.reason, wanted.versions)


@device_desired_routes.delete(
    "/{identifier:str}/{version:int}", right="devices.manage", raises=(NotFound, DesiredChanged)
)
async def forget(iot_id: str, identifier: str, version: int, scope: Scope, tx: Tx) -> None:
    """Want a value no more, unless it was changed meanwhile."""
    await forget_desired(scope, tx, iot_id=iot_id, identifier=identifier, version=version)


def _hidden(name: str, value: Any) -> Any:
    return masked({name: value})[name]
