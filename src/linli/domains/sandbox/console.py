"""Web routes of the caller's sandbox: make, look, try, switch its devices, reset, remove and bring back."""

import json
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.domains.sandbox import seed, service
from linli.domains.sandbox.errors import NoSandbox, SandboxFailed, SandboxThere, TooManySandboxes
from linli.domains.sandbox.facts import KINDS
from linli.domains.sandbox.keeper import AWAKE_MS, EXPIRES_MS
from linli.domains.sandbox.room import SandboxRoom
from linli.domains.sandbox.rows import Sandbox
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.openapi.registry import MethodSpec
from linli.things.debugging.simulation_rows import Act
from linli.things.queries.devices import find_devices

_TITLES = {kind.name: kind.title for kind in KINDS}


class SandboxDevice(msgspec.Struct, rename="camel", frozen=True):
    name: Annotated[str, Meta(description="door, lift, meter, thermometer or smoke")]
    title: str
    iot_id: str
    product_key: str
    device_name: str
    online: bool
    switched_off: Annotated[bool, Meta(description="It was told to be offline.")]


class SandboxState(msgspec.Struct, rename="camel", frozen=True):
    state: Annotated[str, Meta(description="ready, or removed: then it may be brought back until goneMs.")]
    app_key: str
    project_id: str
    community_id: int
    scope_id: str
    devices: list[SandboxDevice]
    per_second: Annotated[int, Meta(description="Calls that its key may make in a second.")]
    per_day: int
    created_ms: int
    sleeps_ms: Annotated[int, Meta(description="When its devices are switched off unless it is used.")]
    expires_ms: Annotated[int, Meta(description="When it goes for good unless it is used.")]
    gone_ms: Annotated[int | None, Meta(description="When a removed one goes for good.")]


class OwnSandbox(msgspec.Struct, rename="camel", frozen=True):
    sandbox: Annotated[SandboxState | None, Meta(description="null: the caller has none.")]


class SandboxSecret(msgspec.Struct, rename="camel", frozen=True):
    app_key: str
    app_secret: str


class ExampleAsked(msgspec.Struct, rename="camel", frozen=True):
    path: str
    version: str
    fresh: Annotated[bool, Meta(description="Create again what the call uses up.")] = False


class ExampleOut(msgspec.Struct, rename="camel", frozen=True):
    params: Annotated[str, Meta(description="JSON text of parameters that work as they are.")]
    community_id: int
    spends: Annotated[
        list[str],
        Meta(description="What the call uses up: hand it back with /sandbox/try, then ask for another."),
    ]


class SandboxTry(msgspec.Struct, rename="camel", frozen=True):
    path: str
    version: str
    params: Annotated[str, Meta(description="JSON text.")] = "{}"
    spends: list[str] = []


class SandboxAnswer(msgspec.Struct, rename="camel", frozen=True):
    status: int
    ok: Annotated[bool, Meta(description="HTTP 200 and code 200.")]
    body: str
    request_id: str
    took_ms: int


class PowerChoice(msgspec.Struct, rename="camel", frozen=True):
    on: bool


routes = Routes("/sandbox", tags=("integrations",))


@routes.get(right="integrations.manage")
async def state(scope: Scope, sandbox: SandboxRoom) -> OwnSandbox:
    """The caller's own sandbox. Looking wakes its devices."""
    sandbox_row = await service.get(scope, sandbox.shop)
    return OwnSandbox(None if sandbox_row is None else await _state(sandbox_row, sandbox))


@routes.post(right="integrations.manage", raises=(SandboxFailed, SandboxThere, TooManySandboxes))
async def create(scope: Scope, sandbox: SandboxRoom) -> SandboxState:
    """Make a sandbox for the caller: a key, a small community, and devices that live."""
    return await _state(await service.create(scope, sandbox.shop), sandbox)


@routes.post("/reset", right="integrations.manage", status=200, raises=(NoSandbox, SandboxFailed))
async def reset(scope: Scope, sandbox: SandboxRoom) -> SandboxState:
    """Start again. Key and secret stay; everything else has new ids."""
    return await _state(await service.reset(scope, sandbox.shop), sandbox)


@routes.delete(right="integrations.manage", raises=(NoSandbox,))
async def remove(scope: Scope, sandbox: SandboxRoom) -> SandboxState:
    """Take the sandbox away; for some minutes it can be brought back."""
    return await _state(await service.remove(scope, sandbox.shop), sandbox)


