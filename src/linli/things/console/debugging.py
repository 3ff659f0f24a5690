"""Online debugging: calls with the reason of their failure, and the simulator."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, LinliError, NotFound
from linli.kernel.masking import masked, masked_text
from linli.kernel.scope import Scope
from linli.things.calls import call_number
from linli.things.debugging.reasons import Why, why_ended, why_failed, why_not_for
from linli.things.debugging.simulated_values import Range
from linli.things.debugging.simulation_rows import Act, Answer, Settings, SimulationRow
from linli.things.debugging.simulator import Simulator
from linli.things.downlink.invoker import Invoker
from linli.things.downlink.records import GET, SET
from linli.things.queries import history
from linli.things.queries.devices import get_device

WAIT_S = 10.0


class DebugCall(msgspec.Struct, rename="camel"):
    """One call. `args`: of a service its inputs, of `set` values by identifier; `get` has `identifiers` instead."""

    kind: Literal["service", "set", "get"]
    identifier: str = ""
    args: dict[str, Any] = {}
    identifiers: list[str] = []
    wait: bool = True
    """False: an asynchronous service is only sent."""


class DebugOutcome(msgspec.Struct, rename="camel", frozen=True):
    ok: bool
    data: Any
    took_ms: int
    message_id: str = ""
    """Empty where nothing was recorded, as with inputs that do not fit."""
    why: Why | None = None
    """Why it failed."""
    field: str = ""
    """Of inputs that do not fit: which."""


class RecordedCall(msgspec.Struct, rename="camel", frozen=True):
    """A call as it was recorded, and why it failed if it did."""

    id: str
    identifier: str
    call_type: str
    caller: str
    input: str
    output: str
    state: str
    called_ms: int
    answered_ms: int | None
    why: Why | None


class WhyNot(msgspec.Struct, rename="camel", frozen=True):
    """An obstacle to the call; null: none is known."""

    why: Why | None


class ValueRange(msgspec.Struct, rename="camel"):
    min: float | None = None
    max: float | None = None


class SimulatedAnswer(msgspec.Struct, rename="camel"):
    code: int = 200
    message: str = "success"
    data: dict[str, Any] | None = None
    """Null: made up from the service's outputs."""
    delay_ms: int = 0
    silent: bool = False


class SimulationSettings(msgspec.Struct, rename="camel"):
    """How the simulated device behaves."""

    interval_s: int = 0
    """Seconds between two posts; 0: only when told to."""
    properties: list[str] | None = None
    """The properties in a post; null: all."""
    ranges: dict[str, ValueRange] = {}
    answers: dict[str, SimulatedAnswer] = {}


class SimulatedAct(msgspec.Struct, rename="camel"):
    kind: Literal["property", "event"]
    identifier: str = ""
    values: dict[str, Any] | None = None
    """Null: made up."""


class SimulationState(msgspec.Struct, rename="camel", frozen=True):
    running: bool
    begun_ms: int | None = None
    ends_ms: int | None = None
    settings: SimulationSettings | None = None


debug_routes = Routes("/devices/{iot_id:str}/debug", tags=("debugging",))


@debug_routes.post("/call", right="devices.manage", status=200, raises=(NotFound,))
async def call(
    iot_id: str, data: DebugCall, scope: Scope, db: Database, invoker: Invoker, clock: Clock
) -> DebugOutcome:
    """Call a service, or set or ask for properties. A failure is an answer too, with its cause in words."""
    device = await get_device(scope, db, iot_id=iot_id)
    identifier = {"set": SET, "get": GET}.get(data.kind, data.identifier)
    begun = clock.now_ms()
    answer: Any = None
    message_id = ""
    try:
        if data.kind == "set":
            outcome = await invoker.set_properties(scope, iot_id, data.args, timeout_s=WAIT_S)
            message_id = outcome.message_id
        elif data.kind == "get":
            outcome = await invoker.get_properties(scope, iot_id, data.identifiers, timeout_s=WAIT_S)
            answer, message_id = outcome.data, outcome.message_id
        else:
            outcome = await invoker.call(
                scope, iot_id, identifier, data.args, timeout_s=WAIT_S, wait=data.wait
            )
            answer, message_id = outcome.data, outcome.message_id
    except NotFound:
        raise
    except LinliError as error:
        why = await why_failed(scope, db, device=device, identifier=identifier, error=error)
        field = str(error.facts.get("field", "")) if isinstance(error, BadInput) else ""
        message_id = str(error.facts.get("message_id", ""))
        return DebugOutcome(False, None, clock.now_ms() - begun, message_id, why, field)
    return DebugOutcome(True, masked(answer), clock.now_ms() - begun, message_id)


