"""Tests by hand of cameras behind boxes: their box does it, and its last answer is remembered. Bounded."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any, Final, Protocol, cast

import msgspec

from linli.domains.video import errors
from linli.domains.video.doctor.steps import Check, State, check
from linli.kernel.clock import Clock
from linli.kernel.errors import BadInput, LinliError
from linli.kernel.scope import Scope
from linli.kernel.telemetry import logger
from linli.protocols import camera_check
from linli.things.downlink.invoker import Invoker
from linli.things.errors import DeviceOffline, DeviceRefused, DeviceSilent

log = logger(__name__)
_BOX_S: Final = 12.0
MOST: Final = 16
"""At once."""
_MOST_RESULTS: Final = 1_024
_MOST_DETAIL: Final = 120


class _Step(msgspec.Struct, rename="pascal"):
    step: str
    state: str
    cause: str
    detail: str = ""


class Ask(Protocol):
    """Has the box test the camera; its outputs. Raises LinliError."""

    def __call__(self) -> Awaitable[Mapping[str, Any]]: ...


class SiteCheck:
    def __init__(self, now_ms: int) -> None:
        self.began_ms = now_ms
        self.ended_ms = 0
        self.steps: list[Check] = []
        self.trouble: LinliError | None = None
        """Why its box did not do it."""


class SiteChecks:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._checks: dict[str, SiteCheck] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def of(self, iot_id: str) -> SiteCheck | None:
        """The last one."""
        return self._checks.get(iot_id)

    def start(self, iot_id: str, ask: Ask) -> None:
        """Raises TrialRuns, NoRoom."""
        if iot_id in self._tasks:
            raise errors.TrialRuns()
        if len(self._tasks) >= MOST:
            raise errors.NoRoom()
        self._checks.pop(iot_id, None)
        while len(self._checks) >= _MOST_RESULTS:
            del self._checks[next(iter(self._checks))]
        begun = self._checks[iot_id] = SiteCheck(self._clock.now_ms())
        task = asyncio.get_running_loop().create_task(self._run(begun, ask))
        self._tasks[iot_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(iot_id, None))

    def close(self) -> None:
        for task in self._tasks.values():
            task.cancel()

    async def _run(self, begun: SiteCheck, ask: Ask) -> None:
        try:
            begun.steps = steps_of(await ask(), self._clock.now_ms())
        except LinliError as trouble:
            begun.trouble = trouble
        except Exception:
            log.exception("a test of a camera behind a box failed")
            begun.trouble = errors.CameraSilent()
        finally:
            begun.ended_ms = self._clock.now_ms()


def steps_of(outputs: Mapping[str, Any], now_ms: int) -> list[Check]:
    """Of what a box answers: words that are not its own count as unknown."""
    try:
        rows = msgspec.convert(outputs.get("Steps", []), list[_Step])
    except msgspec.ValidationError:
        rows = []
    by_step = {row.step: row for row in rows[: 2 * len(camera_check.STEPS)]}
    steps = []
    for step in camera_check.STEPS:
        row = by_step.get(step)
        if row is None or row.cause not in camera_check.CAUSES or row.state not in camera_check.STATES:
            steps.append(check(step, "unknown", "waits"))
        else:
            since_ms = 0 if row.state == "unknown" else now_ms
            mend = "test" if row.state == "bad" else ""
            state, detail = cast("State", row.state), row.detail[:_MOST_DETAIL]
            steps.append(check(step, state, row.cause, since_ms=since_ms, mend=mend, detail=detail))
    return steps


async def ask_box(scope: Scope, invoker: Invoker, iot_id: str) -> dict[str, Any]:
    """Raises Unavailable with why its box does not test it."""
    try:
        return await invoker.invoke(scope, iot_id, camera_check.SERVICE, {}, timeout_s=_BOX_S)
    except DeviceRefused as refused:
        detail = str(refused.facts.get("message", ""))[:200]
        raise errors.CameraAwayAtSite(detail=detail) from None
    except DeviceOffline:
        raise errors.CameraAwayAtSite(detail="") from None
    except DeviceSilent:
        raise errors.CameraSilent() from None
    except BadInput:  # its model has no such service
        raise errors.NoCheck() from None