@routes.post("/restore", right="integrations.manage", status=200, raises=(NoSandbox,))
async def restore(scope: Scope, sandbox: SandboxRoom) -> SandboxState:
    """Bring a removed sandbox back."""
    return await _state(await service.restore(scope, sandbox.shop), sandbox)


@routes.post("/secret", right="integrations.manage", status=200, raises=(NoSandbox,))
async def secret(scope: Scope, sandbox: SandboxRoom) -> SandboxSecret:
    """AppKey and AppSecret; each time is noted."""
    return SandboxSecret(*await service.tell_secret(scope, sandbox.shop))


@routes.post("/devices/{device:str}/power", right="integrations.manage", status=200, raises=(NoSandbox,))
async def power(device: str, data: PowerChoice, scope: Scope, sandbox: SandboxRoom) -> SandboxState:
    """Have a simulated device go online or offline."""
    sandbox_row = await service.switch(scope, sandbox.shop, device=device, on=data.on)
    return await _state(sandbox_row, sandbox)


@routes.post("/devices/{device:str}/acts", right="integrations.manage", raises=(NotFound, NoSandbox))
async def act(device: str, data: Act, scope: Scope, sandbox: SandboxRoom) -> None:
    """Have a simulated device post properties or report an event now."""
    sandbox_row = await service.ready(scope, sandbox.shop)
    try:
        iot_id = sandbox_row.read_facts().device(device).iot_id
    except KeyError:
        raise NotFound(what="device", id=device) from None
    await sandbox.simulator.tell(sandbox_row.inside, iot_id=iot_id, act=data)


@routes.post("/example", right="integrations.manage", status=200, raises=(NoSandbox, SandboxFailed))
async def example(data: ExampleAsked, scope: Scope, sandbox: SandboxRoom) -> ExampleOut:
    """Parameters of a method filled with the sandbox's own ids."""
    spec = _method(sandbox, data.path, data.version)
    sample = await service.example(scope, sandbox.shop, spec=spec, fresh=data.fresh)
    sandbox_row = await service.ready(scope, sandbox.shop)
    text = json.dumps(sample.params, ensure_ascii=False, indent=2)
    return ExampleOut(text, sandbox_row.read_facts().community_id, sorted(sample.spends))


@routes.post("/try", right="integrations.manage", status=200, raises=(NoSandbox,))
async def try_method(data: SandboxTry, scope: Scope, sandbox: SandboxRoom) -> SandboxAnswer:
    """Make a real call in the sandbox."""
    spec = _method(sandbox, data.path, data.version)
    clock = sandbox.shop.clock
    began = clock.now_ms()
    tried = await service.attempt(
        scope, sandbox.shop, spec=spec, params=_object(data.params), spends=data.spends
    )
    response = tried.response
    return SandboxAnswer(
        response.status, tried.ok, response.body, response.request_id, clock.now_ms() - began
    )


def _method(sandbox: SandboxRoom, path: str, version: str) -> MethodSpec:
    spec = sandbox.shop.openapi.registry.get(path, version)
    if spec is None:
        raise NotFound(what="method", id=f"{path} {version}")
    return spec


def _object(text: str) -> dict[str, Any]:
    try:
        params = json.loads(text or "{}")
    except ValueError as error:
        raise BadInput(field="params", rule="type", expected="JSON") from error
    if not isinstance(params, dict):
        raise BadInput(field="params", rule="type", expected="object")
    return params


async def _state(sandbox_row: Sandbox, sandbox: SandboxRoom) -> SandboxState:
    facts = sandbox_row.read_facts()
    device_rows = await find_devices(
        sandbox_row.inside, sandbox.shop.db, iot_ids=[device.iot_id for device in facts.devices]
    )
    online = {row.iot_id for row in device_rows if row.online}
    devices = [
        SandboxDevice(
            device.name,
            _TITLES.get(device.name, device.name),
            device.iot_id,
            device.product_key,
            device.device_name,
            device.iot_id in online,
            device.name in sandbox_row.off,
        )
        for device in facts.devices
    ]
    return SandboxState(
        state=sandbox_row.state,
        app_key=sandbox_row.app_key,
        project_id=facts.project_id,
        community_id=facts.community_id,
        scope_id=facts.scope_id,
        devices=devices,
        per_second=seed.PER_SECOND,
        per_day=seed.PER_DAY,
        created_ms=sandbox_row.created_ms,
        sleeps_ms=sandbox_row.used_ms + AWAKE_MS,
        expires_ms=sandbox_row.used_ms + EXPIRES_MS,
        gone_ms=None if sandbox_row.removed_ms is None else sandbox_row.removed_ms + service.UNDO_MS,
    )


ROUTES = (routes,)