@debug_routes.get("/calls/{call_id:str}", right="devices.use", raises=(NotFound,))
async def recorded(iot_id: str, call_id: str, scope: Scope, db: Database) -> RecordedCall:
    """A call that was made to the device by anybody, and why it failed if it did."""
    device = await get_device(scope, db, iot_id=iot_id)
    number = call_number(call_id)
    call = (
        None if number is None else await history.downlink_of(db, device_no=device.device_no, call_no=number)
    )
    if call is None:
        raise NotFound(what="message", id=call_id)
    return RecordedCall(
        id=str(call.call_no),
        identifier=call.identifier,
        call_type=call.call_type,
        caller=call.caller,
        input=masked_text(call.input),
        output=masked_text(call.output or ""),
        state=call.state,
        called_ms=call.called_ms,
        answered_ms=call.answered_ms,
        why=await why_ended(scope, db, device=device, call=call),
    )


class CallerChoice(Filter, frozen=True):
    """A failing call: its service, and the caller's key."""

    identifier: Annotated[str, Meta(description="Of the service that somebody calls.")]
    app_key: Annotated[str, Meta(description="Whose calls fail.")] = ""


@debug_routes.get("/why-not", right="devices.use", raises=(NotFound,))
async def why_not(iot_id: str, scope: Scope, db: Database, where: CallerChoice) -> WhyNot:
    """Obstacles to calls of a service: the device's category, its state, the caller's project."""
    device = await get_device(scope, db, iot_id=iot_id)
    why = await why_not_for(scope, db, device=device, identifier=where.identifier, app_key=where.app_key)
    return WhyNot(why)


simulator_routes = Routes("/devices/{iot_id:str}/simulator", tags=("debugging",))


@simulator_routes.get(right="devices.use")
async def state(iot_id: str, scope: Scope, simulator: Simulator) -> SimulationState:
    """Whether the simulator stands in for the device now."""
    return _state(await simulator.find(scope, iot_id=iot_id))


@simulator_routes.post(right="devices.manage", status=200)
async def start(iot_id: str, data: SimulationSettings, scope: Scope, simulator: Simulator) -> SimulationState:
    """Stand in for a device that is not connected. Ends after 30 minutes, or 45 s after nobody watches any more."""
    return _state(await simulator.start(scope, iot_id=iot_id, settings=_read(data)))


@simulator_routes.put(right="devices.manage")
async def configure(iot_id: str, data: SimulationSettings, scope: Scope, simulator: Simulator) -> None:
    """Change what it posts and answers."""
    await simulator.configure(scope, iot_id=iot_id, settings=_read(data))


@simulator_routes.post("/acts", right="devices.manage")
async def tell(iot_id: str, data: SimulatedAct, scope: Scope, simulator: Simulator) -> None:
    """Have it post its properties or an event now."""
    await simulator.tell(scope, iot_id=iot_id, act=Act(data.kind, data.identifier, data.values))


@simulator_routes.post("/watch", right="devices.manage", status=200)
async def watch(iot_id: str, scope: Scope, simulator: Simulator) -> SimulationState:
    """Say that somebody still looks; pages do so every 15 s."""
    return _state(await simulator.watch(scope, iot_id=iot_id))


@simulator_routes.delete(right="devices.manage")
async def stop(iot_id: str, scope: Scope, simulator: Simulator) -> None:
    """End it."""
    await simulator.stop(scope, iot_id=iot_id)


def _read(data: SimulationSettings) -> Settings:
    return Settings(
        data.interval_s,
        data.properties,
        {key: Range(value_range.min, value_range.max) for key, value_range in data.ranges.items()},
        {
            key: Answer(
                simulated_answer.code,
                simulated_answer.message,
                simulated_answer.data,
                simulated_answer.delay_ms,
                simulated_answer.silent,
            )
            for key, simulated_answer in data.answers.items()
        },
    )


def _state(row: SimulationRow | None) -> SimulationState:
    if row is None:
        return SimulationState(False)
    settings = msgspec.json.decode(row.settings, type=SimulationSettings)
    return SimulationState(True, row.begun_ms, row.ends_ms, settings)
